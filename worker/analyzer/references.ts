/**
 * Which guests use a volume. Every reference and mention of every view counts; what cannot be resolved to a place counts
 * for every volume of that name. Errs towards "referenced" only.
 */
import type { ClusterView, Guest, StorageEntry } from './facts';
import { decodeDmName } from './parse/dm-name';

/** Plugins whose volumes are not on LVM. Others than these and lvm/lvmthin are third-party: their volumes may be anywhere. */
const notOnLvm = new Set(['dir', 'nfs', 'cifs', 'glusterfs', 'cephfs', 'zfspool', 'zfs', 'rbd', 'iscsi', 'iscsidirect', 'pbs', 'btrfs', 'esxi']);

export type References = {
  /** Guests that reference this volume of this group (by name; LVM's names are what configurations know). */
  guestsOf(groupName: string, volumeName: string): readonly Guest[];
  /** Named anywhere where PVE itself does not look, or by something that could not be resolved. */
  isMentioned(groupName: string, volumeName: string): boolean;
  /** The guest of a number, as every view knows it. */
  guest(vmid: number): Guest | undefined;
  /** Guests of this number on another storage, for "guest N uses that number elsewhere". */
  readonly storages: readonly StorageEntry[];
  /** Paths that name a device by number only: what they are is not known. */
  readonly opaque: readonly string[];
};

const anywhere = '*';
const keyOf = (group: string, volume: string) => `${group}/${volume}`;

export function indexReferences(
  views: readonly { guests: readonly Guest[]; storages: readonly StorageEntry[]; mentions: readonly string[] }[],
  hostMentions: readonly string[],
): References {
  const byVolume = new Map<string, Guest[]>();
  const guests = new Map<number, Guest>();
  const opaque = new Set<string>();
  const storages = new Map<string, StorageEntry>();
  const mentioned = new Set<string>();
  const addMention = (word: string) => {
    for (const key of placesOfPath(word) ?? [keyOf(anywhere, lastComponent(word))]) mentioned.add(key);
  };
  for (const view of views) {
    const known = new Map(view.storages.map((storage) => [storage.id, storage]));
    for (const storage of view.storages) storages.set(storage.id, storage);
    for (const word of view.mentions) addMention(word);
    for (const guest of view.guests) {
      guests.set(guest.vmid, guest);
      for (const { volume } of guest.references) {
        if (/^\/dev\/dm-[0-9]+$/.test(volume)) opaque.add(volume);
        for (const key of placesOf(volume, known)) {
          const users = byVolume.get(key);
          if (users === undefined) byVolume.set(key, [guest]);
          else if (!users.includes(guest)) users.push(guest);
        }
      }
    }
  }
  for (const word of hostMentions) addMention(word);
  return {
    guestsOf: (group, volume) => [...(byVolume.get(keyOf(group, volume)) ?? []), ...(byVolume.get(keyOf(anywhere, volume)) ?? [])],
    isMentioned: (group, volume) => mentioned.has(keyOf(group, volume)) || mentioned.has(keyOf(anywhere, volume)),
    guest: (vmid) => guests.get(vmid),
    storages: [...storages.values()],
    opaque: [...opaque],
  };
}

/** `group/volume` keys of a reference; empty when it lies on something that is not LVM. */
function placesOf(volume: string, storages: ReadonlyMap<string, StorageEntry>): readonly string[] {
  const path = placesOfPath(volume);
  if (path !== undefined) return path;
  const colon = volume.indexOf(':');
  const storage = storages.get(volume.slice(0, colon));
  const name = lastComponent(volume.slice(colon + 1));
  if (storage === undefined) return [keyOf(anywhere, name)];
  if (storage.type === 'lvm' || storage.type === 'lvmthin') return [keyOf(storage.vgname === '' ? anywhere : storage.vgname, name)];
  return notOnLvm.has(storage.type) ? [] : [keyOf(anywhere, name)];
}

/** `/dev/<vg>/<lv>`, `/dev/mapper/<name>`, `/dev/disk/by-id/dm-name-<name>`; every other path may be any volume of its last component. */
function placesOfPath(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const mapped = /^\/dev\/(?:mapper\/|disk\/by-id\/dm-name-)([^/]+)$/.exec(path)?.[1];
  if (mapped !== undefined) {
    const { vg, lv } = decodeDmName(mapped);
    return [keyOf(vg, lv), keyOf(anywhere, mapped)];
  }
  const [, group, volume] = /^\/dev\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return group !== undefined && volume !== undefined ? [keyOf(group, volume)] : [keyOf(anywhere, lastComponent(path))];
}

function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A view that is complete, or undefined. */
export function completeView(
  view: ClusterView | undefined,
): { guests: readonly Guest[]; storages: readonly StorageEntry[]; mentions: readonly string[] } | undefined {
  if (view?.guests.status !== 'known' || view.storages.status !== 'known' || view.mentions.status !== 'known') return undefined;
  return { guests: view.guests.value, storages: view.storages.value, mentions: view.mentions.value };
}
