/** The volumes of a group by name. Asked by several parts of one analysis, of thousands of volumes: made once for each group. */
import type { LogicalVolume, VolumeGroup } from '../facts';

/** Facts never change: what was made of a group stays true as long as somebody holds the group. */
const known = new WeakMap<VolumeGroup, ReadonlyMap<string, LogicalVolume>>();

export function volumesByName(group: VolumeGroup): ReadonlyMap<string, LogicalVolume> {
  let byName = known.get(group);
  if (byName === undefined) {
    byName = new Map(group.volumes.map((volume) => [volume.name, volume]));
    known.set(group, byName);
  }
  return byName;
}

export const volumeCalled = (group: VolumeGroup, name: string): LogicalVolume | undefined => volumesByName(group).get(name);
