// Builds what runs: the collector (one file for the nodes), the Worker (one file, the collector inside) and the commands
// of this machine (the Worker's own code, for Node). What is built here is what is tested, served and deployed.
import { readFileSync, statSync } from 'node:fs';
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

/** The Worker. `nodejs_compat` gives it node:zlib and Buffer. */
export async function buildWorker() {
  const collector = readFileSync(inRoot('dist/sexton-collector.mjs'), 'utf8');
  await build({
    ...shared,
    entryPoints: [inRoot('worker/index.ts')],
    outfile: inRoot('dist/worker.mjs'),
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    minify: true,
    define: { SEXTON_DOWNLOADS: JSON.stringify({ 'sexton-collector.mjs': collector }) },
  });
}

/** What the commands need of the Worker's code, so that a link or token made by a command is made by the same lines. */
export async function buildCommands() {
  await build({ ...shared, entryPoints: [inRoot('worker/commands.ts')], outfile: inRoot('dist/commands.mjs'), platform: 'node' });
}

export async function buildAll() {
  // Loaded here and not above: it imports from the collector's own tree, which the other builds do without.
  const { buildCollector } = await import('./build-collector.mjs');
  await buildCollector();
  await Promise.all([buildWorker(), buildCommands()]);
}

/** Size and gzipped size in KB. @param {string} path */
export function sizeOf(path) {
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  return `${kilobytes(statSync(inRoot(path)).size)}, gzipped ${kilobytes(gzipSync(readFileSync(inRoot(path))).length)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildAll();
  for (const path of ['dist/sexton-collector.mjs', 'dist/worker.mjs']) console.log(`${path.padEnd(28)}${sizeOf(path)}`);
}
