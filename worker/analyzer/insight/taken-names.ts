/**
 * Which device-mapper names are taken on a node by something that should not have them. The kernel refuses a second mapping
 * of one name, whatever it is: a volume whose name is taken by another uuid cannot be activated there.
 */
import type { FreshMember } from '../cluster/cluster-evidence';
import type { Evidence } from '../evidence';
import type { LogicalVolume, Mapping, VolumeGroup } from '../facts';
import type { JudgedMapping } from '../node/judged-mapping';
import { encodeDmName } from '../parse/dm-name';
import { isMappingOf } from '../parse/dm-uuid';

export type NodeNames = {
  readonly node: string;
  /** Groups of that name; more than one: PVE's own commands fail. */
  groupsCalled(name: string): readonly VolumeGroup[];
  /** Something else than this volume (undefined: than any volume) has the name a volume of this group and name needs. */
  isTaken(group: string, name: string, volume: LogicalVolume | undefined): boolean;
};

/** Undefined: the node's mappings or groups could not be read. */
export function indexNames({ facts, name }: FreshMember, mappings: Evidence<readonly JudgedMapping[]>): NodeNames | undefined {
  if (mappings.status === 'unknown' || facts.groups.status === 'unknown') return undefined;
  const groups = new Map<string, VolumeGroup[]>();
  for (const group of facts.groups.value) groups.set(group.name, [...(groups.get(group.name) ?? []), group]);
  const odd = new Map<string, Map<string, Mapping>>();
  for (const judged of mappings.value) {
    const { mapping, name: decoded } = judged;
    // A name that does not come out the same is none that LVM would write: it takes no volume's.
    if (isInItsPlace(judged) || decoded.lv === '' || mapping.name !== encodeDmName(decoded.vg, decoded.lv)) continue;
    odd.set(decoded.vg, (odd.get(decoded.vg) ?? new Map<string, Mapping>()).set(decoded.lv, mapping));
  }
  return {
    node: facts.node || name,
    groupsCalled: (called) => groups.get(called) ?? [],
    isTaken: (group, called, volume) => isAnothers(odd.get(group)?.get(called), volume),
  };
}

/** A volume's own mapping under the volume's own name: it takes nobody's. */
function isInItsPlace({ presence, name }: JudgedMapping): boolean {
  if (presence.status === 'unknown' || presence.value.kind === 'absent') return false;
  const { group, volume } = presence.value;
  return name.lv === volume.name && name.vg === group.name;
}

const isAnothers = (mapping: Mapping | undefined, volume: LogicalVolume | undefined): boolean =>
  mapping !== undefined && (volume === undefined || !isMappingOf(mapping.uuid, volume.uuid));
