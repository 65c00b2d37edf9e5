/**
 * Which device-mapper names are taken on a node, and by whom. The kernel refuses a second mapping of one name, whatever
 * it is: a volume whose name is taken by another uuid cannot be activated there.
 */
import type { FreshMember } from '../cluster-evidence';
import type { LogicalVolume, VolumeGroup } from '../facts';
import { decodeDmUuid } from '../parse/dm-uuid';

export type NodeNames = {
  readonly node: string;
  /** Groups of that name; more than one: PVE's own commands fail. */
  groupsCalled(name: string): readonly VolumeGroup[];
  volumeOf(group: VolumeGroup, name: string): LogicalVolume | undefined;
  /** Something else than this volume (undefined: than any volume) has this name of the device mapper's. */
  isTaken(dmName: string, volume: LogicalVolume | undefined): boolean;
};

/** Undefined: the node's mappings or groups could not be read. */
export function indexNames({ facts, name }: FreshMember): NodeNames | undefined {
  if (facts.mappings.status === 'unknown' || facts.groups.status === 'unknown') return undefined;
  const groups = new Map<string, VolumeGroup[]>();
  const volumes = new Map<VolumeGroup, ReadonlyMap<string, LogicalVolume>>();
  for (const group of facts.groups.value) groups.set(group.name, [...(groups.get(group.name) ?? []), group]);
  const taken = new Map(facts.mappings.value.map((mapping) => [mapping.name, mapping.uuid]));
  return {
    node: facts.node || name,
    groupsCalled: (called) => groups.get(called) ?? [],
    volumeOf: (group, called) => {
      const byName = volumes.get(group) ?? new Map(group.volumes.map((volume) => [volume.name, volume]));
      volumes.set(group, byName);
      return byName.get(called);
    },
    isTaken: (dmName, volume) => {
      const uuid = taken.get(dmName);
      return uuid !== undefined && decodeDmUuid(uuid)?.lvUuid !== volume?.uuid;
    },
  };
}
