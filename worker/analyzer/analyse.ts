/** The report of a cluster: a pure function of all members' facts and the time. The same for Worker, offline and tests. */
import { type FailedTasks, indexFailedTasks, sayAlreadyHit } from './already-hit';
import { clusterRules, nodeRules } from './catalogue';
import { type ClusterContext, gatherCluster, isFresh } from './cluster/cluster-context';
import type { ClusterEvidence, FreshMember, Member } from './cluster/cluster-evidence';
import { clusterInputs } from './cluster/cluster-inputs';
import { type Presence, presenceOf } from './cluster/presence';
import { known, type Unknown, unknown } from './evidence';
import { gainInsight, type Inventory, takeInventory } from './insight/insight';
import { type NodeInputs, nodeInputs } from './node/node-inputs';
import type { ClusterReport, Found, NodeReport, Outcome } from './report-shape';
import type { Rule, Scope } from './rule';
import { countMappings, markCluster, markNode } from './score/grade';

export function analyse(evidence: ClusterEvidence): ClusterReport {
  const context = gatherCluster(evidence);
  const inventory = takeInventory(context);
  const failed = indexFailedTasks(context.fresh);
  const names = context.fresh.map(({ name }) => name);
  const isServed = evidence.members.some(({ contact }) => contact !== undefined);
  const cluster = checkRules(
    rulesFor(clusterRules, isServed),
    clusterInputs(evidence, context),
    {
      clusterId: evidence.clusterId,
      nodeId: '',
      place: { node: names.length === 1 ? (names[0] ?? '') : 'this cluster', searched: inventory?.searched },
    },
    failed,
  );
  const inputs = new Map(evidence.members.map((member) => [member, inputsOf(member, context, evidence)]));
  const around = { evidence, inputs, inventory, failed, clusterFindings: cluster.findings };
  const nodes = evidence.members.map((member) => reportNode(member, around));
  const complete = isComplete(cluster.outcomes);
  return {
    nodes,
    cluster: { ...cluster, complete, ...markCluster(nodes, complete) },
    insight: inventory && gainInsight(inventory, { context, inputs, nodes, clusterFindings: cluster.findings }),
  };
}

/** A saved file has nobody who hears it. */
function rulesFor<Inputs>(rules: readonly Rule<Inputs>[], isServed: boolean): readonly Rule<Inputs>[] {
  return isServed ? rules : rules.filter(({ isAboutCheckIns }) => !isAboutCheckIns);
}

type Around = {
  readonly evidence: ClusterEvidence;
  readonly inputs: ReadonlyMap<Member, NodeInputs>;
  readonly inventory: Inventory | undefined;
  readonly failed: FailedTasks;
  readonly clusterFindings: readonly Found[];
};

function inputsOf(member: Member, context: ClusterContext, evidence: ClusterEvidence): NodeInputs {
  const presence = presenceOf(member, evidence);
  return isFresh(member, evidence.now) ? nodeInputs(member, context, presence) : blindInputs(member, presence);
}

function reportNode(member: Member, { evidence, inputs: all, inventory, failed, clusterFindings }: Around): NodeReport {
  const { clusterId, now } = evidence;
  const fresh = isFresh(member, now);
  const inputs = all.get(member) ?? blindInputs(member, presenceOf(member, evidence));
  const name = member.facts?.node || member.name;
  const { outcomes, findings } = checkRules(
    rulesFor(nodeRules, member.contact !== undefined),
    inputs,
    {
      clusterId,
      nodeId: member.nodeId,
      place: { node: name, nextId: inventory?.nextId },
    },
    failed,
  );
  const counts = countMappings(inputs.mappings, [...findings, ...clusterFindings]);
  const complete = isComplete(outcomes);
  return {
    nodeId: member.nodeId,
    node: name,
    counts,
    guests: fresh ? countGuests(member) : null,
    isQuorate: fresh && member.facts.membership.status === 'known' ? member.facts.membership.value.quorate : null,
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
  failed: FailedTasks,
): { outcomes: readonly Outcome[]; findings: readonly Found[] } {
  const results = rules.map((rule) => rule.check(inputs, scope));
  return {
    outcomes: results.map(({ outcome }) => outcome),
    findings: results.flatMap(({ found }) => found.map((finding) => withHistory(finding, failed))),
  };
}

function withHistory(finding: Found, failed: FailedTasks): Found {
  const alreadyHit = sayAlreadyHit(finding, failed);
  return alreadyHit === undefined ? finding : { ...finding, alreadyHit };
}

const isComplete = (outcomes: readonly Outcome[]): boolean => outcomes.every(({ notChecked }) => notChecked.length === 0);

/** Nothing about a node that has been silent, has not spoken yet, or that two machines speak for. */
function blindInputs({ name, facts, lastSeenAt }: Member, presence: Presence): NodeInputs {
  const missing = unknown(whyBlind());
  return {
    mappings: missing,
    tree: missing,
    tables: missing,
    groups: missing,
    running: missing,
    runningFor: missing,
    thinPools: missing,
    failedTasks: missing,
    cookies: missing,
    lvmLocks: missing,
    ownership: missing,
    trustedGroups: missing,
    storages: missing,
    storageUse: missing,
    circumstances: missing,
    behind: missing,
    presence: known(presence),
  };

  function whyBlind(): Unknown {
    if (facts === undefined) return { reason: 'no_state', node: name };
    if (presence.silence === undefined && presence.isShared) return { reason: 'identity_shared', node: presence.node };
    return { reason: 'silent', node: presence.node, since: lastSeenAt };
  }
}

function countGuests({ facts, view }: FreshMember): NodeReport['guests'] {
  if (facts.running.status === 'unknown') return null;
  const statuses = Object.values(facts.running.value);
  const homes = view?.guests.status === 'known' ? view.guests.value.filter(({ node }) => node === facts.node).length : statuses.length;
  return { total: Math.max(homes, statuses.length), running: statuses.filter((status) => status !== 'stopped').length };
}
