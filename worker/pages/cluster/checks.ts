/** The checks of a report as pages list them: per node and for the cluster as a whole. */
import { clusterRules, nodeRules } from '../../analyzer/catalogue';
import type { StoredOutcome, StoredReport } from '../../findings/stored-report';

const titles = new Map([...nodeRules, ...clusterRules].map(({ id, title }) => [id, title]));
export const titleOf = (ruleId: string): string => titles.get(ruleId) ?? ruleId;

export type CheckHole = StoredOutcome & {
  /** Undefined: the cluster as a whole. */
  readonly nodeId: string | undefined;
  readonly nodeName: string | undefined;
};

export const outcomesOfNode = (report: StoredReport | undefined, nodeId: string): readonly StoredOutcome[] =>
  report?.nodes.find((node) => node.nodeId === nodeId)?.outcomes ?? [];

/** Every check with something it could not see. */
export function holesOf(report: StoredReport | undefined): readonly CheckHole[] {
  if (report === undefined) return [];
  const scopes = [
    ...report.nodes.map(({ nodeId, node, outcomes }) => ({ nodeId, nodeName: node, outcomes })),
    { nodeId: undefined, nodeName: undefined, outcomes: report.cluster.outcomes },
  ];
  return scopes.flatMap(({ outcomes, ...where }) =>
    outcomes.filter(({ notChecked }) => notChecked.length > 0).map((outcome) => ({ ...outcome, ...where })),
  );
}

export const countChecks = (report: StoredReport): number =>
  [...report.nodes, report.cluster].reduce((sum, { outcomes }) => sum + outcomes.length, 0);
