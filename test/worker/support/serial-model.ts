/**
 * The ingest as it would be if everything happened one after the other in one memory: what each node said last, what is
 * open. No database, no revision, no retry; the analyzer and the reconciliation are the Worker's own.
 */
import { analyse, type ClusterReport, type Member, readSnapshot } from '../../../worker/analyzer';
import { reconcile } from '../../../worker/findings/reconcile';
import { storeReport } from '../../../worker/findings/stored-report';
import type { Capture } from '../../../worker/wire/snapshot';

export type ModelNode = { readonly nodeId: string; readonly name: string };
export type OpenInModel = {
  readonly id: string;
  readonly node: string | null;
  readonly rule: string;
  readonly severity: string;
  readonly detail: string;
};

export type SerialModel = {
  readonly hear: (nodeId: string, now: number, captures: readonly Capture[] | undefined) => void;
  readonly report: (now: number) => void;
  readonly open: () => readonly OpenInModel[];
  /** As cluster_reports keeps it. */
  readonly outcomes: () => string;
};

/** The same captures are heard a thousand times. */
const known = new WeakMap<readonly Capture[], ReturnType<typeof readSnapshot>>();
function read(captures: readonly Capture[]): ReturnType<typeof readSnapshot> {
  const found = known.get(captures) ?? readSnapshot(captures, {});
  known.set(captures, found);
  return found;
}

type Open = Parameters<typeof reconcile>[1][number];

/** One machine each, with the right time. */
const contact = { identitySharedAt: null, clockLevel: 0 };

export function makeSerialModel(clusterId: string, nodes: readonly ModelNode[]): SerialModel {
  const members = new Map<string, Member>(
    nodes.map(({ nodeId, name }) => [nodeId, { nodeId, name, lastSeenAt: 0, intervalSeconds: 900, facts: undefined, view: undefined, contact }]),
  );
  let open = new Map<string, Open>();
  let last: { report: ClusterReport; unconfirmed: readonly string[] } | undefined;
  return {
    hear: (nodeId, now, captures) => {
      const before = members.get(nodeId);
      if (before === undefined) throw new Error('a node nobody enrolled');
      members.set(nodeId, { ...before, ...(captures && read(captures)), lastSeenAt: now });
    },
    report: (now) => {
      const evidence = { clusterId, members: [...members.values()].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1)), neighbours: [], now };
      const report = analyse(evidence);
      const changes = reconcile(clusterId, [...open.values()], report);
      const closed = new Set(changes.close.map(({ findingId }) => findingId));
      const kept = [...open].filter(([id]) => !closed.has(id));
      const written = [...changes.open, ...changes.change].map((finding) => [finding.findingId, { ...finding, number: 0, openedAt: now }] as const);
      open = new Map([...kept, ...written]);
      last = { report, unconfirmed: changes.unconfirmed };
    },
    open: () =>
      [...open.values()]
        .map(({ findingId: id, nodeId: node, rule, severity, detail }) => ({ id, node, rule, severity, detail }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    outcomes: () => (last === undefined ? '' : JSON.stringify(storeReport(last.report, [...last.unconfirmed]))),
  };
}
