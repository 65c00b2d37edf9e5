/** The report of a cluster: a pure function of all members' facts and the time. The same for Worker, offline and tests. */
import { clusterRules, nodeRules } from './catalogue';
import { type ClusterContext, gatherCluster, isFresh } from './cluster-context';
import type { ClusterEvidence, FreshMember, Member } from './cluster-evidence';
import { clusterInputs } from './cluster-inputs';
import { unknown } from './evidence';
import { countMappings, markCluster, markNode } from './grade';
import { type NodeInputs, nodeInputs } from './node-inputs';
import type { ClusterReport, Found, NodeReport, Outcome } from './report-shape';
import type { Rule, Scope } from './rule';

export function analyse(evidence: ClusterEvidence): ClusterReport {
  const context = gatherCluster(evidence);
  const names = context.fresh.map(({ name }) => name);
  const cluster = checkRules(clusterRules, clusterInputs(evidence, context), {
    clusterId: evidence.clusterId,
    nodeId: '',
    place: { node: names.length === 1 ? (names[0] ?? '') : 'this cluster' },
  });
  const nodes = evidence.members.map((member) => reportNode(member, context, cluster.findings, evidence));
  const complete = isComplete(cluster.outcomes);
  return { nodes, cluster: { ...cluster, complete, ...markCluster(nodes, complete) } };
}

function reportNode(member: Member, context: ClusterContext, clusterFindings: readonly Found[], { clusterId, now }: ClusterEvidence): NodeReport {
  const fresh = isFresh(member, now);
  const inputs = fresh ? nodeInputs(member, context) : blindInputs(member);
  const name = member.facts?.node || member.name;
  const { outcomes, findings } = checkRules(nodeRules, inputs, { clusterId, nodeId: member.nodeId, place: { node: name } });
  const counts = countMappings(inputs.mappings, [...findings, ...clusterFindings]);
  const complete = isComplete(outcomes);
  return {
    nodeId: member.nodeId,
    node: name,
    counts,
    guests: fresh ? countGuests(member) : null,
    outcomes,
    findings,
    complete,
    ...markNode(counts, complete),
  };
}

function checkRules<Inputs>(
  rules: readonly Rule<Inputs>[],
  inputs: Inputs,
  scope: Scope,
): { outcomes: readonly Outcome[]; findings: readonly Found[] } {
  const results = rules.map((rule) => rule.check(inputs, scope));
  return { outcomes: results.map(({ outcome }) => outcome), findings: results.flatMap(({ found }) => found) };
}

const isComplete = (outcomes: readonly Outcome[]): boolean => outcomes.every(({ notChecked }) => notChecked.length === 0);

/** Nothing about a node that has been silent, or has not spoken yet. */
function blindInputs({ name, facts, lastSeenAt }: Member): NodeInputs {
  const missing = unknown(
    facts === undefined ? { reason: 'no_state', node: name } : { reason: 'silent', node: facts.node || name, since: lastSeenAt },
  );
  return { mappings: missing, ownership: missing, circumstances: missing };
}

function countGuests({ facts, view }: FreshMember): NodeReport['guests'] {
  if (facts.running.status === 'unknown') return null;
  const statuses = Object.values(facts.running.value);
  const homes = view?.homes.status === 'known' ? Object.values(view.homes.value).filter((node) => node === facts.node).length : statuses.length;
  return { total: Math.max(homes, statuses.length), running: statuses.filter((status) => status !== 'stopped').length };
}
