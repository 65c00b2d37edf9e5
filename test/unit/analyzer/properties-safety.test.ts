/** What must hold of every cluster, however disturbed: no dangerous remedy; what speaks for "in use" never accuses; what is lost refutes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterReport, Member } from '../../../worker/analyzer';
import { reconcile } from '../../../worker/findings/reconcile';
import type { Capture } from '../../../worker/wire/snapshot';
import { dangersIn } from './support/dangers';
import { disturb, disturbance } from './support/disturb';
import { capturesOf, type FakeNode } from './support/fake-node';
import { clusterPlan, draftCluster, finishCluster } from './support/healthy-cluster';
import { judge, memberOf } from './support/judge';
import { plannedFault, plantFaults } from './support/planted-faults';

/** A generated cluster with faults in it, and what happened to it since. */
const anyHistory = fc.record({ plan: clusterPlan, faults: fc.array(plannedFault, { maxLength: 5 }), since: fc.array(disturbance, { maxLength: 8 }) });
type History = typeof anyHistory extends fc.Arbitrary<infer T> ? T : never;

function replay({ plan, faults, since }: History): readonly FakeNode[] {
  const draft = draftCluster(plan);
  plantFaults(draft, faults);
  return since.reduce(disturb, finishCluster(draft));
}

/** What makes people delete something: removals, and disks no guest uses. */
function accusations({ nodes, cluster }: ClusterReport): readonly string[] {
  return [...nodes, cluster].flatMap(({ findings }) =>
    findings.flatMap(({ ruleId, subject, remedy, heldBack }) => [
      ...(ruleId === 'dm.unreferenced-volume' ? [`unused ${subject}`] : []),
      ...(remedy?.kind === 'remove-mapping' ? [`removal ${subject}`] : []),
      ...(remedy?.kind === 'remove-mapping' && heldBack === null ? [`offered ${subject}`] : []),
    ]),
  );
}
const added = (before: ClusterReport, after: ClusterReport) => accusations(after).filter((one) => !accusations(before).includes(one));

describe('a generated and disturbed cluster', () => {
  it('is never offered a remedy that could harm', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const nodes = replay(history);
        expect(dangersIn(judge(...nodes), nodes)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('never gets an accusation more by a reference, a lock, a task or a wipe', () => {
    const inUse = disturbance.map((one) => ({ ...one, kind: (['reference', 'guest locked', 'task', 'wipe'] as const)[one.value % 4] ?? 'task' }));
    fc.assert(
      fc.property(anyHistory, inUse, (history, use) => {
        const nodes = replay(history);
        expect(added(judge(...nodes), judge(...disturb(nodes, use)))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('never gets an accusation more, and loses no finding as refuted, when a capture is lost', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(5), fc.nat(60), fc.constantFrom('timeout', 'failed', 'stuck', undefined), (history, node, capture, status) => {
        // A wipe that names no volume holds back everything, out of caution; where its node cannot be read, the guest's own
        // decides. And no task stays behind on a node a guest has left.
        const since = history.since
          .filter(({ kind }) => kind !== 'wipe')
          .sort((a, b) => Number(b.kind === 'guest moves') - Number(a.kind === 'guest moves'));
        const nodes = replay({ ...history, since });
        const whole = nodes.map((one) => capturesOf(one));
        const lost = whole.map((captures, at) => (at === node % whole.length ? loseOne(captures, capture, status) : captures));
        const [before, after] = [judge(...membersOf(nodes, whole)), judge(...membersOf(nodes, lost))];
        expect(added(before, after)).toEqual([]);
        const open = reconcile('c_test', [], before).open.map((one) => ({ ...one, number: 1, openedAt: 0 }));
        expect(reconcile('c_test', open, after).close.map(({ findingId }) => open.find((one) => one.findingId === findingId)?.rule)).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });
});

function loseOne(captures: readonly Capture[], at: number, status: 'timeout' | 'failed' | 'stuck' | undefined): readonly Capture[] {
  return captures.flatMap((one, index) => (index !== at % captures.length ? [one] : status === undefined ? [] : [{ ...one, status, exit: 5 }]));
}

const membersOf = (nodes: readonly FakeNode[], captures: readonly (readonly Capture[])[]): readonly Member[] =>
  nodes.map(({ name }, at) => memberOf(name, captures[at] ?? []));
