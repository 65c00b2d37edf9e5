/**
 * Which storage would show a volume, as Proxmox VE's plugins decide it: name, type of volume, pool, tags. Beside what they
 * list, two kinds of volumes they make and hide: those being deleted, and what a container's backup reads from.
 * @see pve-storage LVMPlugin.pm `list_images`, `free_lvm_volumes_locked`; LvmThinPlugin.pm `list_images`, `volume_snapshot`
 */

import type { SeenGroup } from '../cluster/seen-groups';
import type { LogicalVolume, StorageEntry } from '../facts';
import { kindOfVolume, longestName } from '../parse/volume-name';
import { isForeignType, isOnLvm } from './volume-places';

type Storages = readonly (readonly StorageEntry[])[];

/** The storages of a group, as each complete view has them. Undefined: some view has none there, so nothing is judged. */
export function storagesOn({ group, nodes }: SeenGroup, storages: Storages): Storages | undefined {
  // Where the storage is not offered, a group of its name is somebody else's.
  const isThere = (entry: StorageEntry) =>
    Math.max(entry.id.length, group.name.length) <= longestName &&
    entry.vgname === group.name &&
    isOffered(entry) &&
    (entry.nodes.length === 0 || nodes.some((node) => entry.nodes.includes(node)));
  const there = storages.map((entries) => entries.filter(isThere));
  return there.every((entries) => entries.length > 0) ? there : undefined;
}

/** Undefined when some view has none that would show the volume. */
export function listingStorage(volume: LogicalVolume, there: Storages): StorageEntry | undefined {
  // One look at the name decides for most of what is not Proxmox VE's.
  if (!/^(?:vm|base|snap_vm|snap_base|del)-/.test(volume.name)) return undefined;
  const listing = there.map((entries) => entries.find((entry) => lists(entry, volume)));
  return listing.every((entry) => entry !== undefined) ? listing[0] : undefined;
}

export const isOffered = (storage: StorageEntry): boolean => isOnLvm(storage) && !storage.disabled;

/** A storage of somebody else's plugin that keeps volumes in the group, whatever it calls them. */
export function foreignStorageOn({ group }: SeenGroup, storages: Storages): StorageEntry | undefined {
  return storages.flat().find((entry) => entry.vgname === group.name && isForeignType(entry));
}

const lists = (storage: StorageEntry, volume: LogicalVolume): boolean =>
  storage.type === 'lvmthin' ? listsThin(storage, volume) : listsThick(storage, volume);

/** Only thin storages make templates. */
function listsThin({ thinpool }: StorageEntry, { name, attr, pool }: LogicalVolume): boolean {
  return attr.startsWith('V') && pool === thinpool && (/^(?:vm|base)-[1-9][0-9]{2,8}-/.test(name) || kindOfVolume(name) === 'backup-snapshot');
}

/** Linear, mirrored and RAID volumes; where the storage says so, tagged ones alone. */
function listsThick({ taggedOnly }: StorageEntry, { name, attr, tags }: LogicalVolume): boolean {
  const isListed = /^vm-[1-9][0-9]{2,8}-/.test(name) || kindOfVolume(name) === 'being-deleted';
  return isListed && /^[-mMrR]/.test(attr) && (!taggedOnly || tags.some((tag) => /^pve-vm-[0-9]+$/.test(tag)));
}
