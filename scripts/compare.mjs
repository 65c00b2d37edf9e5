// npm run bench -- compare FILE: runs a copy of a single-node clean-up script on a prepared node, in a sandbox that cannot
// reach this machine, and Sexton on the same node. Ends with 2 without a file, with 1 where there is no sandbox.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './build.mjs';

const usage = `Usage: npm run bench -- compare FILE

FILE is a copy of a shell script that looks for leftover device-mapper entries on one Proxmox VE node (it may call dmsetup,
qm, pct, lvs, vgs, pvs and read /etc/pve). None is part of this project: take yours from where you run it. It is started
without arguments in namespaces of its own, on a node made of prepared answers: no network, no devices, no rights, nothing
of this machine but /usr to read.`;
const maxBytes = 1024 * 1024;

/** @param {string | undefined} file @returns {Promise<number>} exit code */
export async function compare(file) {
  const info = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  if (file === undefined || info === undefined || !info.isFile() || info.size > maxBytes) {
    console.error(file === undefined ? usage : `${file} is no file of at most 1 MiB.\n${usage}`);
    return 2;
  }
  const outfile = join(root, 'dist/bench/compare.mjs');
  await build({
    entryPoints: [join(root, 'test/bench/compare/index.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    logLevel: 'warning',
  });
  /** @type {typeof import('../test/bench/compare/index')} */
  const { compareWith, printComparison } = await import(new URL('../dist/bench/compare.mjs', import.meta.url).href);
  const answer = compareWith(file, join(root, 'test/bench/compare'));
  if ('why' in answer) {
    console.error(`The script was not run: ${answer.why}.`);
    return 1;
  }
  console.log(printComparison(answer));
  return 0;
}
