/** What the members of a cluster know together, each fact on the word it needs (ARCHITECTURE.md, "Whose word a fact needs"). */
import type { ClusterEvidence, Member } from './analyse';
import { type Evidence, known, unknown } from './evidence';
import type { Guest, NodeFacts } from './facts';
import { completeView, indexReferences, type References } from './references';

export type ClusterContext = {
  /** Members whose last message is not older than three intervals. */
  readonly fresh: readonly FreshMember[];
  /** One PVE cluster, its members naming each other; otherwise nothing can be joined across nodes. */
  readonly oneCluster: Evidence<true>;
  /** Union of every fresh view; needs one complete view of a quorate member. */
  readonly references: Evidence<References>;
  /** Guest number -> what is under way, from locks, tasks, HA and entries that changed. */
  readonly inFlight: ReadonlyMap<number, string>;
  /** A task that wipes or frees volumes without naming a guest. */
  readonly freeing: boolean;
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

export function isFresh(member: Member, now: number): member is FreshMember {
  return member.facts !== undefined && now - member.lastSeenAt <= freshForMs(member.intervalSeconds);
}

export function gatherCluster({ members, now }: ClusterEvidence): ClusterContext {
  const fresh = members.filter((member) => isFresh(member, now));
  const oneCluster = proveOneCluster(members);
  const seenBy = new Map<string, number>();
  for (const { facts } of members) {
    if (facts?.groups.status !== 'known') continue;
    for (const group of facts.groups.value)
      for (const volume of group.volumes) seenBy.set(`${group.uuid}${volume.uuid}`, (seenBy.get(`${group.uuid}${volume.uuid}`) ?? 0) + 1);
  }
  const tasks = fresh.flatMap(({ facts }) => (facts.tasks.status === 'known' ? facts.tasks.value : []));
  return {
    fresh,
    oneCluster,
    references: oneCluster.status === 'known' ? joinReferences(fresh) : oneCluster,
    inFlight: gatherInFlight(fresh),
    freeing: tasks.some(({ type }) => type === 'imgdel'),
    seenBy,
    absentMembers: findAbsentMembers(fresh),
  };
}

/** Members list each other in .members and agree on the cluster's name; a standalone node is alone. */
function proveOneCluster(members: readonly Member[]): Evidence<true> {
  const said = members.flatMap(({ facts, name }) =>
    facts?.membership.status === 'known' ? [{ ...facts.membership.value, name: facts.node || name }] : [],
  );
  const [first] = said;
  const names = [...new Set(said.map(({ cluster, name }) => cluster ?? name))].sort();
  const mutual = said.every(({ members: listed }) => said.every(({ name }) => listed.includes(name)));
  const distinct = new Set(said.map(({ name }) => name)).size === said.length;
  if (said.length < 2 || (first?.cluster !== null && names.length === 1 && mutual && distinct)) return known(true);
  return unknown({ reason: 'mixed_enrolment', clusters: names });
}

function joinReferences(fresh: readonly FreshMember[]): Evidence<References> {
  const views = fresh.flatMap(({ view }) => completeView(view) ?? []);
  const trusted = fresh.some(({ facts, view }) => isQuorate(facts) && completeView(view) !== undefined);
  if (!trusted) return unknown({ reason: 'no_fresh_view' });
  const mentions = fresh.map(({ facts }) => facts.mentions);
  const missing = mentions.find((mention) => mention.status === 'unknown');
  if (missing?.status === 'unknown') return missing;
  return known(
    indexReferences(
      views,
      mentions.flatMap((mention) => (mention.status === 'known' ? mention.value : [])),
    ),
  );
}

export function isQuorate(facts: NodeFacts): boolean {
  return facts.membership.status === 'known' && facts.membership.value.quorate;
}

/** Locks in which a guest may rest for months. */
const restingLocks = new Set(['', 'suspended', 'mounted']);

function gatherInFlight(fresh: readonly FreshMember[]): ReadonlyMap<number, string> {
  const inFlight = new Map<number, string>();
  const homes = new Map<number, string>();
  for (const { facts, view, name } of fresh) {
    for (const guest of knownGuests(view)) {
      if (!restingLocks.has(guest.lock)) inFlight.set(guest.vmid, `locked (${guest.lock})`);
      const home = homes.get(guest.vmid);
      if (home !== undefined && home !== guest.node) inFlight.set(guest.vmid, 'its members disagree where it lives');
      homes.set(guest.vmid, guest.node);
    }
    if (view?.ha.status === 'known') for (const [vmid, state] of Object.entries(view.ha.value)) inFlight.set(Number(vmid), `HA state ${state}`);
    if (facts.movedGuests.status === 'known')
      for (const vmid of facts.movedGuests.value) inFlight.set(vmid, 'its configuration changed during the check-in');
    if (facts.tasks.status === 'known') {
      for (const { type, id } of facts.tasks.value) if (/^[1-9][0-9]{2,8}$/.test(id)) inFlight.set(Number(id), `task ${type} on ${name}`);
    }
  }
  return inFlight;
}

function knownGuests(view: Member['view']): readonly Guest[] {
  return view?.guests.status === 'known' ? view.guests.value : [];
}

function findAbsentMembers(fresh: readonly FreshMember[]): readonly string[] {
  const listed = new Set(fresh.flatMap(({ facts }) => (facts.membership.status === 'known' ? facts.membership.value.members : [])));
  for (const { facts, name } of fresh) {
    listed.delete(facts.node);
    listed.delete(name);
  }
  return [...listed].sort();
}
