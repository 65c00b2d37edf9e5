/** Score and grade by the documented formula: what counts, as what, and what counts nowhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Counts } from '../../../worker/analyzer';
import { clusterRules, nodeRules } from '../../../worker/analyzer/catalogue';
import { grades, markCluster, markNode } from '../../../worker/analyzer/score/grade';
import { type FakeNode, mapped } from './support/fake-node';
import { judge } from './support/judge';
import { localMappings, pve1, pve2, pve3 } from './support/sample-cluster';

const reasons = { duplicate: [], tombstoned: [] };
const counts = (duplicate: number, tombstoned: number): Counts => ({ total: 1000, valid: 0, duplicate, tombstoned, notChecked: 0, held: 0, reasons });
const mark = (duplicate: number, tombstoned: number) => markNode(counts(duplicate, tombstoned), true);
const countsOf = (...nodes: readonly FakeNode[]) => judge(...nodes).nodes[0]?.counts;

it.each([
  [0, 0, 100, 'A+'],
  [0, 1, 95, 'B'],
  [0, 5, 75, 'B'],
  [0, 6, 70, 'C'],
  [0, 20, 60, 'C'],
  [0, 21, 60, 'D'],
  [0, 50, 60, 'D'],
  [0, 51, 60, 'F'],
  [1, 0, 80, 'F'],
  [3, 8, 0, 'F'],
  [9, 99, 0, 'F'],
])('%d duplicates and %d tombstones: %d of 100, grade %s', (duplicate, tombstoned, score, grade) => {
  expect(mark(duplicate, tombstoned)).toEqual({ score, grade });
});

it('is never A+ with holes, and no grade at all where no mapping was seen', () => {
  expect(markNode(counts(0, 0), false)).toEqual({ score: 100, grade: 'A' });
  expect(markNode(null, false)).toEqual({ score: null, grade: '?' });
});

it('of a cluster is that of its worst node; more faults never make either better', () => {
  const some = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(fc.array(fc.tuple(some, some), { minLength: 1, maxLength: 5 }), some, (nodes, more) => {
      const marks = nodes.map(([duplicate, tombstoned]) => mark(duplicate, tombstoned));
      const cluster = markCluster(marks, true);
      const worse = markCluster([...marks, mark(more, more)], true);
      expect(cluster.score).toBe(Math.min(...marks.map(({ score }) => score ?? 100)));
      expect(grades.indexOf(worse.grade)).toBeGreaterThanOrEqual(grades.indexOf(cluster.grade));
    }),
  );
});

describe('what counts', () => {
  it('is every mapping exactly once', () => {
    const { total = 0, valid = 0, duplicate = 0, tombstoned = 0, notChecked = 0 } = countsOf(pve1, pve2, pve3) ?? {};
    expect(valid + duplicate + tombstoned + notChecked).toBe(total);
    expect(total).toBe(pve1.mappings?.length);
  });

  it('is data of the rule, not how severe a finding is', () => {
    // A warning about a guest and one about a node: they stand in the report and count nowhere.
    const quiet: FakeNode = { ...pve1, mappings: localMappings, guests: [{ vmid: 100, node: 'pve1', config: 'scsi0: san-prod:vm-100-disk-7\n' }] };
    const report = judge(quiet, pve2);
    expect(report.nodes[0]?.findings.map(({ ruleId }) => ruleId)).toContain('guest.dangling-volume');
    expect(report.nodes[0]).toMatchObject({ score: 100, counts: { duplicate: 0, tombstoned: 0 } });
  });

  it('is no volume without a mapping: the unused one counts only where it is mapped', () => {
    const isMapped: FakeNode = { ...pve1, mappings: [...(pve1.mappings ?? []), mapped('san1vg', 'vm-131-disk-0', 40)] };
    const [without, within] = [countsOf(pve1, pve2, pve3), countsOf(isMapped, pve2, pve3)];
    expect(within?.tombstoned).toBe((without?.tombstoned ?? 0) + 1);
    expect(within?.reasons.tombstoned).toContainEqual(['unused', 1]);
    expect(without?.reasons.tombstoned.map(([word]) => word)).not.toContain('unused');
  });

  it('adds up to the reasons beside it', () => {
    const found = countsOf(pve1, pve2, pve3);
    for (const kind of ['duplicate', 'tombstoned'] as const)
      expect(found?.reasons[kind].reduce((sum, [, many]) => sum + many, 0)).toBe(found?.[kind]);
  });

  it('is counted and shown apart when something is under way', () => {
    const locked = pve1.guests?.map((guest) => (guest.vmid === 119 ? { ...guest, config: `lock: backup\n${guest.config}` } : guest)) ?? [];
    const nodes = [pve1, pve2, pve3].map((node) => ({ ...node, guests: locked }));
    expect(countsOf(...nodes)).toMatchObject({ duplicate: 2, held: 1 });
    expect(countsOf(pve1, pve2, pve3)).toMatchObject({ duplicate: 2, held: 0 });
  });
});

it('a word of the summary stands for one rule', () => {
  const words = [...nodeRules, ...clusterRules].flatMap(({ counts: as, word }) => (as === 'none' ? [] : [word]));
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
});
