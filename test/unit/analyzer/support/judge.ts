/** From fake nodes to a report, as the Worker and the offline command make it. */
import { analyse, type ClusterReport, type Member, readSnapshot } from '../../../../worker/analyzer';
import type { Capture } from '../../../../worker/wire/snapshot';
import { capturesOf, type FakeNode } from './fake-node';

export const now = Date.UTC(2026, 10, 21, 9, 41);

export function memberOf(
  name: string,
  captures: readonly Capture[],
  more: Partial<Member> & { readonly knownSeqno?: Record<string, number> } = {},
): Member {
  const { knownSeqno = {}, ...rest } = more;
  return { nodeId: `n_${name}`, name, ...readSnapshot(captures, knownSeqno), lastSeenAt: now, intervalSeconds: 900, ...rest };
}

export function judge(...nodes: readonly (FakeNode | Member)[]): ClusterReport {
  const members = nodes.map((node) => ('nodeId' in node ? node : memberOf(node.name, capturesOf(node))));
  return analyse({ clusterId: 'c_test', members, neighbours: [], now });
}

/** `rule subject-name` of every finding, sorted: short enough to read in a test. */
export function foundIn(report: ClusterReport): readonly string[] {
  return [...report.nodes, report.cluster]
    .flatMap(({ findings }) =>
      findings.map(
        ({ ruleId, detail }) => `${ruleId} ${(detail as { name?: string; volume: string }).name ?? (detail as { volume: string }).volume}`,
      ),
    )
    .sort();
}

export function statusOf(report: ClusterReport, ruleId: string, node = 0): string | undefined {
  const outcomes = [...(report.nodes[node]?.outcomes ?? []), ...report.cluster.outcomes];
  return outcomes.find((outcome) => outcome.ruleId === ruleId)?.status;
}

/** Everything that could make somebody delete something. */
export function accusations(report: ClusterReport): readonly string[] {
  return [...report.nodes, report.cluster]
    .flatMap(({ findings }) =>
      findings.flatMap(({ ruleId, subject, remedy }) => [`${ruleId} ${subject}`, ...(remedy === null ? [] : [`remedy ${remedy.kind} ${subject}`])]),
    )
    .sort();
}
