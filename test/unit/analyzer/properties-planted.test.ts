/** Generated clusters: nothing is found where nothing is wrong, and every planted fault where something is, and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sayFound } from './support/corpus';
import { capturesOf, type FakeNode } from './support/fake-node';
import { clusterPlan, draftCluster, finishCluster } from './support/healthy-cluster';
import { judge, memberOf } from './support/judge';
import { faultKinds, plannedFault, plantFaults } from './support/planted-faults';

function found(nodes: readonly FakeNode[]): readonly string[] {
  const members = nodes.map((node) => memberOf(node.name, capturesOf(node)));
  return sayFound(judge(...members), members);
}

describe('a generated cluster', () => {
  it('in which nothing is wrong has no finding', () => {
    fc.assert(
      fc.property(clusterPlan, (plan) => {
        expect(found(finishCluster(draftCluster(plan)))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('with planted faults has exactly these findings', () => {
    fc.assert(
      fc.property(clusterPlan, fc.array(plannedFault, { minLength: 1, maxLength: 6 }), (plan, faults) => {
        const draft = draftCluster(plan);
        const expected = plantFaults(draft, faults);
        expect(found(finishCluster(draft))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each(faultKinds)('with one fault has one story: %s', (kind) => {
    const draft = draftCluster({ nodes: 3, guests: [], below: 'multipath', hasStrangers: true });
    const expected = plantFaults(draft, [{ kind, at: 1 }]);
    expect(found(finishCluster(draft))).toEqual(expected);
  });
});
