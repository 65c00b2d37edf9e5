/** Every rule says what it is, why it matters, how it is decided and what taught it; docs/rules.md is made from that. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../collector/captures/catalogue';
import { clusterRules, nodeRules } from '../../worker/analyzer/catalogue';
import { renderRules } from '../../worker/analyzer/report/rules-document';

const rules = [...nodeRules, ...clusterRules];

it('docs/rules.md says what the rules say today (npm run docs)', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../../docs/rules.md'), 'utf8');
  expect(written).toBe(renderRules());
});

describe('a rule', () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s is explained in full',
    (_id, { brief, word, counts, severity, doesNotApply, reference }) => {
      const { what, why, how, evidence, guards, remedy, sources } = reference;
      for (const text of [what, why, how, remedy, doesNotApply, ...guards]) expect(text).toMatch(/^\S.{12,}[.!”"]$/s);
      for (const list of [guards, sources]) expect(list.length).toBeGreaterThan(0);
      expect(reference.severity === undefined).toBe(severity !== undefined);
      expect(brief.length).toBeLessThanOrEqual(32);
      if (counts !== 'none') expect(word.length).toBeLessThanOrEqual(14);
      const captures = new Set<string>(catalogue.map(({ id }) => id));
      expect(evidence.filter((id) => !captures.has(id))).toEqual([]);
    },
  );

  it('never speaks of what does not apply as if it were fine', () => {
    for (const { doesNotApply } of rules) expect(doesNotApply).not.toMatch(/\b(?:clean|fine|ok|okay|healthy|good)\b/i);
  });
});
