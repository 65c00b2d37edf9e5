// npm run analyze -- [--json] [--all] FILE…: the report of saved snapshots, offline. Several files of one cluster are judged
// together. Exit code 0: nothing found, 1: findings, 2: a file could not be read.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './build.mjs';
import { readOptions } from './options.mjs';

const usage = `Usage: npm run analyze -- [--json] [--all] FILE…
FILE is what sexton-probe.sh or "sexton-collector collect" printed, or a raw message as the server keeps it.
  --all    every finding in full; else those alike are told once
  --json   the report for programs
Exit code: 0 nothing found, 1 findings, 2 a file could not be read.`;
const { values, positionals } = readOptions(usage, {
  allowPositionals: true,
  options: { json: { type: 'boolean' }, all: { type: 'boolean' } },
});
if (positionals.length === 0) {
  console.error(usage);
  process.exit(2);
}

await build({
  entryPoints: [`${root}worker/offline.ts`],
  outfile: `${root}dist/offline.mjs`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2023',
  logLevel: 'warning',
});
/** @type {{ analyseSaved: typeof import('../worker/offline').analyseSaved }} */
const { analyseSaved } = await import(new URL('../dist/offline.mjs', import.meta.url).href);

/** @param {string} file @returns {{ file: string, text: string } | { why: string }} */
function readSaved(file) {
  try {
    const bytes = readFileSync(file);
    return { file, text: decode(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { why: `${file}: there is no such file.` };
    if (code === 'EISDIR') return { why: `${file} is a directory. Name the files in it: ${file.replace(/\/+$/, '')}/*` };
    return { why: `${file}: ${error instanceof Error ? error.message : error}` };
  }
}

/** The shell of Windows writes UTF-16 behind a `>`. @param {Buffer} bytes */
function decode(bytes) {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.subarray(2).toString('utf16le') : bytes.toString();
}

const saved = positionals.map(readSaved);
const unread = saved.flatMap((one) => ('why' in one ? [one.why] : []));
const form = values.json ? 'json' : process.stdout.isTTY ? 'terminal' : 'ascii';
const result = analyseSaved(
  saved.flatMap((one) => ('why' in one ? [] : [one])),
  Date.now(),
  form,
  values.all ?? false,
);
const refused = [...unread, ...(result.ok ? [] : result.error)];
if (refused.length > 0 || !result.ok) {
  console.error(refused.join('\n'));
  process.exit(2);
}
for (const note of result.value.notes) console.error(note);
// Whoever reads only the beginning (`| head`) has seen enough.
process.stdout.on('error', () => undefined);
process.stdout.write(result.value.text);
process.exitCode = result.value.findings > 0 ? 1 : 0;
