/**
 * Names Proxmox VE gives to volumes on LVM.
 * @see pve-storage Plugin.pm `get_next_vm_diskname`, LVMPlugin.pm `get_snap_name`, `free_lvm_volumes_locked`
 */

import { decodeDmName } from './dm-name';

const owned = /^(?:del-)?(?:snap_)?(?:vm|base)-([1-9][0-9]{2,8})-/;

/** The guest number in a volume's name; undefined when it carries none. */
export function guestOfVolume(name: string): number | undefined {
  const number = owned.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

const listed = /^(?:vm|base)-[1-9][0-9]{2,8}-\S+$/;

/** Would `pvesm list` show a volume of this name? Snapshots, `del-` leftovers and internals are not listed. */
export function isListedVolume(name: string): boolean {
  return listed.test(name);
}

const fixed = /^vm-[1-9][0-9]{2,8}-(?:cloudinit|state-.+|fleece-[0-9]+)(?:\.qcow2)?$/;

/** Fixed names collide with the next volume of the same purpose; `vm-N-disk-M` never does. */
export function isFixedName(name: string): boolean {
  return fixed.test(name);
}

/**
 * Volumes of consumers that no guest's configuration names. Kubernetes' CSI driver (`vm-9999-pvc-…`; 9999 is its number for
 * everything it is given), LINSTOR (`…_00000`, with its snapshots behind it), replication's snapshots, and LVM's own layers:
 * the report shows them in brackets, and attributes differ by release.
 */
const consumers = [
  /^vm-[1-9][0-9]{2,8}-pvc-/,
  /^vm-9999-(?!disk-[0-9]|cloudinit|state-|fleece-)/,
  /_[0-9]{5}(?:_.*)?$/,
  /___replicate_.*__$/,
  /_(?:[rm]image(?:_[0-9]+)?|rmeta(?:_[0-9]+)?|mlog|iorig|imeta|corig|wcorig|cvol|cpool|cdata|cmeta|tdata|tmeta|vdata|vpool|vorigin|pmspare)(?:_[0-9]+)?$/,
] as const;

/** LVM's own limit for volumes and groups: whatever is longer is none, and no pattern looks at it. @see lvm(8), VALID NAMES */
export const longestName = 127;

export function isConsumerVolume(name: string): boolean {
  return name.length > longestName || consumers.some((pattern) => pattern.test(name));
}

/**
 * What a volume is for, by its name. `being-deleted`: Proxmox VE renamed it and was to wipe and remove it.
 * `backup-snapshot`: what the backup of a container reads from.
 */
export type VolumeKind = 'disk' | 'template' | 'cloudinit' | 'state' | 'fleecing' | 'backup-snapshot' | 'being-deleted' | 'other';

const kinds: readonly (readonly [VolumeKind, RegExp])[] = [
  ['being-deleted', /^del-(?:snap_)?(?:vm|base)-[1-9][0-9]{2,8}-/],
  ['backup-snapshot', /^snap_(?:vm|base)-[1-9][0-9]{2,8}-.+_vzdump$/],
  ['disk', /^vm-[1-9][0-9]{2,8}-disk-[0-9]+(?:\.qcow2)?$/],
  ['template', /^base-[1-9][0-9]{2,8}-/],
  ['cloudinit', /^vm-[1-9][0-9]{2,8}-cloudinit(?:\.qcow2)?$/],
  ['state', /^vm-[1-9][0-9]{2,8}-state-/],
  ['fleecing', /^vm-[1-9][0-9]{2,8}-fleece-[0-9]+(?:\.qcow2)?$/],
];

export function kindOfVolume(name: string): VolumeKind {
  return kinds.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
}

/**
 * The volumes a snapshot of this volume implies, which no drive line names: its own on a thin pool, a link of the chain on
 * thick storage. @see pve-storage LvmThinPlugin.pm `volume_snapshot`, LVMPlugin.pm `get_snap_name`
 */
export function snapshotVolumes(volume: string, snapshot: string): readonly [thin: string, chain: string] {
  return [`snap_${volume}_${snapshot}`, `snap_${volume.replace(/\.[^.]+$/, '')}_${snapshot}.qcow2`];
}

const spelled =
  /(?:^|[-_])((?:del-)?(?:snap_)?(?:vm|base)-[1-9][0-9]{2,8}-(?:disk-[0-9]+|cloudinit|state-[A-Za-z0-9_-]+|fleece-[0-9]+)(?:_[A-Za-z0-9_-]+)?(?:\.qcow2)?)$/;

/** The guest volume a device-mapper name spells, decoded as LVM's or as it stands; undefined: none. */
export function guestVolumeIn(dmName: string): string | undefined {
  const { lv } = decodeDmName(dmName);
  if (guestOfVolume(lv) !== undefined) return lv;
  return spelled.exec(dmName)?.[1] ?? spelled.exec(dmName.replaceAll('--', '-'))?.[1];
}
