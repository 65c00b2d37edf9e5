/** The facts a rule about the whole cluster may ask for: the volumes of every group, and who uses them. */

import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { LogicalVolume, StorageEntry, VolumeGroup } from '../facts';
import { guestOfVolume } from '../parse/volume-name';
import type { NotChecked } from '../report-shape';
import { completeView, type References } from '../volumes/references';
import type { ClusterContext } from './cluster-context';
import type { ClusterEvidence, Member } from './cluster-evidence';
import { type Hold, movingIn } from './in-flight';
import type { Mixture } from './membership';
import { findOpenTwice, findUnheard, type OpenTwice } from './open-on-nodes';
import { nameOf } from './presence';
import { gatherGroups, type SeenGroups } from './seen-groups';
import { type SilenceStory, tellSilence } from './silence-story';

export type ClusterInputs = {
  readonly groups: Evidence<SeenGroups>;
  readonly use: Evidence<Use>;
  readonly open: Evidence<OpenInputs>;
  readonly sightings: Evidence<Sightings>;
  readonly grouping: Evidence<{ readonly mixture: Mixture | undefined /** Members that have ever spoken. */; readonly heard: number }>;
  /** Whom the members list, against who is enrolled. `cluster` null: a standalone node. */
  readonly roll: Evidence<{ readonly cluster: string | null; readonly missing: readonly string[] }>;
  readonly silence: Evidence<{
    readonly heard: number;
    readonly story: (SilenceStory & { readonly cluster: string }) | undefined;
  }>;
};

/** Groups as each fresh member's LVM shows them, for what storage.cfg says of them. */
export type Sightings = {
  readonly groups: readonly { readonly node: string; readonly nodeId: string; readonly group: VolumeGroup }[];
  /** storage.cfg as each complete fresh view has it. */
  readonly storages: readonly (readonly StorageEntry[])[];
  /** Nodes whose LVM shows the very volume. */
  countOf(group: VolumeGroup, volume: LogicalVolume): number;
};

export type OpenInputs = {
  readonly twice: readonly OpenTwice[];
  /** Members whose open volumes are not known now. */
  readonly unheard: readonly NotChecked[];
  /** Two nodes see one group, or are said to. */
  readonly applies: boolean;
};

export type Use = {
  readonly references: References;
  /** storage.cfg as each complete fresh view has it: one member's word alone makes nobody's volume unused. */
  readonly storages: readonly (readonly StorageEntry[])[];
  /** Named by a guest, a mention, or a guest of another cluster that sees the group. */
  isUsed(group: VolumeGroup, volume: LogicalVolume): boolean;
  /** Open on a member, or on a node of another cluster that sees the group: now or when it was heard last. */
  isOpen(volume: LogicalVolume): boolean;
  /** A command is in the middle of its mapping on some member: made, renamed or removed while it was read, suspended. */
  isChanging(volume: LogicalVolume): boolean;
  holdOf(group: VolumeGroup, volume: LogicalVolume): Hold | undefined;
  /** A path some guest uses that may be any volume of the group. */
  opaqueIn(group: VolumeGroup): string | undefined;
  /** Other clusters that see the group: what runs there is not known here. */
  neighboursOf(group: VolumeGroup): readonly string[];
  /** Nodes of those clusters of which it is not known what they have open: `dr2 of dr-site`. */
  unheardElsewhere(group: VolumeGroup): readonly string[];
  /** Members whose open counts are not known now. */
  readonly unseenMembers: readonly string[];
};

export function clusterInputs(evidence: ClusterEvidence, cluster: ClusterContext): ClusterInputs {
  const use: Evidence<Use> = cluster.references.status === 'known' ? known(findUse(evidence, cluster, cluster.references.value)) : cluster.references;
  const heard = evidence.members.filter(({ lastSeenAt }) => lastSeenAt > 0);
  const story = tellSilence(
    heard.map((member) => ({ ...member, name: nameOf(member) })),
    evidence.now,
  );
  return {
    groups: known(gatherGroups(evidence, cluster)),
    use,
    open: whenKnown(cluster.references, (references) => known(findOpen(evidence, cluster, references))),
    sightings: whenKnown(cluster.oneCluster, () => known(gatherSightings(cluster))),
    grouping: known({ mixture: cluster.grouping.mixture, heard: heard.length }),
    roll: whenKnown(cluster.oneCluster, () => callRoll(evidence, cluster)),
    silence: known({ heard: heard.length, story: story && { ...story, cluster: nameCluster(heard) } }),
  };
}

