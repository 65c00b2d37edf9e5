/**
 * Two volume groups of one name: a guest's own group seen through its disk, or the disk of another installation. LVM
 * reports both, and refuses every command that names the group, as all of Proxmox VE's do.
 * @see lvm2 lib/cache/lvmcache.c, tools/toollib.c "Multiple VGs found with the same name"; tried on a kernel
 */

import type { Mapping, VolumeGroup } from '../../facts';
import type { DeviceTree } from '../../node/device-tree';
import { findInside, type InsideDisk } from '../../node/guest-disks';
import type { NodeInputs } from '../../node/node-inputs';
import { decodeDmName } from '../../parse/dm-name';
import { decodeDmUuid, hyphenate } from '../../parse/dm-uuid';
import { sayDevice } from '../../parse/scsi-disk';
import { guestOfVolume } from '../../parse/volume-name';
import { type Detection, defineRule } from '../../rule';
import { listNames } from '../../words';

type Detail = {
  readonly name: string;
  /** Storages that mean the group, by id; at most 8. */
  readonly storages: readonly string[];
  /** At most 4, by uuid. */
  readonly groups: readonly SeenGroup[];
};

/** `through`: the device LVM reads it from, by name or number. `disk`: the guest's disk it lies in; `isDisk`: LVM reads that disk itself. */
type SeenGroup = { readonly uuid: string; readonly through: string; readonly disk: string | null; readonly isDisk: boolean };

export const duplicateGroupName = defineRule<NodeInputs>()({
  id: 'lvm.duplicate-vg-name',
  title: 'Two volume groups of one name',
  brief: 'two groups of one name',
  severity: ({ storages }: Detail) => (storages.length > 0 ? 'critical' : 'warning'),
  counts: 'none',
  doesNotApply: 'LVM shows no volume group on this node.',
  reference: {
    what: 'Two volume groups of one name are visible on a node: a guest’s own group, seen through its disk, or the disk of another installation.',
    why: 'LVM refuses every command that names the group, and Proxmox VE’s commands do: no guest of that group starts, stops, moves or is made on this node.',
    how: 'Names and UUIDs of the groups in LVM’s report; the tree of mappings says which one lies inside a guest’s disk, and through which mapping LVM reads it.',
    severity: 'Critical when a storage means a group of this name, else a warning.',
    evidence: ['lvm.report', 'dm.info.1', 'dm.info.2', 'pve.storage'],
    guards: [
      'One group that LVM shows twice under one UUID is not two groups: nothing is said about it, and it proves nothing.',
      'Verdicts by UUID stand beside it; what is looked up by name (unused and missing disks) is not checked for both.',
    ],
    remedy: 'None of its own: the mapping a guest’s group is seen through has a finding; another installation’s disk is a matter for hands.',
    sources: [
      'lvm2 lib/cache/lvmcache.c, tools/toollib.c: "Multiple VGs found with the same name"',
      'Our own run on a kernel: a guest’s group called pve on a partition map; lvchange by name ends with 5, by UUID it works',
    ],
  },
  needs: ['groups', 'mappings', 'tree', 'storages', 'circumstances'],
  detect({ groups, mappings, tree, storages, circumstances: { ownership } }): Detection<Detail> {
    const named = new Map<string, VolumeGroup[]>();
    for (const group of groups) named.set(group.name, [...(named.get(group.name) ?? []), group]);
    const twice = [...named.values()].filter((twins) => new Set(twins.map(({ uuid }) => uuid)).size > 1);
    const inside = twice.length === 0 ? new Map() : findInside(mappings, tree, ownership.status === 'known' ? ownership.value : undefined);
    return {
      applies: groups.length > 0,
      notChecked: [],
      found: twice.map((twins) => {
        const name = twins[0]?.name ?? '';
        const seen = [...twins].sort((a, b) => (a.uuid < b.uuid ? -1 : 1)).map((group) => seeGroup(group, tree, inside));
        return {
          subject: name,
          guests: [...new Set(seen.flatMap(({ disk }) => (disk === null ? [] : (guestOfVolume(disk) ?? []))))],
          evidence: twins.slice(0, 4).map(({ line }) => ({ node: '', capture: 'lvm.report', line })),
          detail: {
            name,
            storages: storages.flatMap(({ id, vgname }) => (vgname === name ? [id] : [])).slice(0, 8),
            groups: seen.slice(0, 4),
          },
        };
      }),
    };
  },
  explain: (detail, { node }) => {
    const { name, storages, groups } = detail;
    const count = groups.length === 2 ? 'two' : `${groups.length}`;
    return {
      sentence: `${node} sees ${count} volume groups called ${name}${storages.length === 0 ? '' : `; storage ${listNames(storages)} means one of them`}.`,
      breaks:
        storages.length === 0
          ? `Every LVM command that names ${name}, on ${node}. No storage of Proxmox VE's uses it.`
          : `On ${node} Proxmox VE can neither start nor stop, move, delete or make disks on ${listNames(storages)}: its commands name the group. What runs goes on. Other nodes work.`,
      messages: [
        `Multiple VGs found with the same name: skipping ${name}`,
        ...(storages.length === 0 ? [] : [`can't activate LV '/dev/${name}/…':   Use --select vg_uuid=<uuid> in place of the VG name.`]),
      ],
      because: `LVM lists ${groups.map(sayGroup).join('; ')}.`,
      todo: sayTodo(detail, node),
      commands: ['vgs -o vg_name,vg_uuid,pv_name'],
    };
  },
  remedy: () => undefined,
});

function seeGroup({ uuid, devices }: VolumeGroup, tree: DeviceTree, inside: ReadonlyMap<Mapping, InsideDisk>): SeenGroup {
  const places = devices.map((device) => {
    const mapping = tree.at(device);
    const disk = mapping && (inside.get(mapping)?.disk.name.lv ?? guestDiskCalled(mapping));
    return { through: (mapping?.name ?? sayDevice(device)).slice(0, 256), disk, isDisk: mapping !== undefined && !inside.has(mapping) };
  });
  const { through = 'no disk', disk, isDisk = false } = places.find((place) => place.disk !== undefined) ?? places[0] ?? {};
  return { uuid, through, disk: disk?.slice(0, 128) ?? null, isDisk: disk !== undefined && isDisk };
}

function guestDiskCalled({ name, uuid }: Mapping): string | undefined {
  const { lv } = decodeDmName(name);
  return decodeDmUuid(uuid) !== undefined && guestOfVolume(lv) !== undefined ? lv : undefined;
}

function sayGroup({ uuid, through, disk }: SeenGroup): string {
  return disk === null ? `${hyphenate(uuid)} on ${through}` : `${hyphenate(uuid)} inside the guest's disk ${disk}, through ${through}`;
}

const keepOut =
  "Keep LVM out of guests' disks: global_filter and scan_lvs=0 in lvm.conf. Nothing is to be renamed: the guest needs its name. No script is offered here.";

function sayTodo({ name, groups }: Detail, node: string): string {
  const ofGuests = groups.filter(({ disk }) => disk !== null);
  const removable = ofGuests.filter(({ isDisk }) => !isDisk).map(({ through }) => through);
  if (ofGuests.length === 0)
    return `Find out which of them ${node} needs. Detach the disk of the other one, keep LVM from it with global_filter in lvm.conf, or give it another name by its UUID (vgrename UUID NEW_NAME): that writes to its disk. No script is offered.`;
  if (removable.length === 0) return `LVM reads the guest's disk itself. ${keepOut}`;
  return `${listNames(removable)} leads to a group that belongs to a guest: take that mapping away (its own finding says how), and ${name} is one group again. ${keepOut}`;
}
