/** What the README promises about the collector, held against its catalogue. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { catalogue } from '../../collector/captures/catalogue';
import { clusterRules, nodeRules } from '../../worker/analyzer/catalogue';

const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');

it('the README counts the files and commands the collector really reads', () => {
  const commands = new Set(catalogue.flatMap(({ source }) => (source.kind === 'command' ? [source.argv.join(' ')] : [])));
  const files = new Set(
    catalogue.flatMap(({ source }) => {
      if (source.kind === 'command') return [];
      if (source.kind === 'processes') return ['/proc/PID/stat'];
      return source.kind === 'files' ? source.patterns : [source.path];
    }),
  );
  expect(readme).toContain(`Reads     ${files.size} files or kinds of file, and the output of ${commands.size} read-only commands`);
});

it('the README lists every rule', () => {
  const listed = [...readme.matchAll(/^\| `([a-z]+\.[a-z-]+)` \|/gm)].map(([, id]) => id).sort();
  expect(listed).toEqual([...nodeRules, ...clusterRules].map(({ id }) => id).sort());
});

it('every command of package.json the README names exists', () => {
  const { scripts } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  const named = [...readme.matchAll(/npm run ([a-z-]+)/g)].map(([, name]) => name);
  expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
});
