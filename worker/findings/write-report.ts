/** Writes a report with everything that follows from it in one batch, or, when the cluster moved on meanwhile, nothing. */
import { type ClusterEvidence, type ClusterReport, catalogueVersion, holdMinutesOf, openLimits, presenceLimits } from '../analyzer';
import { didReturn } from '../db/rows';
import type { TenantScope } from '../db/scope';
import { claimReport, saveDay, saveOutcomes } from '../db/tenant/clusters';
import { changeFindings, closeFindings, type EventKind, type Opened, openFindings, recordEvents, selectOpen } from '../db/tenant/findings';
import type { ClusterReading } from './cluster-reading';
import type { FindingWrite, Reconciliation } from './reconcile';
import { severityNumber } from './severity';
import { storeReport } from './stored-report';
import { summarise } from './summary';

export type ReportMade = {
  readonly reading: ClusterReading;
  readonly report: ClusterReport;
  readonly changes: Reconciliation;
  /** Of this attempt, never used before. */
  readonly reportId: string;
  /** What made the report due: a node's id or `cron`, and the raw message that shows it. */
  readonly by: { readonly who: string; readonly rawKey: string | null };
};

/** The results of the batch, its last one the findings open now; undefined: another report won. */
export async function writeReport(
  scope: TenantScope,
  made: ReportMade,
): Promise<{ open: D1Result<unknown> | undefined; statements: number } | undefined> {
  const statements = reportStatements(scope, made);
  const results = await scope.db.batch(statements);
  return didReturn(results[0]) ? { open: results.at(-1), statements: statements.length } : undefined;
}

function reportStatements(scope: TenantScope, { reading, report, changes, reportId, by }: ReportMade): D1PreparedStatement[] {
  const { cluster, evidence, open } = reading;
  const { now } = evidence;
  const mark = { clusterId: cluster.clusterId, reportId };
  const after = openAfter(open, changes);
  const summary = summarise(report, after);
  const rev = cluster.evidenceRev;
  const head = { rev, analysedBy: catalogueVersion, recheckAt: nextRecheck(after, evidence, report), summary: JSON.stringify(summary) };
  const statements = [claimReport(scope, mark, head), saveOutcomes(scope, mark, now, JSON.stringify(storeReport(report, changes.unconfirmed)))];
  for (const rows of inParts(changes.open.map(toRow))) statements.push(openFindings(scope, mark, now, rows));
  for (const rows of inParts(changes.change.map(toRow))) statements.push(changeFindings(scope, mark, now, rows));
  if (changes.close.length > 0) {
    const closed = changes.close.map(({ findingId, why }) => ({ id: findingId, why }));
    statements.push(closeFindings(scope, mark, now, closed));
  }
  const events = eventsOf(changes);
  if (events.length > 0) {
    const day = new Date(now).toISOString().slice(0, 10);
    const counts = JSON.stringify({ ...summary.counts, notChecked: summary.notChecked });
    statements.push(recordEvents(scope, mark, now, events, by), saveDay(scope, mark, day, summary.grade, counts));
  }
  return [...statements, selectOpen(scope, cluster.clusterId)];
}

/** A value may not reach 2 MB, and a report not many statements. */
const maxValueLength = 1_400_000;

function inParts<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = [];
  let length = maxValueLength;
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row));
    if (length + size > maxValueLength) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)?.push(row);
    length += size;
  }
  return parts;
}

function openAfter(
  open: ClusterReading['open'],
  { open: opened, change, close }: Reconciliation,
): (Pick<FindingWrite, 'nodeId' | 'severity' | 'rule'> & { readonly openedAt: number | undefined })[] {
  const closed = new Set(close.map(({ findingId }) => findingId));
  const changed = new Map(change.map((finding) => [finding.findingId, finding.severity]));
  const kept = open
    .filter(({ findingId }) => !closed.has(findingId))
    .map((finding) => ({ ...finding, severity: changed.get(finding.findingId) ?? finding.severity }));
  return [...kept, ...opened.map((finding) => ({ ...finding, openedAt: undefined }))];
}

/** When the next hold ends, time alone changes what is said of a node, or a short message may have proven something: then the report is due again, though nobody spoke. */
function nextRecheck(
  open: readonly { readonly rule: string; readonly openedAt: number | undefined }[],
  evidence: ClusterEvidence,
  report: ClusterReport,
): number | null {
  const { now } = evidence;
  const holds = open.map(({ rule, openedAt }) => (openedAt ?? now) + holdMinutesOf(rule) * 60_000).filter((end) => end > now);
  const ends = [...holds, ...presenceLimits(evidence), ...openLimits(evidence, report.cluster)];
  return ends.length === 0 ? null : ends.reduce((first, end) => Math.min(first, end));
}

function eventsOf({ open, change, close }: Reconciliation): { id: string; kind: EventKind }[] {
  const kinds = { opened: open, changed: change, closed: close } as const;
  return (Object.keys(kinds) as EventKind[]).flatMap((kind) => kinds[kind].map(({ findingId }) => ({ id: findingId, kind })));
}

function toRow({ findingId, nodeId, rule, severity, subject, detail, evidence }: FindingWrite): Opened {
  return { id: findingId, node: nodeId, rule, severity: severityNumber(severity), subject, detail, evidence };
}
