/**
 * What is kept of a report (cluster_reports.outcomes): outcomes per rule and node with the reasons grouped, and which
 * open findings are held or not confirmed. Nothing in it changes by itself: it is written only when different.
 */
import {
  type ClusterReport,
  type Counts,
  type Grade,
  groupNotChecked,
  type Insight,
  type NodeReport,
  type NotCheckedGroup,
  type Outcome,
  type ScopeReport,
} from '../analyzer';

export type StoredOutcome = Pick<Outcome, 'ruleId' | 'status' | 'found'> & { readonly notChecked: readonly NotCheckedGroup[] };

export type StoredScope = {
  readonly grade: Grade;
  readonly score: number | null;
  readonly complete: boolean;
  readonly outcomes: readonly StoredOutcome[];
};

export type StoredReport = {
  readonly nodes: readonly (StoredScope & {
    readonly nodeId: string;
    readonly node: string;
    readonly counts: Counts | null;
    readonly guests: NodeReport['guests'];
    /** Absent: stored by an earlier release. */
    readonly isQuorate?: boolean | null;
  })[];
  readonly cluster: StoredScope;
  /** Absent: not known, or stored by an earlier release. */
  readonly insight?: Insight | undefined;
  /** Finding id -> what is under way. */
  readonly held: Readonly<Record<string, string>>;
  /** Finding id -> failed tasks it explains; absent: stored by an earlier release. */
  readonly hits?: Readonly<Record<string, string>>;
  /** Ids of open findings this report could not check. */
  readonly unconfirmed: readonly string[];
};

/** Enough for every rule of a large cluster; a row ends at 2 MB. */
const maxHeld = 2000;
const maxHits = 200;
const maxReasons = 100;

export function storeReport(report: ClusterReport, unconfirmed: readonly string[]): StoredReport {
  const findings = [...report.nodes, report.cluster].flatMap((scope) => scope.findings);
  const held = findings.flatMap(({ fingerprint, heldBack }) => (heldBack === null ? [] : [[fingerprint, heldBack.slice(0, 200)] as const]));
  const hits = findings.flatMap(({ fingerprint, alreadyHit }) =>
    alreadyHit === undefined ? [] : [[fingerprint, alreadyHit.slice(0, 300)] as const],
  );
  return {
    nodes: report.nodes.map((node) => ({
      nodeId: node.nodeId,
      node: node.node,
      counts: node.counts,
      guests: node.guests,
      isQuorate: node.isQuorate,
      ...storeScope(node),
    })),
    cluster: storeScope(report.cluster),
    ...(report.insight === undefined ? {} : { insight: report.insight }),
    held: Object.fromEntries(held.slice(0, maxHeld)),
    hits: Object.fromEntries(hits.slice(0, maxHits)),
    // In an order that does not depend on who was numbered first: a report that says the same is not written again.
    unconfirmed: [...unconfirmed].sort().slice(0, maxHeld),
  };
}

function storeScope({ grade, score, complete, outcomes }: ScopeReport): StoredScope {
  const stored = outcomes.map(({ ruleId, status, found, notChecked }) => ({
    ruleId,
    status,
    found,
    notChecked: groupNotChecked(notChecked).slice(0, maxReasons),
  }));
  return { grade, score, complete, outcomes: stored };
}

/** Reads only what storeReport made. */
export const parseStoredReport = (text: string): StoredReport => JSON.parse(text) as StoredReport;
