/**
 * Open findings + a new report -> what changes. Pure. `found` opens a finding or leaves it open, `clean` closes it,
 * unknown does neither: a finding whose subject (or everything) its rule could not check stays as it is.
 * Whether an opening is a new finding or the next episode of an old one is decided by the database, which has the old.
 */
import { type ClusterReport, type Found, maxFindings, moreSubject, type Outcome, type ScopeReport, type Severity } from '../analyzer';
import { fingerprintOf } from '../analyzer/fingerprint';
import type { CloseReason } from '../db/tenant/findings';
import { severityNumber } from './severity';
import { encodeDetail, encodeEvidence } from './shorten-detail';

export type OpenFinding = {
  readonly findingId: string;
  /** The customer's number of it. */
  readonly number: number;
  /** Null: the cluster's. */
  readonly nodeId: string | null;
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly openedAt: number;
  /** JSON as stored. */
  readonly detail: string;
};

export type FindingWrite = {
  readonly findingId: string;
  readonly nodeId: string | null;
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly detail: string;
  readonly evidence: string;
};

export type Reconciliation = {
  readonly open: readonly FindingWrite[];
  readonly change: readonly FindingWrite[];
  readonly close: readonly { readonly findingId: string; readonly why: CloseReason }[];
  /** Open before and neither found nor refuted: shown as not confirmed, without remedy. */
  readonly unconfirmed: readonly string[];
};

export function reconcile(clusterId: string, open: readonly OpenFinding[], report: ClusterReport): Reconciliation {
  const before = new Map(open.map((finding) => [finding.findingId, finding]));
  const scopes = [{ nodeId: null, scope: report.cluster }, ...report.nodes.map((node) => ({ nodeId: node.nodeId, scope: node as ScopeReport }))];
  const found = new Map<string, FindingWrite>();
  const outcomes = new Map<string, Outcome>();
  for (const { nodeId, scope } of scopes) {
    for (const outcome of scope.outcomes) outcomes.set(keyOf(nodeId, outcome.ruleId), outcome);
    for (const finding of keepBounded(clusterId, nodeId, scope.findings, before)) found.set(finding.findingId, finding);
  }
  const close: { findingId: string; why: CloseReason }[] = [];
  const members = new Set(report.nodes.map(({ nodeId }) => nodeId));
  const unconfirmed: string[] = [];
  for (const finding of open) {
    if (found.has(finding.findingId)) continue;
    // Nobody speaks any more for a node that was removed, or for a cluster without nodes.
    if (finding.nodeId === null ? members.size === 0 : !members.has(finding.nodeId)) close.push({ findingId: finding.findingId, why: 'retired' });
    else if (isRefuted(finding, outcomes.get(keyOf(finding.nodeId, finding.rule)))) close.push({ findingId: finding.findingId, why: 'gone' });
    else unconfirmed.push(finding.findingId);
  }
  return {
    // Worst first: they get their numbers in this order, and the first number is what people read first.
    open: [...found.values()]
      .filter(({ findingId }) => !before.has(findingId))
      .sort((a, b) => severityNumber(b.severity) - severityNumber(a.severity)),
    change: [...found.values()].filter((finding) => differs(before.get(finding.findingId), finding)),
    close,
    unconfirmed,
  };
}

const keyOf = (nodeId: string | null, rule: string): string => `${nodeId ?? ''} ${rule}`;

/** No outcome at all (the rule is not in this release) refutes nothing. */
function isRefuted({ subject }: OpenFinding, outcome: Outcome | undefined): boolean {
  if (outcome === undefined || outcome.status === 'unknown') return false;
  if (subject === moreSubject) return outcome.notChecked.length === 0;
  return !outcome.notChecked.some((missing) => missing.subject === null || missing.subject === subject);
}

function differs(before: OpenFinding | undefined, { severity, detail }: FindingWrite): boolean {
  return before !== undefined && (before.severity !== severity || before.detail !== detail);
}

/** At most `maxFindings` per rule, those that are open already first; one more says that there are more. */
function keepBounded(clusterId: string, nodeId: string | null, findings: readonly Found[], before: ReadonlyMap<string, OpenFinding>): FindingWrite[] {
  const byRule = new Map<string, Found[]>();
  for (const finding of findings) {
    const group = byRule.get(finding.ruleId);
    if (group === undefined) byRule.set(finding.ruleId, [finding]);
    else group.push(finding);
  }
  return [...byRule].flatMap(([rule, group]) => {
    if (group.length <= maxFindings) return group.map((finding) => toWrite(nodeId, finding));
    const isOld = ({ fingerprint }: Found) => before.has(fingerprint);
    const kept = [...group.filter(isOld), ...group.filter((finding) => !isOld(finding))].slice(0, maxFindings);
    const severity = group.some((finding) => finding.severity === 'critical') ? 'critical' : (group[0]?.severity ?? 'info');
    const findingId = fingerprintOf(clusterId, nodeId ?? '', rule, moreSubject);
    return [
      ...kept.map((finding) => toWrite(nodeId, finding)),
      { findingId, nodeId, rule, severity, subject: moreSubject, detail: '{}', evidence: '[]' },
    ];
  });
}

function toWrite(nodeId: string | null, found: Found): FindingWrite {
  const { fingerprint, ruleId, severity, subject, detail, evidence } = found;
  return { findingId: fingerprint, nodeId, rule: ruleId, severity, subject, detail: encodeDetail(detail), evidence: encodeEvidence(evidence) };
}
