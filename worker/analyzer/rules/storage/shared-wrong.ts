/**
 * storage.cfg tells `shared` wrong: a group that several nodes see is called local, so that Proxmox VE takes no lock of the
 * cluster for it and copies what need not be copied; or groups of one name on different disks are called shared, so that HA
 * starts a guest beside an empty group.
 * @see pve-storage Plugin.pm `cluster_lock_storage`; qemu-server QemuMigrate.pm `scan_local_volumes`
 */
import type { ClusterInputs, Sightings } from '../../cluster/cluster-inputs';
import type { StorageEntry } from '../../facts';
import { isListedVolume } from '../../parse/volume-name';
import { isPlainToken } from '../../plain-text';
import { type Detection, defineRule, type Hit } from '../../rule';
import { isOnLvm } from '../../volumes/volume-places';
import { listNames } from '../../words';

type Detail = {
  /** The group. */
  readonly name: string;
  readonly storages: string;
  /** One storage's id, for a command; empty: several. */
  readonly storage: string;
  /** `local`: one group called local. `thin`: the same with a thin pool in it. `shared`: several groups called shared. */
  readonly how: 'local' | 'thin' | 'shared';
  readonly nodes: string;
  readonly count: number;
};

export const sharedWrong = defineRule<ClusterInputs>()({
  id: 'storage.shared-wrong',
  title: 'Storage is called shared, or local, and is not',
  brief: 'shared told wrong',
  severity: ({ how }: Detail) => (how === 'local' ? 'warning' : 'critical'),
  counts: 'none',
  doesNotApply: 'No storage on LVM is seen by two nodes.',
  reference: {
    what: 'A volume group that two nodes see is not marked shared in storage.cfg, holds a thin pool that two nodes may use, or a storage marked shared is a different group on each node.',
    why: 'Not marked: nodes change the group’s metadata without the cluster’s lock, and migration copies or refuses. Marked wrongly: migration and HA start a guest where its disks are not.',
    how: 'UUIDs of groups and of guests’ volumes as the members’ LVM shows them, against every member’s storage.cfg.',
    severity: 'Warning when it is only not marked; critical for a thin pool on two nodes and for different groups marked shared.',
    evidence: ['lvm.report', 'pve.storage'],
    guards: [
      'Nodes made from one disk image have local groups of one UUID: a group is one group only when a guest’s volume in it is the same on two nodes.',
      'Every member’s storage.cfg must say it: one that is late changes nothing.',
      'Storages that are disabled, or not offered on two of the nodes, are left alone.',
      'A node with two groups of the name is lvm.duplicate-vg-name’s story.',
    ],
    remedy: 'By hand: one line of storage.cfg, or the LUN that is missing.',
    sources: [
      'pve-storage Plugin.pm cluster_lock_storage, LVMPlugin.pm',
      'qemu-server QemuMigrate.pm',
      'lvmthin(7): a thin pool belongs to one host',
    ],
  },
  needs: ['sightings'],
  detect({ sightings }): Detection<Detail> {
    const byName = groupByName(sightings);
    const names = [...new Set(sightings.storages.flatMap((list) => list.filter(isEnabled).map(({ vgname }) => vgname)))];
    const found = names.flatMap((name) => {
      const seen = byName.get(name) ?? [];
      return seen.length < 2 ? [] : [...findCalledLocal(name, seen, sightings), ...findCalledShared(name, seen, sightings)];
    });
    return { applies: names.some((name) => (byName.get(name)?.length ?? 0) > 1), found, notChecked: [] };
  },
  explain: ({ name, storages, storage, how, nodes, count }) => {
    const set = (option: string) => (isPlainToken(storage) ? [`pvesm set ${storage} ${option}`] : []);
    if (how === 'shared')
      return {
        sentence: `${storages} is marked shared, but ${name} is ${count} different volume groups on ${nodes}.`,
        breaks:
          'Migration and HA believe that the disks are there already: the guest is started beside a group that does not have them, and fails, or finds another disk of the same name.',
        messages: [`can't activate LV '/dev/${name}/vm-100-disk-0':   Failed to find logical volume "${name}/vm-100-disk-0"`],
        because: `The groups called ${name} on ${nodes} have different UUIDs: LVM did not make them on one disk.`,
        todo: `Find out what is true. If each node has a disk of its own: take the mark away. If one LUN was meant: some of them see another one; look at their WWIDs. Until then keep its guests out of HA. No script is offered.`,
        commands: ['vgs -o vg_name,vg_uuid,pv_name', ...set('--shared 0')],
      };
    return {
      sentence: `${nodes} see one volume group ${name}, but ${storages} is not marked shared.`,
      breaks:
        how === 'thin'
          ? 'It holds a thin pool, and a thin pool belongs to one node: when two have it active, each writes its metadata over the other’s, and every disk in it is lost.'
          : 'Each node changes the group without the lock of the cluster: two changes at once can lose a disk. Migration copies every disk onto the group it lies on already, or refuses; HA cannot recover the guest.',
      messages: how === 'thin' ? [] : [`Logical Volume "vm-100-disk-0" already exists in volume group "${name}"`],
      because: `A guest's disk in ${name} has the same UUID on ${nodes}: it is one group on one disk, and storage.cfg has no "shared 1" for it.`,
      todo:
        how === 'thin'
          ? 'Let one node use it: restrict the storage to that node, and look at the others whether the pool is active there. Do not mark it shared: LVM-thin cannot be. No script is offered.'
          : `Mark it shared, when every node it is offered on really sees the disk; else restrict it to the nodes that do. No script is offered.`,
      commands: how === 'thin' ? set('--nodes NODE') : set('--shared 1'),
    };
  },
  remedy: () => undefined,
});

