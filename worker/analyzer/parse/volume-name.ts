/**
 * Names Proxmox VE gives to volumes on LVM.
 * @see pve-storage Plugin.pm `get_next_vm_diskname`, LVMPlugin.pm `get_snap_name`, `free_lvm_volumes_locked`
 */

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

const guestDisk = /(?:^|[-_])(?:vm|base)-[1-9][0-9]{2,8}-(?:disk-[0-9]+|cloudinit|state-[A-Za-z0-9_-]+|fleece-[0-9]+)(?:\.qcow2)?$/;

/** Does a device-mapper name, decoded or as it stands, spell a guest volume? */
export function spellsGuestVolume(dmName: string): boolean {
  return guestDisk.test(dmName) || guestDisk.test(dmName.replaceAll('--', '-'));
}
