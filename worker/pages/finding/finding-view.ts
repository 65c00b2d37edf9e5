/** A stored finding in words. A rule this release does not have is shown as what is stored, never dropped. */
import {
  type Explanation,
  explainFinding,
  freshForMs,
  holdMinutesOf,
  nameSafe,
  type Place,
  type Remedy,
  type Severity,
  safeBecause,
} from '../../analyzer';
import type { FleetNode } from '../../db/fleet';
import type { FindingRow } from '../../db/tenant/findings';
import { type Hold, heldBack } from '../../findings/held-back';
import { severityWord } from '../../findings/severity';
import type { StoredReport } from '../../findings/stored-report';

export type FindingView = {
  readonly id: string;
  readonly number: string;
  /** Its own page, with the raw lines. */
  readonly page: string;
  readonly nodeId: string | undefined;
  readonly nodeName: string;
  readonly severity: Severity;
  readonly rule: string;
  readonly title: string;
  readonly explanation: Explanation | undefined;
  readonly subject: string;
  readonly remedy: Remedy | null;
  readonly openedAt: number;
  /** Why nothing should be done about it yet; null: it stands. */
  readonly heldBack: string | null;
  /** Failed tasks of the last days that it explains. */
  readonly alreadyHit: string | undefined;
  /** Why what is to be done is safe, and how to call that now; undefined: nothing is offered. */
  readonly safe: { readonly name: string; readonly reasons: readonly string[] } | undefined;
};

export type FindingContext = {
  readonly tenantId: string;
  readonly tenantKey: string;
  readonly nodes: readonly Pick<FleetNode, 'nodeId' | 'name' | 'lastSeenAt' | 'intervalSeconds'>[];
  readonly report: StoredReport | undefined;
  /** Something newer has arrived than the report was made from. */
  readonly isDirty: boolean;
  readonly now: number;
};

export function viewFinding(row: FindingRow, { tenantId, tenantKey, nodes, report, isDirty, now }: FindingContext): FindingView {
  const node = nodes.find(({ nodeId }) => nodeId === row.nodeId);
  const nodeName = row.nodeId === null ? '' : (node?.name ?? 'a removed node');
  const words = explainStored(row, { node: nodeName, nextId: report?.insight?.ids.next, searched: report?.insight?.searched });
  const hold = {
    openedAt: row.openedAt,
    holdMinutes: holdMinutesOf(row.rule),
    lastSeenAt: node?.lastSeenAt ?? Math.max(0, ...nodes.map(({ lastSeenAt }) => lastSeenAt)),
    analysisHeldBack: report?.held[row.findingId] ?? null,
    // A node that fell silent is marked by the next tick of the clock; whoever reads before that is told all the same.
    isConfirmed: report !== undefined && !report.unconfirmed.includes(row.findingId) && (node === undefined || isHeardInTime(node, now)),
    isJudged: !isDirty,
  };
  const waits = heldBack(hold, now);
  return {
    id: row.findingId,
    number: `${tenantKey}-${row.number}`,
    page: `/t/${tenantId}/findings/${row.findingId}`,
    nodeId: row.nodeId ?? undefined,
    nodeName,
    severity: severityWord(row.severity),
    rule: row.rule,
    title: words?.title ?? row.rule,
    explanation: words?.explanation,
    subject: row.subject,
    remedy: words?.remedy ?? null,
    openedAt: row.openedAt,
    alreadyHit: report?.hits?.[row.findingId],
    heldBack: waits,
    safe: words && explainSafe(words, hold, waits, isQuorate(row.nodeId, report)),
  };
}

type Words = NonNullable<ReturnType<typeof explainFinding>>;

/** What could not be confirmed is not called anything. */
function explainSafe({ explanation, remedy }: Words, hold: Hold, waits: string | null, quorate: boolean | undefined): FindingView['safe'] {
  const heldBack = hold.isConfirmed ? hold.analysisHeldBack : 'not confirmed';
  const seen = { first: hold.openedAt, last: hold.lastSeenAt };
  const reasons = safeBecause({ explanation, remedy, heldBack }, { isQuorate: quorate, seen });
  return remedy === null || reasons.length === 0 ? undefined : { name: nameSafe(remedy, waits !== null), reasons };
}

/** Of a finding about the cluster: every node that said so. */
function isQuorate(nodeId: string | null, report: StoredReport | undefined): boolean | undefined {
  const said = (report?.nodes ?? []).filter((node) => nodeId === null || node.nodeId === nodeId).map((node) => node.isQuorate ?? undefined);
  return said.length > 0 && said.every((one) => one === true) ? true : undefined;
}

const isHeardInTime = ({ lastSeenAt, intervalSeconds }: Pick<FleetNode, 'lastSeenAt' | 'intervalSeconds'>, now: number) =>
  now - lastSeenAt <= freshForMs(intervalSeconds);

function explainStored({ rule, subject, detail }: FindingRow, place: Place): ReturnType<typeof explainFinding> {
  try {
    return explainFinding({ ruleId: rule, subject, detail: JSON.parse(detail) }, place);
  } catch {
    // Written by a release whose detail had another shape: the next report writes it anew.
    return undefined;
  }
}
