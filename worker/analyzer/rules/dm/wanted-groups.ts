/**
 * Volume groups that lie in a guest's disk on purpose: one of storage.cfg, one a guest or a file of the node names, a Ceph
 * OSD. In doubt a group is wanted. A name alone is none: a guest's group may be called like one of the host's.
 */
import type { Mapping, StorageEntry } from '../../facts';
import type { InsideDisk } from '../../guest-disks';
import type { JudgedMapping } from '../../judged-mapping';
import type { Ownership } from '../../node-inputs';
import { guestOfVolume } from '../../parse/volume-name';

type Host = {
  readonly mappings: readonly JudgedMapping[];
  readonly storages: readonly StorageEntry[];
  readonly ownership: Ownership;
};

/** Uuids of the groups, as device-mapper uuids have them. */
export function findWantedGroups(inside: ReadonlyMap<Mapping, InsideDisk>, host: Host): ReadonlySet<string> {
  const wanted = new Set<string>();
  const volumes = [...inside.values()].filter(({ kind }) => kind === 'volume');
  if (volumes.length === 0) return wanted;
  const outer = indexOuterGroups(inside, host.mappings);
  const ofStorages = new Set(host.storages.map(({ vgname }) => vgname));
  for (const { judged } of volumes) {
    const group = judged.lvm?.vgUuid ?? '';
    if (!wanted.has(group) && namesOf(judged).some((names) => isWanted(names, judged, outer, ofStorages, host.ownership))) wanted.add(group);
  }
  return wanted;
}

type Names = { readonly vg: string; readonly lv: string };

/** As the kernel has it, and as LVM has it today. */
function namesOf({ name, presence }: JudgedMapping): readonly Names[] {
  if (presence.status === 'unknown' || presence.value.kind === 'absent') return [name];
  return [name, { vg: presence.value.group.name, lv: presence.value.volume.name }];
}

function isWanted(
  { vg, lv }: Names,
  { lvm, mapping }: JudgedMapping,
  outer: Outer,
  ofStorages: ReadonlySet<string>,
  { references }: Ownership,
): boolean {
  if (/^ceph-/.test(vg) || /^osd-(?:block|db|wal|data)/.test(lv)) return true;
  // A group of that name outside every guest's disk is the one the storage means.
  if (ofStorages.has(vg) && !outer.groups.has(vg)) return true;
  const volume = { name: lv, uuid: lvm?.lvUuid ?? '' };
  if (references.isMeantBy({ name: '' }, { name: '', uuid: volume.uuid }) || references.isMentioned({ name: '' }, { name: mapping.name, uuid: '' }))
    return true;
  // The same of a configuration that names it, where that group has a volume of this name.
  if (outer.groups.get(vg)?.has(lv) !== true && references.isMeantBy({ name: vg }, volume)) return true;
  // A word alone (`root`, `swap`) stands in every fstab: it counts for a guest's disk that is nowhere else.
  if (guestOfVolume(lv) === undefined || outer.volumes.has(lv)) return false;
  return references.isMentioned({ name: vg }, volume) || references.guestsOf({ name: vg }, volume).length > 0;
}

type Outer = {
  /** Groups with a mapping that lies in no guest's disk, by name; and the volumes known to be in them. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly volumes: ReadonlySet<string>;
};

function indexOuterGroups(inside: ReadonlyMap<Mapping, InsideDisk>, mappings: readonly JudgedMapping[]): Outer {
  const groups = new Map<string, Set<string>>();
  const read = new Set<string>();
  for (const { mapping, lvm, name, presence } of mappings) {
    if (lvm === undefined || inside.has(mapping)) continue;
    const group = presence.status === 'known' ? presence.value.group : undefined;
    for (const vg of new Set([name.vg, group?.name ?? name.vg])) {
      const volumes = groups.get(vg) ?? new Set<string>();
      groups.set(vg, volumes);
      volumes.add(name.lv);
      if (group === undefined || read.has(`${vg} ${group.uuid}`)) continue;
      read.add(`${vg} ${group.uuid}`);
      for (const volume of group.volumes) volumes.add(volume.name);
    }
  }
  return { groups, volumes: new Set([...groups.values()].flatMap((volumes) => [...volumes])) };
}
