/** What the members of a cluster know together, each fact on the word it needs (docs/architecture.md). */
import type { ClusterEvidence, Member } from './analyse';
import { type Evidence, known, unknown } from './evidence';
import type { NodeFacts } from './facts';
import { gatherInFlight, type InFlight } from './in-flight';
import { completeView, indexReferences, type References } from './references';

export type ClusterContext = {
  /** Members whose last message is not older than three intervals, in an order that does not depend on the asker. */
  readonly fresh: readonly FreshMember[];
  /** Silent ones with what they said last: it counts where it speaks for "in use", never against. */
  readonly silent: readonly FreshMember[];
  /** One PVE cluster, its members naming each other; otherwise nothing can be joined across nodes. */
  readonly oneCluster: Evidence<true>;
  /** Union of every fresh view; needs one complete view of a quorate member. */
  readonly references: Evidence<References>;
  readonly inFlight: InFlight;
  /**
   * Group uuid + volume uuid -> nodes whose LVM shows it. A group is shared where a second node shows the very volume:
   * nodes made from one disk image have local groups with one uuid.
   */
  readonly seenBy: ReadonlyMap<string, number>;
  /** Members of the PVE cluster that are not enrolled, or silent: their own state is not known. */
  readonly absentMembers: readonly string[];
};

export type FreshMember = Member & { readonly facts: NodeFacts };

/** Three intervals, at least a quarter of an hour. */
export function freshForMs(intervalSeconds: number): number {
  return Math.max(3 * intervalSeconds, 900) * 1000;
}

const hasFacts = (member: Member): member is FreshMember => member.facts !== undefined;

export function isFresh(member: Member, now: number): member is FreshMember {
  return hasFacts(member) && now - member.lastSeenAt <= freshForMs(member.intervalSeconds);
}

export function gatherCluster({ members, now }: ClusterEvidence): ClusterContext {
  const heard = members.filter(hasFacts).sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  const fresh = heard.filter((member) => isFresh(member, now));
  const silent = heard.filter((member) => !isFresh(member, now));
  const oneCluster = proveOneCluster(fresh, silent);
  return {
    fresh,
    silent,
    oneCluster,
    references: oneCluster.status === 'known' ? joinReferences(fresh, silent) : oneCluster,
    inFlight: gatherInFlight(fresh),
    seenBy: countSightings(heard),
    absentMembers: findAbsentMembers(fresh),
  };
}

function countSightings(heard: readonly FreshMember[]): ReadonlyMap<string, number> {
  const seenBy = new Map<string, number>();
  for (const { facts } of heard) {
    for (const group of facts.groups.status === 'known' ? facts.groups.value : []) {
      for (const { uuid } of group.volumes) seenBy.set(`${group.uuid}${uuid}`, (seenBy.get(`${group.uuid}${uuid}`) ?? 0) + 1);
    }
  }
  return seenBy;
}

/**
 * Members list each other in .members and agree on the cluster's name; a standalone node is alone. A silent one may be
 * from before another joined: only its cluster's name counts.
 */
function proveOneCluster(fresh: readonly FreshMember[], silent: readonly FreshMember[]): Evidence<true> {
  const said = sayMemberships(fresh);
  const all = [...said, ...sayMemberships(silent)];
  if (all.length < 2) return known(true);
  const names = [...new Set(all.map(({ cluster, name }) => cluster ?? name))].sort();
  const isNamed = all.every(({ cluster }) => cluster !== null) && names.length === 1;
  const isMutual = said.every(({ members: listed }) => said.every(({ name }) => listed.includes(name)));
  const isDistinct = new Set(said.map(({ name }) => name)).size === said.length;
  return isNamed && isMutual && isDistinct ? known(true) : unknown({ reason: 'mixed_enrolment', clusters: names });
}

function sayMemberships(members: readonly FreshMember[]) {
  return members.flatMap(({ facts, name }) => (facts.membership.status === 'known' ? [{ ...facts.membership.value, name: facts.node || name }] : []));
}

function joinReferences(fresh: readonly FreshMember[], silent: readonly FreshMember[]): Evidence<References> {
  const views = fresh.flatMap(({ view }) => completeView(view) ?? []);
  const isTrusted = fresh.some(({ facts, view }) => isQuorate(facts) && completeView(view) !== undefined);
  if (!isTrusted) return unknown({ reason: 'no_fresh_view' });
  const missing = fresh.map(({ facts }) => facts.mentions).find(({ status }) => status === 'unknown');
  if (missing?.status === 'unknown') return missing;
  const mentions = [...fresh, ...silent].flatMap(({ facts }) => (facts.mentions.status === 'known' ? facts.mentions.value : []));
  return known(indexReferences(views, mentions));
}

export function isQuorate(facts: NodeFacts): boolean {
  return facts.membership.status === 'known' && facts.membership.value.quorate;
}

function findAbsentMembers(fresh: readonly FreshMember[]): readonly string[] {
  const listed = new Set(fresh.flatMap(({ facts }) => (facts.membership.status === 'known' ? facts.membership.value.members : [])));
  for (const { facts, name } of fresh) {
    listed.delete(facts.node);
    listed.delete(name);
  }
  return [...listed].sort();
}
