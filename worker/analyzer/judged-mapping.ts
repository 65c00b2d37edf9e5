/**
 * What becomes of one mapping when it is joined by uuid to LVM's metadata: absent from its group, present under the
 * same or another name, or not to be told. Absence counts only in a group that was *seen whole*.
 */
import type { DeviceTree } from './device-tree';
import { type Evidence, known, type Unknown, unknown, whenKnown } from './evidence';
import type { LogicalVolume, Mapping, NodeFacts, VolumeGroup } from './facts';
import { type DmName, decodeDmName } from './parse/dm-name';
import { decodeDmUuid, type LvmUuid } from './parse/dm-uuid';

export type Presence =
  | {
      readonly kind: 'absent';
      readonly group: VolumeGroup /** A volume that has this mapping's name today. */;
      readonly namesake: LogicalVolume | undefined;
    }
  | { readonly kind: 'present'; readonly group: VolumeGroup; readonly volume: LogicalVolume };

export type JudgedMapping = {
  readonly mapping: Mapping;
  readonly name: DmName;
  readonly lvm: LvmUuid | undefined;
  /** Only for LVM's mappings. */
  readonly presence: Evidence<Presence>;
};

/** Instead of a number: the table uses no device at all. */
export const noDevice = 'none';

const notLvm: Unknown = { reason: 'not_captured', capture: 'lvm.report' };

export function judgeMappings(facts: NodeFacts, tree: Evidence<DeviceTree>): Evidence<readonly JudgedMapping[]> {
  return whenKnown(tree, ({ mappings, at }) => {
    const decoded = mappings.map((mapping) => ({ mapping, lvm: decodeDmUuid(mapping.uuid), name: decodeDmName(mapping.name) }));
    const index = indexNode(facts, decoded, at);
    return known(decoded.map((one) => ({ ...one, presence: one.lvm === undefined ? unknown(notLvm) : findPresence(one, one.lvm, index) })));
  });
}

export type DecodedMapping = Pick<JudgedMapping, 'mapping' | 'lvm' | 'name'>;

type NodeIndex = {
  readonly groups: Evidence<ReadonlyMap<string, VolumeGroup>>;
  readonly volumes: ReadonlyMap<string, readonly { readonly group: VolumeGroup; readonly volume: LogicalVolume }[]>;
  readonly namesakeOf: (name: DmName) => LogicalVolume | undefined;
  readonly devicesBelow: ReadonlyMap<Mapping, readonly string[]>;
  readonly knownSeqno: Readonly<Record<string, number>>;
};

function indexNode(facts: NodeFacts, decoded: readonly DecodedMapping[], at: DeviceTree['at']): NodeIndex {
  const list = facts.groups.status === 'known' ? facts.groups.value : [];
  const volumes = new Map<string, { group: VolumeGroup; volume: LogicalVolume }[]>();
  for (const group of list) {
    for (const volume of group.volumes) {
      const places = volumes.get(volume.uuid);
      if (places === undefined) volumes.set(volume.uuid, [{ group, volume }]);
      else places.push({ group, volume });
    }
  }
  return {
    groups: whenKnown(facts.groups, (all) => known(new Map(all.map((group) => [group.uuid, group])))),
    volumes,
    namesakeOf: indexNames(list),
    devicesBelow: indexDevicesBelow(decoded, at),
    knownSeqno: facts.knownSeqno,
  };
}

function findPresence({ mapping, name }: DecodedMapping, lvm: LvmUuid, index: NodeIndex): Evidence<Presence> {
  if (!mapping.agreed) return unknown({ reason: 'changed_during_capture' });
  // An LVM or PVE command may be in the middle of it.
  if (mapping.suspended || mapping.tables !== 'Live') return unknown({ reason: 'changed_during_capture' });
  return whenKnown(index.groups, (groups) => {
    const places = index.volumes.get(lvm.lvUuid) ?? [];
    const elsewhere = places.find(({ group }) => group.uuid !== lvm.vgUuid);
    if (elsewhere !== undefined) return unknown({ reason: 'moved_group', group: elsewhere.group.name });
    const group = groups.get(lvm.vgUuid);
    if (group === undefined) return unknown({ reason: 'group_not_visible', group: name.vg });
    return whenKnown(seenWhole(mapping, group, index), () => {
      const volume = places.find((place) => place.group.uuid === group.uuid)?.volume;
      return known<Presence>(volume === undefined ? { kind: 'absent', group, namesake: index.namesakeOf(name) } : { kind: 'present', group, volume });
    });
  });
}

