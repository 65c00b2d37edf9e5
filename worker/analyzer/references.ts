/** Which guests use a volume. Every reference and mention of every view counts; errs towards "referenced" only. */
import type { ClusterView, Guest, StorageEntry } from './facts';
import { keysOfVolume, type Places, placesOfReference, placesOfWord } from './volume-places';

type Named = { readonly name: string };
type Identified = { readonly name: string; readonly uuid: string };

export type References = {
  guestsOf(group: Named, volume: Identified): readonly Guest[];
  /** Named where PVE itself does not look, or by something that could not be resolved. */
  isMentioned(group: Named, volume: Identified): boolean;
  /** The guest of a number, as the views know it. */
  guest(vmid: number): Guest | undefined;
  /** `VM 119`, `CT 200`, or `guest 777` when no configuration says what it is. */
  whoIs(vmid: number): string;
  /** Paths that may be any volume, and the guest that uses them; undefined: a mention. */
  readonly opaque: readonly { readonly path: string; readonly guest: Guest | undefined }[];
};

export type CompleteView = { readonly guests: readonly Guest[]; readonly storages: readonly StorageEntry[]; readonly mentions: readonly string[] };

/** A view nothing is missing from, or undefined. */
export function completeView(view: ClusterView | undefined): CompleteView | undefined {
  if (view?.guests.status !== 'known' || view.storages.status !== 'known' || view.mentions.status !== 'known') return undefined;
  return { guests: view.guests.value, storages: view.storages.value, mentions: view.mentions.value };
}

/** `hostMentions`: words from the nodes' own files. */
export function indexReferences(views: readonly CompleteView[], hostMentions: readonly string[]): References {
  const users = new Map<string, Guest[]>();
  const guests = new Map<number, Guest>();
  const mentioned = new Set<string>();
  const opaque: { path: string; guest: Guest | undefined }[] = [];
  const mention = (word: string, isOpaque: (kind: Places['opaque']) => boolean) => {
    const places = placesOfWord(word);
    for (const key of places.keys) mentioned.add(key);
    if (isOpaque(places.opaque)) opaque.push({ path: word, guest: undefined });
  };
  for (const view of views) {
    const storages = new Map(view.storages.map((storage) => [storage.id, storage]));
    for (const word of view.mentions) mention(word, (kind) => kind !== undefined);
    for (const guest of view.guests) {
      guests.set(guest.vmid, guest);
      for (const { volume } of guest.references) {
        const places = placesOfReference(volume, storages);
        if (places.opaque !== undefined) opaque.push({ path: volume, guest });
        for (const key of places.keys) {
          const known = users.get(key);
          if (known === undefined) users.set(key, [guest]);
          else if (!known.includes(guest)) known.push(guest);
        }
      }
    }
  }
  // A file system a node mounts by its uuid shows itself by the open count; a device number says nothing at all.
  for (const word of hostMentions) mention(word, (kind) => kind === 'number');
  return {
    guestsOf: (group, volume) => keysOfVolume(group, volume).flatMap((key) => users.get(key) ?? []),
    isMentioned: (group, volume) => keysOfVolume(group, volume).some((key) => mentioned.has(key)),
    guest: (vmid) => guests.get(vmid),
    whoIs: (vmid) => sayGuest(guests.get(vmid), vmid),
    opaque,
  };
}

export function sayGuest(guest: Guest | undefined, vmid: number): string {
  return `${guest === undefined ? 'guest' : guest.type === 'lxc' ? 'CT' : 'VM'} ${vmid}`;
}
