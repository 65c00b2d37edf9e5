/**
 * The volumes on LVM a guest's configuration needs: those it names, and those its snapshots imply. Not those Proxmox VE
 * makes anew (cloud-init drives) or clears away by itself (scratch space of backups).
 * @see qemu-server `foreach_volid`, Cloudinit.pm `commit_cloudinit_disk`; pve-storage `volume_snapshot`, `get_snap_name`
 */
import type { Guest, StorageEntry } from '../facts';
import { isPendingSection, snapshotOfSection } from '../parse/guest-config';
import { kindOfVolume, longestName, snapshotVolumes } from '../parse/volume-name';
import { isOnLvm } from './volume-places';

/**
 * In order of weight. `chain`: a link below the current volume. `snapshot`: named in a snapshot's section. `origin`: what a
 * rollback on a thin pool copies back.
 */
export const roles = ['attached', 'chain', 'state', 'origin', 'snapshot', 'pending', 'unused'] as const;
export type Role = (typeof roles)[number];

export type NamedVolume = {
  readonly storage: StorageEntry;
  readonly volume: string;
  readonly role: Role;
  /** The disk whose snapshot it is; itself where it is none. */
  readonly of: string;
  /** Empty: the current configuration. */
  readonly snapshot: string;
};

export function volumesNamedBy(guest: Guest, storages: ReadonlyMap<string, StorageEntry>): readonly NamedVolume[] {
  const all: NamedVolume[] = [];
  visitVolumes(guest, storages, (named) => all.push(named));
  return all;
}

/** Without making anything for what `isThere` knows: most of what is named exists. */
export function volumesMissing(
  guest: Guest,
  storages: ReadonlyMap<string, StorageEntry>,
  isThere: (storage: StorageEntry, volume: string) => boolean,
): readonly NamedVolume[] {
  const missing: NamedVolume[] = [];
  visitVolumes(guest, storages, (named) => missing.push(named), isThere);
  return missing;
}

function visitVolumes(
  guest: Guest,
  storages: ReadonlyMap<string, StorageEntry>,
  visit: (named: NamedVolume) => void,
  isThere: (storage: StorageEntry, volume: string) => boolean = () => false,
): void {
  for (const { section, key, volume: volid } of guest.references) {
    const colon = volid.indexOf(':');
    const storage = volid.startsWith('/') ? undefined : storages.get(volid.slice(0, colon));
    if (storage === undefined || !isOnLvm(storage)) continue;
    const volume = volid.slice(Math.max(colon, volid.lastIndexOf('/')) + 1);
    if (volid.length > 2 * longestName || volume.length > longestName || section.length > longestName || storage.vgname.length > longestName)
      continue;
    const snapshot = section === '' ? '' : snapshotOfSection(section);
    if (snapshot === '' && isThere(storage, volume)) continue;
    const role = roleOf(guest, section, key);
    if (role === undefined || kindOfVolume(volume) === 'cloudinit') continue;
    const named: NamedVolume = { storage, volume, role, of: volume, snapshot };
    for (const one of snapshot === '' || key === 'vmstate' ? [named] : [named, ...impliedBy(named)]) if (!isThere(storage, one.volume)) visit(one);
  }
}

function roleOf({ type, unfinished = [] }: Guest, section: string, key: string): Role | undefined {
  if (key === 'fleecing-images') return undefined;
  if (section === '') return key === 'vmstate' ? 'state' : key.startsWith('unused') ? 'unused' : 'attached';
  if (isPendingSection(section)) return 'pending';
  const snapshot = snapshotOfSection(section);
  // Half made, half deleted, or a container's backup that copies some of its volumes only.
  if (snapshot === '' || unfinished.includes(section) || (type === 'lxc' && snapshot === 'vzdump')) return undefined;
  return 'snapshot';
}

function impliedBy({ storage, volume, snapshot }: NamedVolume): readonly NamedVolume[] {
  const [thin, chain] = snapshotVolumes(volume, snapshot);
  if (storage.type === 'lvmthin') return [{ storage, volume: thin, role: 'origin', of: volume, snapshot }];
  return volume.endsWith('.qcow2') ? [{ storage, volume: chain, role: 'chain', of: volume, snapshot }] : [];
}
