/** The facts a rule about the whole cluster may ask for: the volumes of every group, and who uses them. */

import type { ClusterContext } from './cluster-context';
import type { ClusterEvidence } from './cluster-evidence';
import { type Evidence, known } from './evidence';
import type { LogicalVolume, StorageEntry, VolumeGroup } from './facts';
import type { Hold } from './in-flight';
import { decodeDmUuid } from './parse/dm-uuid';
import { completeView, type References } from './references';
import { gatherGroups, type SeenGroups } from './seen-groups';

export type ClusterInputs = {
  readonly groups: Evidence<SeenGroups>;
  readonly use: Evidence<Use>;
};

export type Use = {
  readonly references: References;
  /** storage.cfg as each complete fresh view has it: one member's word alone makes nobody's volume unused. */
  readonly storages: readonly (readonly StorageEntry[])[];
  /** Named by a guest, a mention, or a guest of another cluster that sees the group. */
  isUsed(group: VolumeGroup, volume: LogicalVolume): boolean;
  /** Open on a member, now or when it was heard last. */
  isOpen(volume: LogicalVolume): boolean;
  holdOf(volume: LogicalVolume): Hold | undefined;
  /** Members whose open counts are not known now. */
  readonly unseenMembers: readonly string[];
};

export function clusterInputs(evidence: ClusterEvidence, cluster: ClusterContext): ClusterInputs {
  const use: Evidence<Use> = cluster.references.status === 'known' ? known(findUse(evidence, cluster, cluster.references.value)) : cluster.references;
  return { groups: known(gatherGroups(evidence, cluster)), use };
}

function findUse({ neighbours }: ClusterEvidence, cluster: ClusterContext, references: References): Use {
  const { fresh, silent, absentMembers, inFlight } = cluster;
  const others = neighbours.map(({ groups, views }) => ({
    groups: new Set(groups),
    references: cluster.views.join(views, []),
  }));
  const open = new Set<string>();
  for (const { facts } of [...fresh, ...silent]) {
    for (const mapping of facts.mappings.status === 'known' ? facts.mappings.value : []) {
      if (mapping.open > 0) open.add(decodeDmUuid(mapping.uuid)?.lvUuid ?? '');
    }
  }
  const isNamed = (by: References, group: VolumeGroup, volume: LogicalVolume) =>
    by.guestsOf(group, volume).length > 0 || by.isMentioned(group, volume);
  return {
    references,
    storages: fresh.flatMap(({ view }) => {
      const complete = completeView(view);
      return complete === undefined ? [] : [complete.storages];
    }),
    isUsed: (group, volume) =>
      isNamed(references, group, volume) || others.some((other) => other.groups.has(group.uuid) && isNamed(other.references, group, volume)),
    isOpen: (volume) => open.has(volume.uuid),
    holdOf: (volume) => inFlight.holdOf([volume.name], []),
    unseenMembers: absentMembers,
  };
}
