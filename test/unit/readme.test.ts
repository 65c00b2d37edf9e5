/** What the README promises about the collector, held against its catalogue. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { catalogue } from '../../collector/captures/catalogue';
import { whyCaptured } from '../../collector/captures/why';
import { filesOf } from '../../collector/documentation/count-sources';
import { replaceBox } from '../../collector/documentation/readme-box';
import { renderWhatLeaves } from '../../collector/documentation/what-leaves';
import { guestConfig, storageConfig } from '../../collector/redact/allowed';
import { clusterRules, nodeRules } from '../../worker/analyzer/catalogue';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(resolve(root, 'README.md'), 'utf8');

it.each([
  ['the box in the README', () => [readme, replaceBox(readme)]],
  ['docs/what-leaves-the-node.md', () => [readFileSync(resolve(root, 'docs/what-leaves-the-node.md'), 'utf8'), renderWhatLeaves()]],
] as const)('%s says what the collector does today (npm run docs)', (_what, read) => {
  const [written, made] = read();
  expect(made).toBeDefined();
  expect(written).toBe(made);
});

it('says of every entry of the catalogue what is read, why, and what passes', () => {
  const document = renderWhatLeaves();
  for (const { id, source, redaction } of catalogue) {
    expect(document).toContain(`### \`${id}\`\n\n${whyCaptured[id]}\n`);
    expect(document).toContain(`### Filter: ${redaction}\n`);
    if (source.kind === 'command') expect(document).toContain(source.argv.join(' '));
    for (const file of filesOf(source)) expect(document).toContain(`\`${file}\``);
  }
  for (const key of [...Object.keys(guestConfig.plain), ...Object.keys(storageConfig.options), ...guestConfig.driveOptions])
    expect(document).toContain(`\`${key}\``);
});

it('the README lists every rule', () => {
  const listed = [...readme.matchAll(/^\| `([a-z]+\.[a-z-]+)` \|/gm)].map(([, id]) => id).sort();
  expect(listed).toEqual([...nodeRules, ...clusterRules].map(({ id }) => id).sort());
});

it('every command of package.json the README names exists', () => {
  const { scripts } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
  const named = [...readme.matchAll(/npm run ([a-z-]+)/g)].map(([, name]) => name);
  expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
});
