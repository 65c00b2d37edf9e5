/**
 * The volume group a storage means on one node, where absence in it proves something: the only one of its name, seen whole,
 * current, and read from the disks the kernel uses. A guest's own group may be called like the host's: it never stands in.
 */

import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { LogicalVolume, NodeFacts, VolumeGroup } from '../facts';
import { decodeDmUuid } from '../parse/dm-uuid';
import { volumesByName } from '../volumes/volume-names';
import type { DeviceTree } from './device-tree';
import { type JudgedMapping, noDevice } from './judged-mapping';

export type TrustedGroup = { readonly group: VolumeGroup; volumeCalled(name: string): LogicalVolume | undefined };

export type TrustedGroups = {
  /** `vgname` of a storage. */
  groupCalled(name: string): Evidence<TrustedGroup>;
  /** The same name in other groups of the node: a volume may have been moved there with its group's disks. */
  namesakesOutside(group: string, volume: string): readonly Place[];
};

type Place = { readonly group: VolumeGroup; readonly volume: LogicalVolume };

export function trustGroups(facts: NodeFacts, mappings: Evidence<readonly JudgedMapping[]>, tree: DeviceTree): Evidence<TrustedGroups> {
  return whenKnown(facts.groups, (groups) =>
    whenKnown(mappings, (judged) => {
      const elsewhere = devicesElsewhere(judged);
      let byName: ReadonlyMap<string, readonly Place[]> | undefined;
      const asked = new Map<string, Evidence<TrustedGroup>>();
      const judgeGroup = (name: string): Evidence<TrustedGroup> => {
        const [group, second] = groups.filter((one) => one.name === name);
        if (group === undefined) return unknown({ reason: 'group_not_visible', group: name });
        const says = group.notWhole ?? (second === undefined ? undefined : 'LVM shows two groups of this name');
        if (says !== undefined) return unknown({ reason: 'group_not_whole', group: name, says });
        if (group.devices.some((device) => decodeDmUuid(tree.at(device)?.uuid ?? '') !== undefined))
          return unknown({ reason: 'group_not_whole', group: name, says: 'it lies inside another volume' });
        const highest = facts.knownSeqno[group.uuid] ?? 0;
        if (group.seqno < highest) return unknown({ reason: 'old_metadata', group: name, seqno: group.seqno, known: highest });
        const device = elsewhere.get(group.uuid);
        if (device !== undefined) return unknown({ reason: 'foreign_device', group: name, device });
        const volumes = volumesByName(group);
        return known({ group, volumeCalled: (called) => volumes.get(called) });
      };
      return known({
        groupCalled: (name) => {
          const answer = asked.get(name) ?? judgeGroup(name);
          asked.set(name, answer);
          return answer;
        },
        namesakesOutside: (name, called) => {
          byName ??= indexByName(groups);
          return (byName.get(called) ?? []).filter(({ group }) => group.name !== name);
        },
      });
    }),
  );
}

/** Asked for only when something is missing. */
function indexByName(groups: readonly VolumeGroup[]): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  for (const group of groups) {
    for (const volume of group.volumes) {
      const known = places.get(volume.name);
      if (known === undefined) places.set(volume.name, [{ group, volume }]);
      else known.push({ group, volume });
    }
  }
  return places;
}

/** Group uuid -> a disk its mappings use and LVM does not read it from: another copy of the LUN. A wiped table uses none. */
function devicesElsewhere(judged: readonly JudgedMapping[]): ReadonlyMap<string, string> {
  const devices = new Map<string, string>();
  for (const { lvm, presence } of judged) {
    if (lvm === undefined || presence.status === 'known' || presence.why.reason !== 'foreign_device') continue;
    if (presence.why.device !== noDevice) devices.set(lvm.vgUuid, presence.why.device);
  }
  return devices;
}
