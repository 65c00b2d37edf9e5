/** What the members of a cluster know together, each fact on the word it needs (docs/architecture.md). */

import { type Evidence, known, unknown } from '../evidence';
import type { LogicalVolume, NodeFacts, VolumeGroup } from '../facts';
import { completeView, indexViews, type References, type ViewIndexes } from '../volumes/references';
import type { ClusterEvidence, FreshMember, Member, Neighbour } from './cluster-evidence';
import { gatherInFlight, type InFlight } from './in-flight';
import { type Grouping, groupMembers } from './membership';
import { freshForMs, isIdentityShared } from './presence';

export type ClusterContext = {
  /** Members whose last message is not older than three intervals, in an order that does not depend on the asker. */
  readonly fresh: readonly FreshMember[];
  /** Silent ones, and those two machines speak for, with what they said last: it counts where it speaks for "in use", never against. */
  readonly silent: readonly FreshMember[];
  /** One PVE cluster, its members naming each other; otherwise nothing can be joined across nodes. */
  readonly oneCluster: Evidence<true>;
  readonly grouping: Grouping;
  /** Union of every fresh view; needs one complete view of a quorate member. */
  readonly references: Evidence<References>;
  /** Each distinct view indexed once: members of a healthy cluster share one. */
  readonly views: ViewIndexes;
  readonly inFlight: InFlight;
  /**
   * Group uuid -> volume uuid -> nodes whose LVM shows it. A group is shared where a second node shows the very volume:
   * nodes made from one disk image have local groups with one uuid.
   */
  readonly seenBy: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly elsewhere: Elsewhere;
  /** Name of a group -> fresh members whose LVM shows one of that name, as the cluster calls them. */
  readonly nodesByGroup: ReadonlyMap<string, readonly string[]>;
  /** Members of the PVE cluster that are not enrolled, or silent: their own state is not known. */
  readonly absentMembers: readonly string[];
};

/** Other clusters of the customer that see a group of this one. */
export type Elsewhere = {
  /** Their names. */
  sharedWith(group: VolumeGroup): readonly string[];
  /** A guest of one of them, as far as it shows them now, names the volume. */
  isUsed(group: VolumeGroup, volume: LogicalVolume): boolean;
};

const hasFacts = (member: Member): member is FreshMember => member.facts !== undefined;

/** Heard in time, by one machine alone: what it says may be judged. */
export function isFresh(member: Member, now: number): member is FreshMember {
  return hasFacts(member) && now - member.lastSeenAt <= freshForMs(member.intervalSeconds) && !isIdentityShared(member, now);
}

export function gatherCluster({ members, neighbours, now }: ClusterEvidence): ClusterContext {
  const heard = members.filter(hasFacts).sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  const fresh = heard.filter((member) => isFresh(member, now));
  const silent = heard.filter((member) => !isFresh(member, now));
  const grouping = groupMembers(fresh, silent);
  const { oneCluster } = grouping;
  const views = indexViews();
  return {
    fresh,
    silent,
    oneCluster,
    grouping,
    references: oneCluster.status === 'known' ? joinReferences(fresh, silent, views) : oneCluster,
    views,
    inFlight: gatherInFlight(fresh),
    seenBy: countSightings(heard),
    elsewhere: lookElsewhere(neighbours, views),
    nodesByGroup: indexGroupNames(fresh),
    absentMembers: findAbsentMembers(fresh),
  };
}

function lookElsewhere(neighbours: readonly Neighbour[], views: ViewIndexes): Elsewhere {
  const others = neighbours.map((one) => ({ name: one.cluster, groups: new Set(one.groups), references: views.join(one.views, []) }));
  const seeing = (group: VolumeGroup) => others.filter(({ groups }) => groups.has(group.uuid));
  return {
    sharedWith: (group) => seeing(group).map(({ name }) => name),
    isUsed: (group, volume) => seeing(group).some(({ references }) => references.guestsOf(group, volume).length > 0),
  };
}

/** Counted only in groups that more than one member shows: the others' volumes are on one node. */
function countSightings(heard: readonly FreshMember[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const readings = new Map<string, VolumeGroup[]>();
  for (const { facts } of heard) {
    for (const group of facts.groups.status === 'known' ? facts.groups.value : [])
      readings.set(group.uuid, [...(readings.get(group.uuid) ?? []), group]);
  }
  const sightings = new Map<string, ReadonlyMap<string, number>>();
  for (const [uuid, groups] of readings) {
    if (groups.length < 2) continue;
    const volumes = new Map<string, number>();
    for (const group of groups) for (const volume of group.volumes) volumes.set(volume.uuid, (volumes.get(volume.uuid) ?? 0) + 1);
    sightings.set(uuid, volumes);
  }
  return sightings;
}

function indexGroupNames(fresh: readonly FreshMember[]): ReadonlyMap<string, readonly string[]> {
  const nodes = new Map<string, string[]>();
  for (const { facts, name } of fresh) {
    const names = new Set(facts.groups.status === 'known' ? facts.groups.value.map((group) => group.name) : []);
    for (const group of names) {
      const same = nodes.get(group);
      if (same === undefined) nodes.set(group, [facts.node || name]);
      else same.push(facts.node || name);
    }
  }
  return nodes;
}

function joinReferences(fresh: readonly FreshMember[], silent: readonly FreshMember[], views: ViewIndexes): Evidence<References> {
  const isTrusted = fresh.some(({ facts, view }) => isQuorate(facts) && completeView(view) !== undefined);
  if (!isTrusted) return unknown({ reason: 'no_fresh_view' });
  const missing = fresh.map(({ facts }) => facts.mentions).find(({ status }) => status === 'unknown');
  if (missing?.status === 'unknown') return missing;
  const mentions = [...fresh, ...silent].flatMap(({ facts }) => (facts.mentions.status === 'known' ? facts.mentions.value : []));
  const complete = fresh.flatMap(({ view }) => (view !== undefined && completeView(view) !== undefined ? [view] : []));
  return known(views.join(complete, mentions));
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
