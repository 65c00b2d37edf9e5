/**
 * What becomes of one mapping when it is joined by uuid to LVM's metadata: absent from its group, present under the
 * same or another name, or not to be told. Absence counts only in a group that was *seen whole*.
 */
import { type Evidence, known, type Unknown, unknown, whenKnown } from './evidence';
import type { LogicalVolume, Mapping, NodeFacts, VolumeGroup } from './facts';
import { type DmName, decodeDmName, encodeDmName } from './parse/dm-name';
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

const notLvm: Unknown = { reason: 'not_captured', capture: 'lvm.report' };

export function judgeMappings(facts: NodeFacts): Evidence<readonly JudgedMapping[]> {
  return whenKnown(facts.mappings, (mappings) => {
    const join = indexNode(facts, mappings);
    return known(
      mappings.map((mapping) => {
        const lvm = decodeDmUuid(mapping.uuid);
        const presence = lvm === undefined ? unknown(notLvm) : findPresence(mapping, lvm, join);
        return { mapping, lvm, name: decodeDmName(mapping.name), presence };
      }),
    );
  });
}

type NodeIndex = {
  readonly groups: Evidence<ReadonlyMap<string, VolumeGroup>>;
  readonly volumes: ReadonlyMap<string, readonly { readonly group: VolumeGroup; readonly volume: LogicalVolume }[]>;
  readonly volumesByName: ReadonlyMap<string, LogicalVolume>;
  readonly devicesBelow: ReadonlyMap<Mapping, readonly string[]>;
  readonly knownSeqno: Readonly<Record<string, number>>;
};

function indexNode(facts: NodeFacts, mappings: readonly Mapping[]): NodeIndex {
  const list = facts.groups.status === 'known' ? facts.groups.value : [];
  const volumes = new Map<string, { group: VolumeGroup; volume: LogicalVolume }[]>();
  const volumesByName = new Map<string, LogicalVolume>();
  for (const group of list) {
    for (const volume of group.volumes) {
      const places = volumes.get(volume.uuid);
      if (places === undefined) volumes.set(volume.uuid, [{ group, volume }]);
      else places.push({ group, volume });
      volumesByName.set(encodeDmName(group.name, volume.name), volume);
    }
  }
  return {
    groups: whenKnown(facts.groups, (all) => known(new Map(all.map((group) => [group.uuid, group])))),
    volumes,
    volumesByName,
    devicesBelow: indexDevicesBelow(mappings),
    knownSeqno: facts.knownSeqno,
  };
}

function findPresence(mapping: Mapping, lvm: LvmUuid, index: NodeIndex): Evidence<Presence> {
  if (!mapping.agreed) return unknown({ reason: 'changed_during_capture' });
  // An LVM or PVE command may be in the middle of it.
  if (mapping.suspended || mapping.tables !== 'Live') return unknown({ reason: 'changed_during_capture' });
  return whenKnown(index.groups, (groups) => {
    const elsewhere = index.volumes.get(lvm.lvUuid)?.find(({ group }) => group.uuid !== lvm.vgUuid);
    if (elsewhere !== undefined) return unknown({ reason: 'moved_group', group: elsewhere.group.name });
    const group = groups.get(lvm.vgUuid);
    if (group === undefined) return unknown({ reason: 'group_not_visible', group: decodeDmName(mapping.name).vg });
    return whenKnown(seenWhole(mapping, group, index), () => {
      const volume = index.volumes.get(lvm.lvUuid)?.find((place) => place.group.uuid === group.uuid)?.volume;
      if (volume !== undefined) return known<Presence>({ kind: 'present', group, volume });
      const { vg, lv } = decodeDmName(mapping.name);
      return known<Presence>({ kind: 'absent', group, namesake: index.volumesByName.get(encodeDmName(vg, lv)) });
    });
  });
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
  return reached.length === 0 ? unknown({ reason: 'foreign_device', group: group.name, device: 'none' }) : known(true);
}

/**
 * The devices below each mapping: through its group's own mappings (thin, snapshot and pool layers), stopping at the first
 * that is not one. They must be the group's physical volumes, or LVM reads another copy of the LUN than the kernel uses.
 * Every mapping is walked once, without recursion: layers may be stacked higher than any stack.
 */
function indexDevicesBelow(mappings: readonly Mapping[]): ReadonlyMap<Mapping, readonly string[]> {
  const byDevice = new Map(mappings.map((mapping) => [`${mapping.major}:${mapping.minor}`, mapping]));
  const groupOf = new Map(mappings.map((mapping) => [mapping, decodeDmUuid(mapping.uuid)?.vgUuid]));
  const layerBelow = (mapping: Mapping, device: string): Mapping | undefined => {
    const below = byDevice.get(device);
    return below?.agreed === true && groupOf.get(below) !== undefined && groupOf.get(below) === groupOf.get(mapping) ? below : undefined;
  };
  const reached = new Map<Mapping, readonly string[]>();
  const entered = new Set<Mapping>();
  for (const start of mappings) {
    const path = [start];
    for (let mapping = path.at(-1); mapping !== undefined; mapping = path.at(-1)) {
      const layers = mapping.uses.flatMap((device) => layerBelow(mapping as Mapping, device) ?? []);
      const open = entered.has(mapping) ? [] : layers.filter((layer) => !reached.has(layer) && !entered.has(layer));
      entered.add(mapping);
      if (open.length > 0) path.push(...open);
      else {
        const own = mapping.uses.filter((device) => layerBelow(mapping as Mapping, device) === undefined);
        // A layer that leads back to itself reaches no disk: it proves nothing.
        if (!reached.has(mapping)) reached.set(mapping, [...new Set([...own, ...layers.flatMap((layer) => reached.get(layer) ?? ['a loop'])])]);
        path.pop();
      }
    }
  }
  return reached;
}
