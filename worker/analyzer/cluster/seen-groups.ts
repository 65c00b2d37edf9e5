/** Each volume group of a cluster once, from the best reading of a member; and where none could be read. */

import type { Unknown } from '../evidence';
import type { VolumeGroup } from '../facts';
import { isListedVolume } from '../parse/volume-name';
import type { NotChecked } from '../report-shape';
import { completeView } from '../volumes/references';
import type { ClusterContext } from './cluster-context';
import type { ClusterEvidence, FreshMember, Neighbour } from './cluster-evidence';

export type SeenGroup = {
  readonly group: VolumeGroup;
  /** Members that show it, and the one whose reading is used. */
  readonly nodes: readonly string[];
  readonly readBy: FreshMember;
  /** Why nothing can be said about unused volumes in it. */
  readonly why: Unknown | undefined;
};

export type SeenGroups = {
  readonly groups: readonly SeenGroup[];
  /** Members and storages whose groups nobody could show. */
  readonly unseen: readonly NotChecked[];
};

export function gatherGroups({ members, neighbours }: ClusterEvidence, cluster: ClusterContext): SeenGroups {
  const shared = sharedGroupNames(cluster.fresh);
  const seen = collectGroups(cluster.fresh, shared, []);
  // What only a silent member shows: nothing is said about it, and nothing about it is refuted.
  const twins = findTwins(cluster);
  const groups = collectGroups(cluster.silent, shared, seen).map((one) => ({ ...one, why: whyNotJudged(one, cluster, neighbours, twins) }));
  const unseen = [...cluster.fresh, ...cluster.silent].flatMap(({ facts, name }): NotChecked[] =>
    facts.groups.status === 'unknown' ? [{ subject: null, name, why: facts.groups.why }] : [],
  );
  const waiting = members
    .filter(({ facts }) => facts === undefined)
    .map(({ name }): NotChecked => ({ subject: null, name, why: { reason: 'no_state', node: name } }));
  return { groups, unseen: [...unseen, ...waiting, ...findInvisible(cluster.fresh, groups)] };
}

function sharedGroupNames(fresh: readonly FreshMember[]): ReadonlySet<string> {
  const storages = fresh.flatMap(({ view }) => completeView(view)?.storages ?? []);
  return new Set(storages.filter((storage) => storage.shared).map(({ vgname }) => vgname));
}

function collectGroups(members: readonly FreshMember[], shared: ReadonlySet<string>, before: readonly SeenGroup[]): readonly SeenGroup[] {
  const best = [...before];
  for (const member of members) {
    for (const group of member.facts.groups.status === 'known' ? member.facts.groups.value : []) {
      const at = best.findIndex((seen) => isSameGroup(seen.group, group, shared));
      const other = best[at];
      // A silent member never replaces what a fresh one shows.
      if (other !== undefined && before.includes(other)) continue;
      const nodes = [...(other?.nodes ?? []), member.name];
      const seen = other !== undefined && !isBetter(group, other.group) ? { ...other, nodes } : { group, nodes, readBy: member, why: undefined };
      if (other === undefined) best.push(seen);
      else best[at] = seen;
    }
  }
  return best;
}

/**
 * Nodes made from one disk image have local groups with one uuid. A group is the same when a storage calls it shared, or
 * when its guests' volumes are: at least one in common, or none on either side.
 */
function isSameGroup(a: VolumeGroup, b: VolumeGroup, shared: ReadonlySet<string>): boolean {
  if (a.uuid !== b.uuid) return false;
  if (shared.has(a.name)) return true;
  const ofA = new Set(a.volumes.flatMap(({ name, uuid }) => (isListedVolume(name) ? [uuid] : [])));
  const ofB = b.volumes.filter(({ name }) => isListedVolume(name));
  return ofA.size === 0 && ofB.length === 0 ? true : ofB.some(({ uuid }) => ofA.has(uuid));
}

/** Whole before not whole, newest metadata first. */
function isBetter(group: VolumeGroup, than: VolumeGroup): boolean {
  if ((group.notWhole === undefined) !== (than.notWhole === undefined)) return group.notWhole === undefined;
  return group.seqno > than.seqno;
}

/** Groups beside another one of their name, on one node. */
function findTwins({ fresh, silent }: ClusterContext): ReadonlySet<VolumeGroup> {
  const twins = new Set<VolumeGroup>();
  for (const { facts } of [...fresh, ...silent]) {
    const first = new Map<string, VolumeGroup>();
    for (const group of facts.groups.status === 'known' ? facts.groups.value : []) {
      const other = first.get(group.name);
      if (other === undefined) first.set(group.name, group);
      else for (const twin of [other, group]) twins.add(twin);
    }
  }
  return twins;
}

function whyNotJudged(
  { group, readBy, nodes }: SeenGroup,
  cluster: ClusterContext,
  neighbours: readonly Neighbour[],
  twins: ReadonlySet<VolumeGroup>,
): Unknown | undefined {
  if (cluster.silent.includes(readBy)) return { reason: 'silent', node: readBy.facts.node || readBy.name, since: readBy.lastSeenAt };
  if (group.notWhole !== undefined) return { reason: 'group_not_whole', group: group.name, says: group.notWhole };
  // A storage means one of them, and only its name says which.
  if (twins.has(group)) return { reason: 'group_not_whole', group: group.name, says: 'LVM shows two groups of this name' };
  const highest = readBy.facts.knownSeqno[group.uuid] ?? 0;
  if (group.seqno < highest) return { reason: 'old_metadata', group: group.name, seqno: group.seqno, known: highest };
  // Whether a volume is open there is part of the verdict.
  for (const { facts, name } of cluster.fresh) if (nodes.includes(name) && facts.mappings.status === 'unknown') return facts.mappings.why;
  const isUnread = ({ groups, views }: Neighbour) =>
    groups.includes(group.uuid) && !views.some((view) => view.quorate && completeView(view) !== undefined);
  const unread = neighbours.find(isUnread);
  return unread && { reason: 'group_not_whole', group: group.name, says: `${unread.cluster} uses it too and its guests could not be read` };
}

/** Storages whose group no member shows: that is no storage without unused disks. */
function findInvisible(fresh: readonly FreshMember[], groups: readonly SeenGroup[]): readonly NotChecked[] {
  const names = new Set(groups.map(({ group }) => group.name));
  const invisible = new Map<string, NotChecked>();
  for (const { view } of fresh) {
    for (const { id, type, vgname, disabled } of completeView(view)?.storages ?? []) {
      if ((type !== 'lvm' && type !== 'lvmthin') || disabled || names.has(vgname)) continue;
      invisible.set(id, { subject: null, name: id, why: { reason: 'group_not_visible', group: vgname } });
    }
  }
  return [...invisible.values()];
}
