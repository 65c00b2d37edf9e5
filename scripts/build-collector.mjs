/** Bundles the collector into one file that runs on Node 12.22, 18 and 20 without anything beside it. */
import { chmod, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const project = new URL('../', import.meta.url);
export const collectorBundle = fileURLToPath(new URL('dist/sexton-collector.mjs', project));

/** Node.js older than 12.20 knows `fs` and not `node:fs`: it shall get as far as being told what is needed. @type {import('esbuild').Plugin} */
const withoutPrefix = {
  name: 'without-prefix',
  setup: ({ onResolve }) => onResolve({ filter: /^node:/ }, ({ path }) => ({ path: path.slice('node:'.length), external: true })),
};

/** @param {{ outfile?: string }} options */
export async function buildCollector({ outfile = collectorBundle } = {}) {
  const { version } = JSON.parse(await readFile(new URL('package.json', project), 'utf8'));
  await build({
    entryPoints: [fileURLToPath(new URL('collector/main.ts', project))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node12.22',
    minify: true,
    lineLimit: 160,
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node' },
    define: { SEXTON_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
    plugins: [withoutPrefix],
  });
  await chmod(outfile, 0o755);
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCollector();
