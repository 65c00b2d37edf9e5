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

const consumers = /^vm-[1-9][0-9]{2,8}-pvc-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Volumes of consumers that no guest's configuration names: Kubernetes' CSI driver. */
export function isConsumerVolume(name: string): boolean {
  return consumers.test(name);
}

const spelled =
  /(?:^|[-_])((?:del-)?(?:snap_)?(?:vm|base)-[1-9][0-9]{2,8}-(?:disk-[0-9]+|cloudinit|state-[A-Za-z0-9_-]+|fleece-[0-9]+)(?:_[A-Za-z0-9_-]+)?(?:\.qcow2)?)$/;

/** The guest volume a device-mapper name spells, decoded as LVM's or as it stands; undefined: none. */
export function guestVolumeIn(dmName: string): string | undefined {
  const { lv } = decodeDmName(dmName);
  if (guestOfVolume(lv) !== undefined) return lv;
  return spelled.exec(dmName)?.[1] ?? spelled.exec(dmName.replaceAll('--', '-'))?.[1];
}
