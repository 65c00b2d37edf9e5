/** The console report of every case there is: whole, and never wider than a terminal. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConsoleInput, gradePerformance, renderConsole } from '../../../worker/analyzer';
import { type Case, judgeCase, membersOf } from './support/corpus';
import { now } from './support/judge';

const fixtures = resolve(import.meta.dirname, '../../fixtures');
const cases = readdirSync(fixtures).filter((name) => existsSync(resolve(fixtures, name, 'case.ts')));
const loaded = await Promise.all(
  cases.map(async (name) => [name, ((await import(resolve(fixtures, name, 'case.ts'))) as { readonly default: Case }).default] as const),
);

function consolesOf(one: Case, more: Pick<ConsoleInput, 'all' | 'form'>): readonly string[] {
  const report = judgeCase(one);
  return membersOf(one).map(({ nodeId, facts, view }) => {
    const membership = facts?.membership.status === 'known' ? facts.membership.value : undefined;
    return renderConsole({
      version: '1.0.0',
      at: one.now ?? now,
      report,
      nodeId,
      place: '',
      pve: facts?.pve ?? { manager: '', kernel: '' },
      guests: view?.guests.status === 'known' ? view.guests.value : null,
      running: facts?.running.status === 'known' ? facts.running.value : null,
      performance: gradePerformance({}),
      members: membership === undefined ? null : { ...membership, reporting: 1, total: membership.members.length, missing: [] },
      known: new Map(),
      page: '',
      raw: undefined,
      ...more,
    });
  });
}

describe.each(loaded)('%s', (_name, one) => {
  it('is told in 80 columns, in full and in short, and ends with what there is to do', () => {
    for (const all of [false, true]) {
      for (const text of consolesOf(one, { all, form: 'ascii' })) {
        expect(text.split('\n').filter((line) => line.length > 80 || /[^ -~]/.test(line) || /\s$/.test(line))).toEqual([]);
        expect(text).toMatch(/^(?:\d+ issues?\. |No issues)/m);
        expect(text).not.toMatch(/undefined|\[object|NaN/);
      }
    }
  });

  it('has every finding once, and every reason why something was not checked', () => {
    const { nodes, cluster } = judgeCase(one);
    for (const [index, text] of consolesOf(one, { all: true, form: 'ascii' }).entries()) {
      const findings = [...(nodes[index]?.findings ?? []), ...cluster.findings];
      expect(text.match(/^(?:CRITICAL|WARNING|INFO) {2,}/gm)?.length ?? 0).toBe(findings.length);
      const hasHoles = [...(nodes[index]?.outcomes ?? []), ...cluster.outcomes].some(({ notChecked }) => notChecked.length > 0);
      expect(text.includes('\nNOT CHECKED\n')).toBe(hasHoles);
    }
  });
});
