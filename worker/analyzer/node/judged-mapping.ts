/**
 * What becomes of one mapping when it is joined by uuid to LVM's metadata: absent from its group, present under the
 * same or another name, or not to be told. Absence counts only in a group that was *seen whole*.
 */

import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { LogicalVolume, Mapping, NodeFacts, VolumeGroup } from '../facts';
import { type DmName, decodeDmName } from '../parse/dm-name';
import { decodeDmUuid, type LvmUuid } from '../parse/dm-uuid';
import { volumeCalled } from '../volumes/volume-names';
import type { DeviceTree } from './device-tree';

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

const isNotLvm = unknown({ reason: 'not_captured', capture: 'lvm.report' });

export function judgeMappings(facts: NodeFacts, tree: Evidence<DeviceTree>): Evidence<readonly JudgedMapping[]> {
  return whenKnown(tree, ({ mappings, at }) => {
    const decoded = mappings.map((mapping) => ({ mapping, lvm: decodeDmUuid(mapping.uuid), name: decodeDmName(mapping.name) }));
    const index = indexNode(facts, decoded, at);
    return known(
      decoded.map((one) => {
        const { mapping, lvm, name } = one;
        return { mapping, lvm, name, presence: lvm === undefined ? isNotLvm : findPresence(one, lvm, index) };
      }),
    );
  });
}

export type DecodedMapping = Pick<JudgedMapping, 'mapping' | 'lvm' | 'name'>;

type Place = { readonly group: VolumeGroup; readonly volume: LogicalVolume };

type NodeIndex = {
  readonly groups: Evidence<ReadonlyMap<string, VolumeGroup>>;
  /** By uuid: the first place of a volume, and the second of the few that have two. */
  readonly places: ReadonlyMap<string, Place>;
  readonly seconds: ReadonlyMap<string, Place>;
  readonly namesakeOf: (name: DmName) => LogicalVolume | undefined;
  readonly devicesBelow: ReadonlyMap<Mapping, readonly string[]>;
  readonly knownSeqno: Readonly<Record<string, number>>;
};

function indexNode(facts: NodeFacts, decoded: readonly DecodedMapping[], at: DeviceTree['at']): NodeIndex {
  const list = facts.groups.status === 'known' ? facts.groups.value : [];
  const places = new Map<string, Place>();
  const seconds = new Map<string, Place>();
  for (const group of list) {
    for (const volume of group.volumes) {
      const first = places.get(volume.uuid);
      if (first === undefined) places.set(volume.uuid, { group, volume });
      else if (first.group !== group) seconds.set(volume.uuid, { group, volume });
    }
  }
  return {
    groups: whenKnown(facts.groups, (all) => known(new Map(all.map((group) => [group.uuid, group])))),
    places,
    seconds,
    namesakeOf: (name) => findNamesake(list, name),
    devicesBelow: indexDevicesBelow(decoded, at),
    knownSeqno: facts.knownSeqno,
  };
}

function findPresence({ mapping, name }: DecodedMapping, lvm: LvmUuid, index: NodeIndex): Evidence<Presence> {
  if (!mapping.agreed) return unknown({ reason: 'changed_during_capture' });
  // An LVM or PVE command may be in the middle of it.
  if (mapping.suspended || mapping.tables !== 'Live') return unknown({ reason: 'changed_during_capture' });
  return whenKnown(index.groups, (groups) => {
    const first = index.places.get(lvm.lvUuid);
    const isElsewhere = (place: Place | undefined): place is Place => place !== undefined && place.group.uuid !== lvm.vgUuid;
    const second = first && index.seconds.get(lvm.lvUuid);
    const elsewhere = isElsewhere(first) ? first : isElsewhere(second) ? second : undefined;
    if (elsewhere !== undefined) return unknown({ reason: 'moved_group', group: elsewhere.group.name });
    const group = groups.get(lvm.vgUuid);
    if (group === undefined) return unknown({ reason: 'group_not_visible', group: name.vg });
    return whenKnown(seenWhole(mapping, group, index), () => {
      const volume = first?.volume;
      return known<Presence>(volume === undefined ? { kind: 'absent', group, namesake: index.namesakeOf(name) } : { kind: 'present', group, volume });
    });
  });
}

/** In any group of that name: the kernel knows names only. Volumes are looked up by name only when something is absent. */
function findNamesake(groups: readonly VolumeGroup[], { vg, lv }: DmName): LogicalVolume | undefined {
  return groups.flatMap((group) => (group.name === vg ? (volumeCalled(group, lv) ?? []) : []))[0];
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
    const [only, second] = start.uses;
    // Nearly all lie on one disk.
    if (only !== undefined && second === undefined && layerBelow(start, only) === undefined) {
      reached.set(start, start.uses);
      continue;
    }
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
