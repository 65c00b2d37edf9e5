/** Every case of test/fixtures: a cluster as it was seen, where it comes from, and exactly what must be said about it. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRules, nodeRules } from '../../../worker/analyzer/catalogue';
import { type Case, judgeCase, membersOf, sayFound, sayNotChecked, scopesOf } from './support/corpus';

const directory = resolve(import.meta.dirname, '../../fixtures');
const names = readdirSync(directory)
  .filter((name) => existsSync(resolve(directory, name, 'case.ts')))
  .sort();
const loaded = await Promise.all(names.map(async (name) => ({ name, ...(await read(name)) })));

async function read(name: string): Promise<Case> {
  const module: { readonly default: Case } = await import(resolve(directory, name, 'case.ts'));
  return module.default;
}

/** Visible in the list of tests: a case in which nothing was found, or nothing could even be judged. */
function sayOutcome({ expect: { found, notChecked = [] } }: Case): string {
  const parts = [found.length === 0 ? 'nothing found' : `${found.length} found`, ...(notChecked.length === 0 ? [] : ['not checked'])];
  return parts.join(', ');
}

describe('the corpus', () => {
  it.each(loaded.map((one) => [one.name, sayOutcome(one), one] as const))('%s (%s)', (_name, _outcome, one) => {
    const report = judgeCase(one);
    const members = membersOf(one);
    expect({ found: sayFound(report, members) }, one.title).toEqual({ found: [...one.expect.found].sort() });
    if (one.expect.notChecked === undefined) return;
    const named = new Set(one.expect.notChecked.map((line) => line.split(' ')[1]));
    const notChecked = sayNotChecked(report, members).filter((line) => named.size === 0 || named.has(line.split(' ')[1]));
    expect({ notChecked }, one.title).toEqual({ notChecked: [...one.expect.notChecked].sort() });
  });

  it('has at least sixty cases', () => expect(loaded.length).toBeGreaterThanOrEqual(60));

  it('says of every case what is true and where it comes from', () => {
    expect(loaded.filter(({ title, source }) => title.length < 15 || source.length < 8).map(({ name }) => name)).toEqual([]);
    expect(new Set(loaded.map(({ title }) => title)).size).toBe(loaded.length);
  });
});

describe('every rule', () => {
  const outcomes = loaded.flatMap((one) => scopesOf(judgeCase(one)).flatMap(({ scope }) => scope.outcomes));
  const withStatus = (status: string) => new Set(outcomes.filter((outcome) => outcome.status === status).map(({ ruleId }) => ruleId));
  const all = [...nodeRules, ...clusterRules].map(({ id }) => id);

  it('is found in a case', () => expect(all.filter((id) => !withStatus('found').has(id))).toEqual([]));
  it('is clean in a case', () => expect(all.filter((id) => !withStatus('clean').has(id))).toEqual([]));
});