type Seen = Sightings['groups'];

const isEnabled = (storage: StorageEntry) => isOnLvm(storage) && !storage.disabled && storage.vgname !== '';

/** Without nodes that show two groups of the name. */
function groupByName({ groups }: Sightings): ReadonlyMap<string, Seen> {
  const byName = new Map<string, Map<string, Seen[number] | undefined>>();
  for (const one of groups) {
    const nodes = byName.get(one.group.name) ?? new Map<string, Seen[number] | undefined>();
    byName.set(one.group.name, nodes.set(one.nodeId, nodes.has(one.nodeId) ? undefined : one));
  }
  return new Map([...byName].map(([name, nodes]) => [name, [...nodes.values()].filter((one) => one !== undefined)]));
}

/** Storages on the group that every view has in the same words. */
function storagesOf(name: string, { storages: [first = [], ...others] }: Sightings): readonly StorageEntry[] {
  const same = (a: StorageEntry, b: StorageEntry) =>
    a.id === b.id && a.vgname === b.vgname && a.shared === b.shared && a.type === b.type && !b.disabled;
  return first.filter((storage) => isEnabled(storage) && storage.vgname === name && others.every((list) => list.some((one) => same(storage, one))));
}

const offered = (seen: Seen, { nodes }: StorageEntry) => seen.filter(({ node }) => nodes.length === 0 || nodes.includes(node));

function findCalledLocal(name: string, seen: Seen, sightings: Sightings): readonly Hit<Detail>[] {
  const ofName = storagesOf(name, sightings);
  // One mark is enough for what lies beside it: two storages may share a group.
  if (ofName.some(({ shared, type }) => shared && type === 'lvm')) return [];
  for (const storage of ofName) {
    const here = offered(seen, storage);
    const one = here.find(
      ({ group }) =>
        here.some((other) => other.group.uuid === group.uuid && other.group !== group) &&
        group.volumes.some((volume) => isListedVolume(volume.name) && sightings.countOf(group, volume) > 1),
    );
    if (one === undefined) continue;
    const same = here.filter(({ group }) => group.uuid === one.group.uuid);
    return [toHit(`local/${one.group.uuid}`, storage.type === 'lvmthin' ? 'thin' : 'local', name, ofName, same)];
  }
  return [];
}

function findCalledShared(name: string, seen: Seen, sightings: Sightings): readonly Hit<Detail>[] {
  const marked = storagesOf(name, sightings).filter(({ shared, type }) => shared && type === 'lvm');
  const [first] = marked;
  const here = first === undefined ? [] : offered(seen, first);
  return new Set(here.map(({ group }) => group.uuid)).size > 1 ? [toHit(`shared/${name}`, 'shared', name, marked, here)] : [];
}

function toHit(subject: string, how: Detail['how'], name: string, storages: readonly StorageEntry[], seen: Seen): Hit<Detail> {
  const [only, ...more] = storages;
  return {
    subject,
    guests: [],
    evidence: seen.slice(0, 8).map(({ nodeId, group }) => ({ node: nodeId, capture: 'lvm.report', line: group.line })),
    detail: {
      name,
      storages: listNames(storages.map(({ id }) => id)),
      storage: more.length === 0 ? (only?.id ?? '') : '',
      how,
      nodes: listNames(seen.map(({ node }) => node).sort()),
      count: new Set(seen.map(({ group }) => group.uuid)).size,
    },
  };
}
