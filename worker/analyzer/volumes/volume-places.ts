/**
 * Under which names a volume may be meant. A word in a configuration becomes keys; whatever cannot be resolved to a place
 * counts for every volume of that name, and what names a device by number or content is opaque: it may be any volume.
 */
import type { StorageEntry } from '../facts';
import { decodeDmName } from '../parse/dm-name';
import { decodeDmUuid } from '../parse/dm-uuid';
import { snapshotVolumes } from '../parse/volume-name';

/** `number`: /dev/dm-7. `content`: a file system's uuid or label. */
export type Places = { readonly keys: readonly string[]; readonly opaque?: 'number' | 'content' };

const anywhere = '*';
const keyOf = (group: string, volume: string) => `${group}/${volume}`;
const uuidKey = (volumeUuid: string) => `uuid:${volumeUuid}`;

/** Every key a configuration could have used for this volume. */
export function keysOfVolume(group: { readonly name: string }, volume: { readonly name: string; readonly uuid: string }): readonly string[] {
  return [keyOf(group.name, volume.name), keyOf(anywhere, volume.name), uuidKey(volume.uuid)];
}

export const exactKeyOfVolume = (group: { readonly name: string }, volume: { readonly name: string }): string => keyOf(group.name, volume.name);

/** Those that mean this volume and no other: its group's name with its own, or its uuid. */
export function exactKeysOfVolume(group: { readonly name: string }, volume: { readonly name: string; readonly uuid: string }): readonly string[] {
  return [keyOf(group.name, volume.name), uuidKey(volume.uuid)];
}

/** Plugins whose volumes are not on LVM. Others than these and lvm/lvmthin are third-party: their volumes may be anywhere. */
const notOnLvm = new Set(['dir', 'nfs', 'cifs', 'glusterfs', 'cephfs', 'zfspool', 'zfs', 'rbd', 'iscsi', 'iscsidirect', 'pbs', 'btrfs', 'esxi']);

export const isOnLvm = ({ type }: Pick<StorageEntry, 'type'>): boolean => type === 'lvm' || type === 'lvmthin';

/** No plugin of Proxmox VE's: what it keeps in a group, and under which names, only it knows. */
export const isForeignType = ({ type }: Pick<StorageEntry, 'type'>): boolean => !isOnLvm({ type }) && !notOnLvm.has(type);

export const indexStorages = (storages: readonly StorageEntry[]): ReadonlyMap<string, StorageEntry> =>
  new Map(storages.map((storage) => [storage.id, storage]));

/**
 * A drive's volume: `storage:volume` or a path. No keys: it lies on something that is not LVM. `snapshot`: the section of a
 * snapshot it stands in, which implies a volume of its own.
 */
export function placesOfReference(volume: string, storages: ReadonlyMap<string, StorageEntry>, snapshot: string): Places {
  if (volume.startsWith('/')) return placesOfPath(volume);
  const colon = volume.indexOf(':');
  const storage = storages.get(volume.slice(0, colon));
  if (storage !== undefined && notOnLvm.has(storage.type)) return { keys: [] };
  const group = storage === undefined || !isOnLvm(storage) || storage.vgname === '' ? anywhere : storage.vgname;
  const rest = volume.slice(colon + 1);
  if (snapshot === '' && !rest.includes('/')) return { keys: [keyOf(group, rest)] };
  // A linked clone names its base as well: `base-100-disk-0/vm-101-disk-0`.
  const names = rest.split('/');
  const implied = snapshot === '' ? [] : names.flatMap((name) => snapshotVolumes(name, snapshot));
  return { keys: [...names, ...implied].map((name) => keyOf(group, name)) };
}

/** A word from a text PVE itself does not read: a path, a volume's name, a mapping's name (`vm--1--disk--0` is a part of one). */
export function placesOfWord(word: string): Places {
  if (word.startsWith('/')) return placesOfPath(word);
  const volumes = word.slice(word.indexOf(':') + 1).split('/');
  return { keys: [...volumes.flatMap((volume) => [keyOf(anywhere, volume), keyOf(anywhere, volume.replaceAll('--', '-'))]), ...keysOfMapping(word)] };
}

function placesOfPath(path: string): Places {
  if (/^\/dev\/(?:dm-[0-9]+|block\/[0-9]+:[0-9]+)$/.test(path)) return { keys: [], opaque: 'number' };
  if (/^\/dev\/disk\/by-(?:uuid|label|partuuid|partlabel)\//.test(path)) return { keys: [], opaque: 'content' };
  const uuid = /^\/dev\/disk\/by-id\/dm-uuid-(?:part[0-9]+-)?(LVM-.+)$/.exec(path)?.[1];
  if (uuid !== undefined) return { keys: [uuidKey(decodeDmUuid(uuid)?.lvUuid ?? '')] };
  const mapped = /^\/dev\/(?:mapper\/|disk\/by-id\/dm-name-)([^/]+)$/.exec(path)?.[1];
  if (mapped !== undefined) return { keys: keysOfMapping(mapped) };
  const [, group, volume] = /^\/dev\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (group !== undefined && volume !== undefined) return { keys: withoutPartition(volume).map((name) => keyOf(group, name)) };
  return { keys: [keyOf(anywhere, lastComponent(path))] };
}

function keysOfMapping(dmName: string): readonly string[] {
  const { vg, lv } = decodeDmName(dmName);
  return [...withoutPartition(lv).map((name) => keyOf(vg, name)), keyOf(anywhere, dmName)];
}

/** `vm-1-disk-0p1` may be a volume or the first partition of one. */
function withoutPartition(volume: string): readonly string[] {
  const end = /p[0-9]{1,3}$/.exec(volume)?.index;
  return end === undefined ? [volume] : [volume, volume.slice(0, end)];
}

function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
