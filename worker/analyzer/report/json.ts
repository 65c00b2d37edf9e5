/** The report as JSON: the shape of `analyze --json` and of the API. */
import type { ClusterReport, Found, Outcome, ScopeReport } from '../report-shape';
import { type Circumstance, safeBecause } from './guards';
import { sayWhyIdle } from './idle';
import { groupNotChecked, sayUnknown } from './not-checked';
import { marksOf, type RawLines } from './raw-lines';
import { terminalText } from './terminal-text';

export type JsonContext = {
  /** Why nothing may be done about a finding yet; offline every finding was seen once. */
  readonly heldBackOf?: (finding: Found) => string | null;
  /** The lines findings rest on, where they are at hand. */
  readonly raw?: RawLines;
  readonly circumstance?: Circumstance;
};

const seenOnce = () => 'seen once';
const nowhere: Circumstance = { isQuorate: undefined, seen: undefined };

export function renderJson(report: ClusterReport, { heldBackOf = seenOnce, raw, circumstance = nowhere }: JsonContext = {}): unknown {
  const toFinding = (finding: Found) => {
    const marks = marksOf(finding.subject, finding.detail);
    return {
      ruleId: finding.ruleId,
      severity: finding.severity,
      subject: finding.subject,
      fingerprint: finding.fingerprint,
      title: finding.title,
      explanation: { ...finding.explanation, safe: safeBecause(finding, circumstance) },
      ...(finding.alreadyHit === undefined ? {} : { alreadyHit: finding.alreadyHit }),
      detail: finding.detail,
      evidence: finding.evidence.map((line) => {
        const text = raw?.(line, marks);
        // Control characters are made visible: this is often looked at on a terminal.
        return text === undefined ? line : { ...line, text: terminalText(text, 'terminal') };
      }),
      remedy: finding.remedy,
      heldBack: finding.heldBack ?? heldBackOf(finding),
    };
  };
  const scope = ({ grade, score, complete, outcomes, findings }: ScopeReport) => ({
    grade,
    score,
    complete,
    outcomes: outcomes.map(toOutcome),
    findings: findings.map(toFinding),
  });
  return {
    nodes: report.nodes.map((node) => ({ node: node.node, nodeId: node.nodeId, counts: node.counts, guests: node.guests, ...scope(node) })),
    cluster: scope(report.cluster),
    insight: report.insight ?? null,
  };
}

/** `missing`: what could not be seen -> why. One entry per reason, however many mappings it concerns. */
function toOutcome({ ruleId, status, notChecked }: Outcome) {
  const missing = Object.fromEntries(
    groupNotChecked(notChecked).map(({ why, count, names }, index) => {
      const what = count === 0 ? 'everything' : `${names.join(', ')}${count > names.length ? ` and ${count - names.length} more` : ''}`;
      return [`${index + 1}. ${what}`, { ...why, says: sayUnknown(why) }];
    }),
  );
  if (status !== 'not_applicable') return { ruleId, status, missing };
  return { ruleId, status, missing, says: sayWhyIdle(ruleId) };
}
