/** The arrows of the house: who may import whom. A wrong import fails here, with the file's name. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

type Import = { readonly from: string; readonly to: string; readonly isType: boolean };

/** Area -> what it may import: areas of this project, and packages. `type:` allows types only. First match wins. */
const arrows: readonly (readonly [area: string, allowed: readonly string[]])[] = [
  ['collector/', ['collector/', 'type:worker/wire/', 'worker/wire/signature-base', 'node:']],
  ['worker/wire/', ['worker/wire/', 'zod']],
  // Ids are hashes and bytes become base32: the only two things the analyzer takes from outside.
  ['worker/analyzer/fingerprint', ['node:crypto', 'worker/ids']],
  ['worker/analyzer/', ['worker/analyzer/', 'type:worker/wire/']],
  ['worker/text/', ['worker/text/']],
  ['worker/db/', ['worker/db/', 'worker/ids', 'worker/result', 'type:worker/', 'drizzle-orm', 'node:']],
  ['worker/findings/', ['worker/findings/', 'worker/analyzer', 'worker/db/', 'worker/ids', 'worker/result', 'type:worker/', 'node:']],
  [
    'worker/ingest/',
    ['worker/ingest/', 'worker/analyzer', 'worker/db/', 'worker/findings/', 'worker/wire/', 'worker/ids', 'worker/result', 'type:', 'node:'],
  ],
  ['worker/enrollment/', ['worker/enrollment/', 'worker/ingest/', 'worker/db/', 'worker/wire/', 'worker/ids', 'worker/result', 'type:', 'node:']],
  ['worker/jobs/', ['worker/jobs/', 'worker/analyzer', 'worker/db/', 'worker/findings/', 'type:']],
  ['worker/people/', ['worker/people/', 'worker/http/session-cookie', 'worker/db/', 'worker/ids', 'worker/result', 'worker/text/', 'type:']],
  [
    'worker/pages/',
    [
      'worker/pages/',
      'worker/http/',
      'worker/people/',
      'worker/analyzer',
      'worker/db/',
      'worker/findings/',
      'worker/enrollment/',
      // The raw lines behind a finding: unpacked as they were taken.
      'worker/ingest/raw-evidence',
      'worker/jobs/',
      'worker/text/',
      'worker/ids',
      'worker/result',
      'worker/problem',
      'worker/sshsig',
      'type:',
      'hono',
      'zod',
    ],
  ],
];

function listSources(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string, source: string): Import[] {
  const found = source.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|^\s*import\s+['"]([^'"]+)['"]/gm,
  );
  return [...found].map(([, type, named, dynamic, bare]) => {
    const target = named ?? dynamic ?? bare ?? '';
    return { from: file, to: target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target, isType: type !== undefined };
  });
}

function isAllowed({ to, isType }: Import, allowed: readonly string[]): boolean {
  return allowed.some((rule) => (rule.startsWith('type:') ? isType && to.startsWith(rule.slice(5)) : to.startsWith(rule)));
}

function wrongArrows(files: readonly { readonly file: string; readonly source: string }[]): string[] {
  return files.flatMap(({ file, source }) => {
    const allowed = arrows.find(([area]) => file.startsWith(area))?.[1];
    return allowed === undefined
      ? []
      : importsOf(file, source)
          .filter((one) => !isAllowed(one, allowed))
          .map(({ to }) => `${file} -> ${to}`);
  });
}

const read = (file: string) => ({ file, source: readFileSync(join(root, file), 'utf8') });

describe('the arrows of the house', () => {
  const sources = ['worker', 'collector'].flatMap(listSources).map(read);

  it('all point inwards', () => expect(wrongArrows(sources)).toEqual([]));

  it('are looked at in every area', () => {
    for (const [area] of arrows)
      expect(
        sources.some(({ file }) => file.startsWith(area)),
        area,
      ).toBe(true);
  });

  it.each([
    ['worker/analyzer/rules/dm/x.ts', "import { selectOpen } from '../../../db/tenant/findings';"],
    ['worker/analyzer/parse/x.ts', "import * as z from 'zod';"],
    ['worker/analyzer/x.ts', "export { now } from '../ports';"],
    ['worker/analyzer/x.ts', "const clock = await import('node:process');"],
    ['worker/analyzer/x.ts', "import { header } from '../wire/snapshot';"],
    ['collector/x.ts', "import { header } from '../worker/wire/snapshot';"],
    ['collector/x.ts', "import zod from 'zod';"],
    ['worker/ingest/x.ts', "import { FleetPage } from '../pages/fleet/fleet-page';"],
    ['worker/db/x.ts', "import {\n  analyse,\n} from '../analyzer';"],
  ])('a wrong one in %s is seen: %s', (file, source) => expect(wrongArrows([{ file, source }])).toHaveLength(1));
});

describe('the analyzer', () => {
  it('knows no clock, no randomness, no environment, no network', () => {
    const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bfetch\(|\bperformance\./;
    expect(listSources('worker/analyzer').filter((file) => impure.test(read(file).source))).toEqual([]);
  });
});