/** A single saved file speaks for one node only. */
function findOpen({ members }: ClusterEvidence, cluster: ClusterContext, references: References): OpenInputs {
  const isServed = members.some(({ contact }) => contact !== undefined);
  const isShared = cluster.seenBy.size > 0 || cluster.fresh.some(({ view }) => completeView(view)?.storages.some(isSharedOnLvm) === true);
  const hasOthers = members.length > 1 || (isServed && cluster.absentMembers.length > 0);
  return { twice: findOpenTwice(cluster, references), unheard: findUnheard(cluster), applies: isShared && hasOthers };
}

function gatherSightings({ fresh, seenBy }: ClusterContext): Sightings {
  return {
    groups: fresh.flatMap(({ facts, name, nodeId }) =>
      facts.groups.status === 'known' ? facts.groups.value.map((group) => ({ node: facts.node || name, nodeId, group })) : [],
    ),
    storages: [...new Set(fresh.map(({ view }) => view))].flatMap((view) => {
      const complete = completeView(view);
      return complete === undefined || !view?.quorate ? [] : [complete.storages];
    }),
    countOf: ({ uuid }, volume) => seenBy.get(uuid)?.get(volume.uuid) ?? 0,
  };
}

const isSharedOnLvm = ({ type, shared, disabled }: StorageEntry) => type === 'lvm' && shared && !disabled;

/** As its silent members called it. */
function nameCluster(members: readonly Member[]): string {
  const names = members.flatMap(({ facts }) => (facts?.membership.status === 'known' ? [facts.membership.value.cluster ?? ''] : []));
  return new Set(names).size === 1 ? (names[0] ?? '') : '';
}

function callRoll({ members }: ClusterEvidence, { grouping: { listed, name } }: ClusterContext): ClusterInputs['roll'] {
  if (listed === undefined) return unknown({ reason: 'no_fresh_view' });
  const enrolled = new Set(members.flatMap((member) => [member.name, nameOf(member)]));
  return known({ cluster: name, missing: name === null ? [] : listed.filter((member) => !enrolled.has(member)) });
}

function findUse({ neighbours }: ClusterEvidence, cluster: ClusterContext, references: References): Use {
  const { fresh, silent, absentMembers, inFlight } = cluster;
  const others = neighbours.map(({ cluster: name, groups, views }) => ({
    name,
    groups: new Set(groups),
    references: cluster.views.join(views, []),
    moving: new Map(views.flatMap((view) => [...movingIn(view)])),
  }));
  const othersOf = (group: VolumeGroup) => others.filter((other) => other.groups.has(group.uuid));
  const holdElsewhere = (group: VolumeGroup, volume: LogicalVolume): Hold | undefined => {
    const guest = guestOfVolume(volume.name);
    if (guest === undefined) return undefined;
    const [other] = othersOf(group).filter(({ moving }) => moving.has(guest));
    return other && { guest, says: `${other.moving.get(guest)} in ${other.name}` };
  };
  const open = new Set(neighbours.flatMap((neighbour) => neighbour.open ?? []));
  const changing = new Set<string>();
  for (const { facts } of [...fresh, ...silent]) {
    for (const { uuid, open: openCount, agreed, suspended, tables } of facts.mappings.status === 'known' ? facts.mappings.value : []) {
      const isChanging = !agreed || suspended || tables !== 'Live';
      if (openCount === 0 && !isChanging) continue;
      const volume = uuid.startsWith('LVM-') ? uuid.slice(36, 68) : '';
      if (openCount > 0) open.add(volume);
      if (isChanging) changing.add(volume);
    }
  }
  return {
    references,
    storages: [...new Set(fresh.map(({ view }) => view))].flatMap((view) => {
      const complete = completeView(view);
      return complete === undefined ? [] : [complete.storages];
    }),
    isUsed: (group, volume) =>
      references.isNamed(group, volume) || others.some((other) => other.groups.has(group.uuid) && other.references.isNamed(group, volume)),
    isOpen: (volume) => open.has(volume.uuid),
    isChanging: (volume) => changing.has(volume.uuid),
    holdOf: (group, volume) => inFlight.holdOf([volume.name], []) ?? inFlight.blindness ?? holdElsewhere(group, volume),
    opaqueIn: (group) => [references, ...othersOf(group).map((other) => other.references)].flatMap(({ opaque }) => opaque.slice(0, 1))[0]?.path,
    unheardElsewhere: (group) =>
      neighbours
        .filter(({ groups }) => groups.includes(group.uuid))
        .flatMap(({ cluster: name, unheard = [] }) => unheard.map((node) => `${node} of ${name}`)),
    neighboursOf: (group) => othersOf(group).map(({ name }) => name),
    unseenMembers: absentMembers,
  };
}
