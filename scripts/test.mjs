// npm test: the whole suite, layer by layer. Installs what the tests need from Debian when it is missing and this is root;
// otherwise the layer that needs it is named and left out, loudly. With CI=true nothing may be left out.
import { spawnSync } from 'node:child_process';
import { root } from './build.mjs';
import { readOptions } from './options.mjs';

const layers = /** @type {const} */ (['unit', 'collector', 'worker', 'browser', 'kernel']);
/** Layers that need more than npm brings. */
const needsDebian = new Set(['unit', 'collector', 'browser', 'kernel']);

const { positionals } = readOptions(`Usage: npm test [-- LAYER…]\nLayers: ${layers.join(', ')}; all of them unless told.`, {
  allowPositionals: true,
});
const wrong = positionals.filter((name) => !layers.some((layer) => layer === name));
if (wrong.length > 0) {
  console.error(`No such layer: ${wrong.join(', ')}. There are: ${layers.join(', ')}.`);
  process.exit(2);
}
const chosen = layers.filter((layer) => positionals.length === 0 || positionals.includes(layer));

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(error.message);
  return status ?? 1;
}

/** Layers that cannot run here, after an attempt to install what they need. */
function findBlocked() {
  if (!chosen.some((layer) => needsDebian.has(layer)) || run('bash', ['scripts/test-setup.sh']) === 0) return new Set();
  const { stdout } = spawnSync('bash', ['scripts/test-setup.sh', '--check'], { cwd: root, encoding: 'utf8' });
  return new Set([...stdout.matchAll(/\(suite: (\w+)\)/g)].map(([, layer]) => layer));
}

const blocked = findBlocked();
if (blocked.size > 0 && process.env.CI === 'true') {
  console.error('What the tests need could not be installed, and in CI nothing may be left out.');
  process.exit(1);
}
if (run(process.execPath, ['scripts/build.mjs']) !== 0) process.exit(1);

/** @type {string[]} */
const lines = [];
let failed = 0;
for (const layer of chosen) {
  if (blocked.has(layer)) {
    lines.push(`  ${layer.padEnd(11)}NOT RUN: what it needs is not installed (see above; run as root, or install it by hand)`);
    continue;
  }
  const begun = Date.now();
  const status = run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', `test/${layer}/vitest.config.ts`]);
  if (status !== 0) failed += 1;
  lines.push(`  ${layer.padEnd(11)}${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - begun) / 1000)} s`);
}
console.log(`\nTests:\n${lines.join('\n')}`);
const notRun = lines.filter((line) => line.includes('NOT RUN')).length;
console.log(`\n${chosen.length - failed - notRun} passed, ${failed} failed${notRun > 0 ? `, ${notRun} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
