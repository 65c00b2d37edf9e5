/** The mini-report in the cluster's row, at most 2 KB: all the fleet page needs. */
import type { ClusterReport, Grade, NodeReport, ScopeReport } from '../analyzer';
import type { OpenFinding } from './reconcile';
import { countSeverities, type SeverityCounts, severityNumber } from './severity';

export type NodeSummary = {
  readonly id: string;
  readonly name: string;
  /** `unknown`: something could not be checked and nothing worse than info was found. */
  readonly worst: 'critical' | 'warning' | 'info' | 'unknown' | 'ok';
  readonly grade: Grade;
  readonly open: number;
};

export type ClusterSummary = {
  /** Worst of its nodes. */
  readonly grade: Grade;
  /** Null: nothing was seen. */
  readonly score: number | null;
  readonly complete: boolean;
  /** Open findings, of nodes and cluster together. */
  readonly counts: SeverityCounts;
  /** Checks that could not be done, or not on everything. */
  readonly notChecked: number;
  /** The worst finding's sentence. Raw text: escape it. */
  readonly sentence: string | null;
  /** Worst first. */
  readonly nodes: readonly NodeSummary[];
  /** Nodes left out for size; none of them is worse than the last one listed. */
  readonly rest: number;
};

const maxBytes = 2048;
const maxNodes = 16;
const maxSentence = 300;
const worsts: readonly NodeSummary['worst'][] = ['critical', 'warning', 'unknown', 'info', 'ok'];

/** `open`: what is open after this report, also what it could not confirm. */
export function summarise(report: ClusterReport, open: readonly Pick<OpenFinding, 'nodeId' | 'severity'>[]): ClusterSummary {
  const scopes: readonly ScopeReport[] = [...report.nodes, report.cluster];
  const nodes = report.nodes
    .map((node) => summariseNode(node, open))
    .sort((a, b) => worsts.indexOf(a.worst) - worsts.indexOf(b.worst) || (a.name < b.name ? -1 : 1));
  const summary = {
    grade: report.cluster.grade,
    score: report.cluster.score,
    complete: scopes.every(({ complete }) => complete),
    counts: countSeverities(open),
    notChecked: scopes.flatMap(({ outcomes }) => outcomes).filter(({ notChecked }) => notChecked.length > 0).length,
    sentence: worstSentence(scopes),
  };
  return keepSize(summary, nodes);
}

function summariseNode({ nodeId, node, grade, complete }: NodeReport, open: readonly Pick<OpenFinding, 'nodeId' | 'severity'>[]): NodeSummary {
  const here = open.filter((finding) => finding.nodeId === nodeId);
  const { critical, warning, info } = countSeverities(here);
  const worst = critical > 0 ? 'critical' : warning > 0 ? 'warning' : !complete ? 'unknown' : info > 0 ? 'info' : 'ok';
  return { id: nodeId, name: node.slice(0, 63), worst, grade, open: here.length };
}

function worstSentence(scopes: readonly ScopeReport[]): string | null {
  const [worst] = scopes.flatMap(({ findings }) => findings).sort((a, b) => severityNumber(b.severity) - severityNumber(a.severity));
  if (worst === undefined) return null;
  const { sentence } = worst.explanation;
  return sentence.length <= maxSentence ? sentence : `${sentence.slice(0, maxSentence - 1)}…`;
}

function keepSize(summary: Omit<ClusterSummary, 'nodes' | 'rest'>, nodes: readonly NodeSummary[]): ClusterSummary {
  for (let kept = Math.min(nodes.length, maxNodes); kept > 0; kept -= 1) {
    const whole = { ...summary, nodes: nodes.slice(0, kept), rest: nodes.length - kept };
    if (Buffer.byteLength(JSON.stringify(whole)) <= maxBytes) return whole;
  }
  return { ...summary, nodes: [], rest: nodes.length };
}

/** Undefined: no report yet. Reads only what was written here. */
export function parseSummary(text: string): ClusterSummary | undefined {
  return text === '{}' ? undefined : (JSON.parse(text) as ClusterSummary);
}
