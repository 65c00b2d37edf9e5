/** The report as JSON: the shape of `analyze --json` and of the API. */
import type { ClusterReport, Found, Outcome, ScopeReport } from '../report-shape';
import { groupNotChecked, sayUnknown } from './not-checked';

/** `heldBackOf` says why nothing may be done about a finding yet; offline every finding was seen once. */
export function renderJson(report: ClusterReport, heldBackOf: (finding: Found) => string | null = () => 'seen once'): unknown {
  const scope = ({ grade, score, complete, outcomes, findings }: ScopeReport) => ({
    grade,
    score,
    complete,
    outcomes: outcomes.map(toOutcome),
    findings: findings.map((finding) => ({
      ruleId: finding.ruleId,
      severity: finding.severity,
      subject: finding.subject,
      fingerprint: finding.fingerprint,
      title: finding.title,
      explanation: finding.explanation,
      detail: finding.detail,
      evidence: finding.evidence,
      remedy: finding.remedy,
      heldBack: finding.heldBack ?? heldBackOf(finding),
    })),
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
  return { ruleId, status, missing };
}
