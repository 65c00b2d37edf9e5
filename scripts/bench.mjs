// npm run bench [-- compare FILE]: see compare.mjs. npm run bench [-- --json] [PART…]: measures against the bars and says which are over. Always ends with 0: a busy machine
// is no defect, and a number is read by people. Speaks to the loopback only.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildAll, root } from './build.mjs';
import { buildProbe } from './build-probe.mjs';
import { compare } from './compare.mjs';
import { readOptions } from './options.mjs';
import { startServer } from './serve.mjs';

/** @typedef {import('../test/bench/row').Row} Row */
/** @typedef {{ project: string, directory: string, bundle: string }} Places */
/** @typedef {import('../test/bench/message-cost').MessageCost} MessageCost */
/** @typedef {{ readonly url: string, readonly db: unknown, readonly runCron: () => Promise<void> }} Served */
/**
 * What test/bench/index.ts offers; said here, because a fresh clone has nothing built to read it from.
 * @typedef {object} Bench
 * @property {(collector: string, worker: string) => Row[]} measureBundles
 * @property {(places: Places) => Row[]} measureCollector
 * @property {(places: Places, probe: string) => Row[]} measureProbe
 * @property {(db: unknown, mappings: number, replay: string, directory: string) => Promise<Row[]>} measureCore
 * @property {(server: Served, mappings: number) => Promise<Row[]>} measureLoad
 * @property {(server: Served, nodes: number) => Promise<Row[]>} measureIngest
 * @property {readonly number[]} fleetSizes
 * @property {readonly number[]} messageSizes mappings on each of the three nodes
 * @property {readonly number[]} loadSizes
 * @property {Record<string, string>} benchEnvironment
 * @property {(costs: readonly MessageCost[]) => Row[]} judgeCosts
 * @property {(rows: readonly Row[]) => string} printTable
 */

const parts = ['analysis', 'message', 'load', 'ingest', 'rows', 'collector', 'probe', 'bundles'];
const { values, positionals } = readOptions(
  `Usage: npm run bench -- [--json] [PART…]\n       npm run bench -- compare FILE\nParts: ${parts.join(', ')}; all of them unless told.`,
  {
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  },
);
if (positionals[0] === 'compare') process.exit(await compare(positionals[1]));
const chosen = positionals.length === 0 ? parts : positionals;
const wrong = chosen.filter((part) => !parts.includes(part));
if (wrong.length > 0) {
  console.error(`No such part: ${wrong.join(', ')}. There are: ${parts.join(', ')}.`);
  process.exit(2);
}

const bundles = join(root, 'dist/bench');
await buildAll();
await build({
  entryPoints: ['index', 'analysis', 'replay'].map((name) => join(root, `test/bench/${name}.ts`)),
  outdir: bundles,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2023',
  logLevel: 'warning',
});
/** @type {Bench} */
const bench = await import(new URL('../dist/bench/index.mjs', import.meta.url).href);

/** Database and server live below it and vanish with it. */
const directory = mkdtempSync(join(tmpdir(), 'sexton-bench-'));
const begun = { at: new Date().toISOString(), load: loadavg() };
/** @type {Row[]} */
const rows = [];
/** @type {string[]} */
const notMeasured = [];
try {
  await measure('analysis', () =>
    JSON.parse(execFileSync(process.execPath, ['--expose-gc', join(bundles, 'analysis.mjs')], { encoding: 'utf8', timeout: 180_000 })),
  );
  await withServer('message', bench.messageSizes, ({ db }, size) => bench.measureCore(db, size, join(bundles, 'replay.mjs'), directory));
  await withServer('load', bench.loadSizes, bench.measureLoad);
  await withServer('ingest', bench.fleetSizes, bench.measureIngest);
  await measure('rows', countRows);
  const places = { project: root, directory, bundle: join(root, 'dist/sexton-collector.mjs') };
  await measure('collector', () => bench.measureCollector(places));
  await measure('probe', async () => bench.measureProbe(places, await makeProbe()));
  await measure('bundles', () => bench.measureBundles(join(root, 'dist/sexton-collector.mjs'), join(root, 'dist/worker.mjs')));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

const [processor] = cpus();
const machine = { node: process.version, processors: cpus().length, model: processor?.model ?? 'unknown', begun, loadAtEnd: loadavg() };
if (values.json) console.log(JSON.stringify({ machine, rows, notMeasured }, null, 2));
else {
  const load = [...begun.load.slice(0, 1), ...loadavg().slice(0, 1)].map((value) => value.toFixed(1)).join(' at the start, ');
  console.log(`${machine.processors} × ${machine.model}, Node ${machine.node}, load ${load} at the end, ${begun.at}\n`);
  console.log(bench.printTable(rows));
  for (const line of notMeasured) console.log(`NOT MEASURED  ${line}`);
}
// Whatever is still open (a socket kept alive) has nothing to say any more.
process.exit(0);

/** A part that breaks is said and does not take the others with it. @param {string} part @param {() => Row[] | Promise<Row[]>} work */
async function measure(part, work) {
  if (!chosen.includes(part)) return;
  const from = Date.now();
  process.stderr.write(`${part} … `);
  try {
    rows.push(...(await work()));
    process.stderr.write(`${Math.round((Date.now() - from) / 1000)} s\n`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write('failed\n');
    notMeasured.push(`${part}: ${why.slice(0, 500)}`);
  }
}

/** @param {string} part @param {readonly number[]} sizes @param {(server: Served, size: number) => Promise<Row[]>} work */
function withServer(part, sizes, work) {
  return measure(part, async () => {
    const server = await startServer({ dataDir: join(directory, part), port: 0, env: bench.benchEnvironment });
    try {
      /** @type {Row[]} */
      const measured = [];
      for (const size of sizes) measured.push(...(await work(server, size)));
      return measured;
    } finally {
      await server.stop();
    }
  });
}

/** The probe with a root that can be told, as the tests build it. */
async function makeProbe() {
  const outfile = join(directory, 'sexton-probe.sh');
  await buildProbe({ outfile, forTests: true });
  return outfile;
}

/** In workerd, under vitest: the test hands its counts out through the JSON reporter. */
function countRows() {
  const file = join(directory, 'rows.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/bench/vitest.config.ts', '--reporter=json', `--outputFile=${file}`];
  const { status, stderr } = spawnSync(process.execPath, vitest, { cwd: root, encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(`counting failed: ${stderr.slice(-400)}`);
  /** @type {{ testResults: { assertionResults: { meta: { costs?: MessageCost[] } }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return bench.judgeCosts(testResults.flatMap(({ assertionResults }) => assertionResults.flatMap(({ meta }) => meta.costs ?? [])));
}
