/**
 * Volume groups that lie in a guest's disk on purpose: one of storage.cfg, one a guest or a file of the node names, a Ceph
 * OSD. In doubt a group is wanted. A name alone is none: a guest's group may be called like one of the host's.
 */

import type { Mapping, StorageEntry, VolumeGroup } from '../../facts';
import type { DeviceTree } from '../../node/device-tree';
import type { InsideDisk } from '../../node/guest-disks';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Ownership } from '../../node/node-inputs';
import { guestOfVolume } from '../../parse/volume-name';

type Host = {
  readonly mappings: readonly JudgedMapping[];
  readonly tree: DeviceTree;
  readonly groups: readonly VolumeGroup[];
  readonly storages: readonly StorageEntry[];
  readonly ownership: Ownership;
};

type Inside = ReadonlyMap<Mapping, InsideDisk>;

export type WantedGroups = {
  /** The group of a volume inside a guest's disk. */
  isWanted(one: InsideDisk): boolean;
  /** LVM reads a wanted group from this partition, active or not. */
  carriesWanted(one: InsideDisk): boolean;
  /** LVM has the volume in a group outside every guest's disk: what the mapping is said to lie on does not fit that. */
  isOfHost(one: InsideDisk): boolean;
};

export function findWantedGroups(inside: Inside, host: Host): WantedGroups {
  const volumes = [...inside.values()].filter(({ kind }) => kind === 'volume');
  const nested = inside.size === 0 ? [] : host.groups.filter((group) => placesOf(group, host.tree, inside).length > 0);
  const outer = indexOuterGroups(inside, nested, host);
  const ofStorages = new Set(host.storages.map(({ vgname }) => vgname));
  const isMeant = (names: Names, volume: Volume) => isWantedVolume(names, volume, outer, ofStorages, host.ownership);
  const wanted = new Set<string>();
  for (const { judged } of volumes) {
    const group = judged.lvm?.vgUuid ?? '';
    const volume = { uuid: judged.lvm?.lvUuid ?? '', mapping: judged.mapping.name };
    if (!wanted.has(group) && namesOf(judged).some((names) => isMeant(names, volume))) wanted.add(group);
  }
  const carriers = new Set<Mapping>();
  for (const group of nested) {
    const names = group.volumes.length === 0 ? [{ name: '', uuid: '' }] : group.volumes;
    if (names.some(({ name, uuid }) => isMeant({ vg: group.name, lv: name }, { uuid, mapping: '' }))) wanted.add(group.uuid);
    if (wanted.has(group.uuid)) for (const mapping of placesOf(group, host.tree, inside)) carriers.add(mapping);
  }
  const ofHost = new Set(
    inside.size === 0 ? [] : host.groups.filter((group) => !nested.includes(group)).flatMap((group) => group.volumes.map(({ uuid }) => uuid)),
  );
  return {
    isOfHost: ({ judged }) => ofHost.has(judged.lvm?.lvUuid ?? ''),
    isWanted: ({ kind, judged }) => kind === 'volume' && wanted.has(judged.lvm?.vgUuid ?? ''),
    carriesWanted: ({ judged }) => carriers.has(judged.mapping),
  };
}

/** Mappings inside guests' disks that LVM reads the group from. */
function placesOf({ devices }: VolumeGroup, tree: DeviceTree, inside: Inside): readonly Mapping[] {
  return devices.flatMap((device) => {
    const mapping = tree.at(device);
    return mapping !== undefined && inside.has(mapping) ? [mapping] : [];
  });
}

type Names = { readonly vg: string; readonly lv: string };

/** As the kernel has it, and as LVM has it today. */
function namesOf({ name, presence }: JudgedMapping): readonly Names[] {
  if (presence.status === 'unknown' || presence.value.kind === 'absent') return [name];
  return [name, { vg: presence.value.group.name, lv: presence.value.volume.name }];
}

type Volume = { readonly uuid: string /** Empty: it is not mapped. */; readonly mapping: string };

function isWantedVolume(
  { vg, lv }: Names,
  { uuid, mapping }: Volume,
  outer: Outer,
  ofStorages: ReadonlySet<string>,
  { references }: Ownership,
): boolean {
  if (/^ceph-/.test(vg) || /^osd-(?:block|db|wal|data)/.test(lv)) return true;
  // A group of that name outside every guest's disk is the one the storage means.
  if (ofStorages.has(vg) && !outer.groups.has(vg)) return true;
  const volume = { name: lv, uuid };
  if (uuid !== '' && references.isMeantBy({ name: '' }, { name: '', uuid })) return true;
  if (mapping !== '' && references.isMentioned({ name: '' }, { name: mapping, uuid: '' })) return true;
  // The same of a configuration that names it, where that group has a volume of this name.
  if (lv !== '' && outer.groups.get(vg)?.has(lv) !== true && references.isMeantBy({ name: vg }, volume)) return true;
  // A word alone (`root`, `swap`) stands in every fstab: it counts for a guest's disk that is nowhere else.
  if (guestOfVolume(lv) === undefined || outer.volumes.has(lv)) return false;
  return references.isMentioned({ name: vg }, volume) || references.guestsOf({ name: vg }, volume).length > 0;
}

type Outer = {
  /** Groups that lie in no guest's disk, by name; and the volumes known to be in them. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly volumes: ReadonlySet<string>;
};

function indexOuterGroups(inside: Inside, nested: readonly VolumeGroup[], { mappings, groups }: Host): Outer {
  const outer = new Map<string, Set<string>>();
  const put = (vg: string, names: readonly string[]) => {
    const volumes = outer.get(vg) ?? new Set<string>();
    outer.set(vg, volumes);
    for (const name of names) volumes.add(name);
  };
  if (inside.size === 0) return { groups: outer, volumes: new Set() };
  const ofGuests = new Set(nested);
  for (const group of groups)
    if (!ofGuests.has(group))
      put(
        group.name,
        group.volumes.map(({ name }) => name),
      );
  for (const { mapping, lvm, name } of mappings) if (lvm !== undefined && !inside.has(mapping)) put(name.vg, [name.lv]);
  return { groups: outer, volumes: new Set([...outer.values()].flatMap((volumes) => [...volumes])) };
}
