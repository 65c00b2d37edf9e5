// Builds what runs: the collector (one file for the nodes, and the Debian package around it), the Worker (one file, what
// nodes fetch inside) and the commands of this machine (the Worker's own code, for Node). What is built here is what is
// tested, served and deployed.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));
/** Where `npm start` keeps everything: database, raw states, secrets. */
export const dataDirectory = resolve(process.env.SEXTON_DATA ?? join(root, '.sexton'));
const inRoot = (/** @type {string} */ path) => join(root, path);

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  format: 'esm',
  target: 'es2023',
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  absWorkingDir: root,
  logLevel: 'warning',
  external: ['node:*', 'cloudflare:*'],
};

/** What the Worker serves below /get/: text as it is, the package in base64. What was not built is not served. */
function readDownloads() {
  const packageName = readdirSync(inRoot('dist')).find((name) => /^sexton-collector_.*_all\.deb$/.test(name));
  const texts = ['sexton-collector.mjs', 'sexton-probe.sh'].filter((name) => existsSync(inRoot(`dist/${name}`)));
  return {
    ...(packageName !== undefined && { [packageName]: { base64: readFileSync(inRoot(`dist/${packageName}`)).toString('base64') } }),
    ...Object.fromEntries(texts.map((name) => [name, readFileSync(inRoot(`dist/${name}`), 'utf8')])),
  };
}

/** The Worker. `nodejs_compat` gives it node:zlib and Buffer. */
export async function buildWorker() {
  await build({
    ...shared,
    entryPoints: [inRoot('worker/index.ts')],
    outfile: inRoot('dist/worker.mjs'),
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    minify: true,
    define: { SEXTON_DOWNLOADS: JSON.stringify(readDownloads()) },
  });
}

/** What the commands need of the Worker's code, so that a link or token made by a command is made by the same lines. */
export async function buildCommands() {
  await build({ ...shared, entryPoints: [inRoot('worker/commands.ts')], outfile: inRoot('dist/commands.mjs'), platform: 'node' });
}

/** Answers what is worth a look afterwards. */
export async function buildAll() {
  // Loaded here and not above: it imports from the collector's own tree, which the other builds do without.
  const { buildCollector } = await import('./build-collector.mjs');
  await buildCollector();
  const { buildPackage } = await import('./build-package.mjs');
  const packageName = await buildPackage();
  const { buildProbe } = await import('./build-probe.mjs');
  await buildProbe();
  await Promise.all([buildWorker(), buildCommands()]);
  return ['dist/sexton-collector.mjs', 'dist/sexton-probe.sh', `dist/${packageName}`, 'dist/worker.mjs'];
}

/** Size and gzipped size in KB. @param {string} path */
export function sizeOf(path) {
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  return `${kilobytes(statSync(inRoot(path)).size)}, gzipped ${kilobytes(gzipSync(readFileSync(inRoot(path))).length)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of await buildAll()) console.log(`${path.padEnd(40)}${sizeOf(path)}`);
}