/** In any group of that name: the kernel knows names only. Volumes are looked up by name only when something is absent. */
function indexNames(groups: readonly VolumeGroup[]): (name: DmName) => LogicalVolume | undefined {
  const names = new Map<VolumeGroup, ReadonlyMap<string, LogicalVolume>>();
  return ({ vg, lv }) => {
    for (const group of groups) {
      if (group.name !== vg) continue;
      const volumes = names.get(group) ?? new Map(group.volumes.map((volume) => [volume.name, volume]));
      names.set(group, volumes);
      const namesake = volumes.get(lv);
      if (namesake !== undefined) return namesake;
    }
    return undefined;
  };
}

/** Exactly one such group, nothing missing, nothing said against it, current, and read from the mapping's own devices. */
function seenWhole(mapping: Mapping, group: VolumeGroup, index: NodeIndex): Evidence<true> {
  if (group.notWhole !== undefined) return unknown({ reason: 'group_not_whole', group: group.name, says: group.notWhole });
  const highest = index.knownSeqno[group.uuid] ?? 0;
  if (group.seqno < highest) return unknown({ reason: 'old_metadata', group: group.name, seqno: group.seqno, known: highest });
  const reached = index.devicesBelow.get(mapping) ?? [];
  const foreign = reached.find((device) => !group.devices.includes(device));
  if (foreign !== undefined) return unknown({ reason: 'foreign_device', group: group.name, device: foreign });
  // A table without any device (error, zero) proves nothing about where LVM read its metadata.
  return reached.length === 0 ? unknown({ reason: 'foreign_device', group: group.name, device: noDevice }) : known(true);
}

/**
 * The devices below each mapping: through its group's own mappings (thin, snapshot and pool layers), stopping at the first
 * that is not one. They must be the group's physical volumes, or LVM reads another copy of the LUN than the kernel uses.
 * Every mapping is walked once, without recursion: layers may be stacked higher than any stack.
 */
function indexDevicesBelow(decoded: readonly DecodedMapping[], at: DeviceTree['at']): ReadonlyMap<Mapping, readonly string[]> {
  const mappings = decoded.map(({ mapping }) => mapping);
  const groupOf = new Map(decoded.map(({ mapping, lvm }) => [mapping, lvm?.vgUuid]));
  const layerBelow = (mapping: Mapping, device: string): Mapping | undefined => {
    const below = at(device);
    const group = below?.agreed === true ? groupOf.get(below) : undefined;
    return group !== undefined && group === groupOf.get(mapping) ? below : undefined;
  };
  const reached = new Map<Mapping, readonly string[]>();
  const entered = new Set<Mapping>();
  for (const start of mappings) {
    const path = [start];
    for (let mapping = path.at(-1); mapping !== undefined; mapping = path.at(-1)) {
      if (reached.has(mapping)) {
        path.pop();
        continue;
      }
      const devices = new Set<string>();
      let isWaiting = false;
      for (const device of mapping.uses) {
        const layer = layerBelow(mapping, device);
        const below = layer === undefined ? [device] : reached.get(layer);
        if (below !== undefined) for (const one of below) devices.add(one);
        else if (layer !== undefined && !entered.has(layer)) {
          path.push(layer);
          isWaiting = true;
        }
        // A layer that leads back to itself reaches no disk: it proves nothing.
        else devices.add('a loop');
      }
      entered.add(mapping);
      if (!isWaiting) reached.set(mapping, [...devices]);
    }
  }
  return reached;
}
