// npm run docs: writes docs/what-leaves-the-node.md and the box in the README from the collector's catalogue and allow-lists, and
// docs/rules.md from the rules.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'sexton-docs-'));
try {
  const outfile = join(directory, 'documentation.mjs');
  const contents = `export * from './what-leaves'; export * from './readme-box'; export * from '${root}worker/analyzer/report/rules-document';`;
  await build({
    stdin: { contents, resolveDir: join(root, 'collector/documentation') },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  const { renderWhatLeaves, renderRules, replaceBox } = await import(pathToFileURL(outfile).href);
  const readme = replaceBox(readFileSync(join(root, 'README.md'), 'utf8'));
  if (readme === undefined) throw new Error('README.md has no box to write into.');
  writeFileSync(join(root, 'README.md'), readme);
  writeFileSync(join(root, 'docs/what-leaves-the-node.md'), renderWhatLeaves());
  writeFileSync(join(root, 'docs/rules.md'), renderRules());
} finally {
  rmSync(directory, { recursive: true });
}
