/** The facts a rule about the whole cluster may ask for: the volumes of every group, and who uses them. */
import type { ClusterEvidence } from './analyse';
import type { ClusterContext, FreshMember } from './cluster-context';
import { type Evidence, known, type Unknown } from './evidence';
import type { LogicalVolume, VolumeGroup } from './facts';
import { decodeDmUuid } from './parse/dm-uuid';
import { guestOfVolume, isListedVolume } from './parse/volume-name';
import { completeView, indexReferences, type References } from './references';

export type SeenGroup = {
  readonly group: VolumeGroup;
  /** Fresh members that see it, and the one whose reading is used. */
  readonly nodes: readonly string[];
  readonly readBy: FreshMember;
  /** Why nothing can be said about unused volumes in it. */
  readonly why: Unknown | undefined;
};

export type ClusterInputs = {
  readonly groups: Evidence<readonly SeenGroup[]>;
  readonly use: Evidence<Use>;
};

export type Use = {
  readonly references: References;
  /** Named by a guest, a mention, or a guest of another cluster that sees the group. */
  isUsed(group: VolumeGroup, volume: LogicalVolume): boolean;
  /** Open on a member whose mappings are known. */
  isOpen(volume: LogicalVolume): boolean;
  inFlight(volume: LogicalVolume): { readonly guest: number; readonly says: string } | undefined;
  /** Members whose open counts are not known. */
  readonly unseenMembers: readonly string[];
};

export function clusterInputs(evidence: ClusterEvidence, cluster: ClusterContext): ClusterInputs {
  const use: Evidence<Use> = cluster.references.status === 'known' ? known(findUse(evidence, cluster, cluster.references.value)) : cluster.references;
  return { groups: gatherGroups(evidence, cluster), use };
}

/** Each group once, from the best reading of a fresh member: whole before not whole, newest metadata first. */
function gatherGroups({ members, neighbours, now }: ClusterEvidence, cluster: ClusterContext): Evidence<readonly SeenGroup[]> {
  const best: SeenGroup[] = [];
  let missing: Unknown | undefined;
  for (const member of cluster.fresh) {
    if (member.facts.groups.status === 'unknown') {
      missing = member.facts.groups.why;
      continue;
    }
    for (const group of member.facts.groups.value) {
      const at = best.findIndex((seen) => isSameGroup(seen.group, group));
      const other = best[at];
      const nodes = [...(other?.nodes ?? []), member.name];
      const seen = other !== undefined && !isBetter(group, other.group) ? { ...other, nodes } : { group, nodes, readBy: member, why: undefined };
      if (other === undefined) best.push(seen);
      else best[at] = seen;
    }
  }
  if (cluster.fresh.length === 0) {
    const [silent] = members;
    const since = silent?.lastSeenAt ?? now;
    return {
      status: 'unknown',
      why:
        silent === undefined || silent.facts === undefined
          ? { reason: 'no_state', node: silent?.name ?? '' }
          : { reason: 'silent', node: silent.name, since },
    };
  }
  if (best.length === 0 && missing !== undefined) return { status: 'unknown', why: missing };
  const blind = new Map(
    neighbours.filter(({ views }) => views.length === 0).flatMap(({ cluster: name, groups }) => groups.map((uuid) => [uuid, name])),
  );
  return known(best.map((seen) => ({ ...seen, why: whyNotJudged(seen, blind.get(seen.group.uuid)) })));
}

/**
 * Nodes made from one disk image have local groups with one uuid. A group is the same when its guests' volumes are: at
 * least one in common, unless there are none to compare.
 */
function isSameGroup(a: VolumeGroup, b: VolumeGroup): boolean {
  if (a.uuid !== b.uuid) return false;
  const [volumesOfA, volumesOfB] = [a, b].map(({ volumes }) => new Set(volumes.flatMap(({ name, uuid }) => (isListedVolume(name) ? [uuid] : []))));
  if (volumesOfA === undefined || volumesOfB === undefined || volumesOfA.size === 0 || volumesOfB.size === 0) return true;
  return [...volumesOfA].some((uuid) => volumesOfB.has(uuid));
}

function isBetter(group: VolumeGroup, than: VolumeGroup): boolean {
  if ((group.notWhole === undefined) !== (than.notWhole === undefined)) return group.notWhole === undefined;
  return group.seqno > than.seqno;
}

function whyNotJudged({ group, readBy }: SeenGroup, blindNeighbour: string | undefined): Unknown | undefined {
  if (group.notWhole !== undefined) return { reason: 'group_not_whole', group: group.name, says: group.notWhole };
  const highest = readBy.facts.knownSeqno[group.uuid] ?? 0;
  if (group.seqno < highest) return { reason: 'old_metadata', group: group.name, seqno: group.seqno, known: highest };
  return blindNeighbour === undefined
    ? undefined
    : { reason: 'group_not_whole', group: group.name, says: `${blindNeighbour} uses it too and its guests could not be read` };
}

function findUse({ neighbours }: ClusterEvidence, cluster: ClusterContext, references: References): Use {
  const others = neighbours.map(({ groups, views }) => ({
    groups: new Set(groups),
    references: indexReferences(
      views.flatMap((view) => completeView(view) ?? []),
      [],
    ),
  }));
  const open = new Set<string>();
  const blind: string[] = [];
  for (const { facts, name } of cluster.fresh) {
    if (facts.mappings.status === 'unknown') blind.push(name);
    else for (const mapping of facts.mappings.value) if (mapping.open > 0) open.add(decodeDmUuid(mapping.uuid)?.lvUuid ?? '');
  }
  const isNamed = (by: References, group: VolumeGroup, volume: LogicalVolume) =>
    by.guestsOf(group.name, volume.name).length > 0 || by.isMentioned(group.name, volume.name);
  return {
    references,
    isUsed: (group, volume) =>
      isNamed(references, group, volume) || others.some((other) => other.groups.has(group.uuid) && isNamed(other.references, group, volume)),
    isOpen: (volume) => open.has(volume.uuid),
    inFlight: (volume) => {
      const guest = guestOfVolume(volume.name);
      const says = guest === undefined ? undefined : cluster.inFlight.get(guest);
      return guest === undefined || says === undefined ? undefined : { guest, says };
    },
    unseenMembers: [...new Set([...cluster.absentMembers, ...blind])].sort(),
  };
}
