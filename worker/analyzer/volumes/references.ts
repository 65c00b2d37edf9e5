/** Which guests use a volume. Every reference and mention of every view counts; errs towards "referenced" only. */
import type { ClusterView, Guest, StorageEntry } from '../facts';
import { snapshotOfSection } from '../parse/guest-config';
import { longestName } from '../parse/volume-name';
import { exactKeyOfVolume, exactKeysOfVolume, indexStorages, keysOfVolume, placesOfReference, placesOfWord } from './volume-places';

type Named = { readonly name: string };
type Identified = { readonly name: string; readonly uuid: string };

export type References = {
  guestsOf(group: Named, volume: Identified): readonly Guest[];
  /** By a guest or a mention, in whatever way. */
  isNamed(group: Named, volume: Identified): boolean;
  /** Named where PVE itself does not look, or by something that could not be resolved. */
  isMentioned(group: Named, volume: Identified): boolean;
  /** By a guest or a mention, together with its group or by its uuid: not by a word that may mean any volume of that name. */
  isMeantBy(group: Named, volume: Identified): boolean;
  /** The guest of a number, as the views know it. */
  guest(vmid: number): Guest | undefined;
  /** `VM 119`, `CT 200`, or `guest 777` when no configuration says what it is. */
  whoIs(vmid: number): string;
  /** Where else this guest has a volume of this name: `san-b:vm-131-disk-0 (san2vg)`. */
  elsewhere(guest: Guest, volume: string): readonly string[];
  /** Paths that may be any volume, and the guest that uses them; undefined: a mention. */
  readonly opaque: readonly { readonly path: string; readonly guest: Guest | undefined }[];
};

export type CompleteView = { readonly guests: readonly Guest[]; readonly storages: readonly StorageEntry[]; readonly mentions: readonly string[] };

/** A view nothing is missing from, or undefined. */
export function completeView(view: ClusterView | undefined): CompleteView | undefined {
  if (view?.guests.status !== 'known' || view.storages.status !== 'known' || view.mentions.status !== 'known') return undefined;
  return { guests: view.guests.value, storages: view.storages.value, mentions: view.mentions.value };
}

type ViewIndex = {
  readonly storages: ReadonlyMap<string, StorageEntry>;
  readonly users: ReadonlyMap<string, readonly Guest[]>;
  readonly guests: ReadonlyMap<number, Guest>;
  readonly mentioned: ReadonlySet<string>;
  readonly opaque: References['opaque'];
};

/** Indexes views as they are asked for, each once. */
export type ViewIndexes = {
  /** Only complete views; `hostMentions`: words from the nodes' own files. */
  join(views: readonly ClusterView[], hostMentions: readonly string[]): References;
};

export function indexViews(): ViewIndexes {
  const indexed = new Map<ClusterView, ViewIndex>();
  const indexOf = (view: ClusterView): readonly ViewIndex[] => {
    const known = indexed.get(view);
    if (known !== undefined) return [known];
    const complete = completeView(view);
    if (complete === undefined) return [];
    const index = indexView(complete);
    indexed.set(view, index);
    return [index];
  };
  return { join: (views, hostMentions) => joinIndexes([...new Set(views)].flatMap(indexOf), hostMentions) };
}

function indexView(view: CompleteView): ViewIndex {
  const users = new Map<string, Guest[]>();
  const mentioned = new Set<string>();
  const opaque: { path: string; guest: Guest | undefined }[] = [];
  const storages = indexStorages(view.storages);
  for (const word of view.mentions) {
    const places = placesOfWord(word);
    for (const key of places.keys) mentioned.add(key);
    if (places.opaque !== undefined) opaque.push({ path: word, guest: undefined });
  }
  for (const guest of view.guests) {
    for (const { section, volume } of guest.references) {
      const places = placesOfReference(volume, storages, snapshotOfSection(section));
      if (places.opaque !== undefined) opaque.push({ path: volume, guest });
      for (const key of places.keys) {
        const known = users.get(key);
        if (known === undefined) users.set(key, [guest]);
        // One guest after the other: it can only be the last.
        else if (known.at(-1) !== guest) known.push(guest);
      }
    }
  }
  return { storages, users, guests: new Map(view.guests.map((guest) => [guest.vmid, guest])), mentioned, opaque };
}

function placesByName({ references }: Guest, storages: ReadonlyMap<string, StorageEntry> | undefined): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, Set<string>>();
  for (const { volume } of references) {
    const colon = volume.indexOf(':');
    if (volume.startsWith('/') || colon < 0 || volume.length > 2 * longestName) continue;
    const name = volume.slice(colon + 1);
    const group = storages?.get(volume.slice(0, colon))?.vgname ?? '';
    byName.set(name, (byName.get(name) ?? new Set()).add(group === '' ? volume : `${volume} (${group.slice(0, longestName)})`));
  }
  return new Map([...byName].map(([name, volumes]) => [name, [...volumes].slice(0, 8)]));
}

function joinIndexes(views: readonly ViewIndex[], hostMentions: readonly string[]): References {
  const words = hostMentions.map((word) => ({ word, ...placesOfWord(word) }));
  const mentioned = new Set(words.flatMap(({ keys }) => keys));
  // A file system a node mounts by its uuid shows itself by the open count; a device number says nothing at all.
  const numbers = words.filter(({ opaque }) => opaque === 'number').map(({ word }) => ({ path: word, guest: undefined }));
  const guest = (vmid: number) => views.map(({ guests }) => guests.get(vmid)).find((known) => known !== undefined);
  /** Guest -> name of a volume -> where it has it. */
  const places = new Map<Guest, ReadonlyMap<string, readonly string[]>>();
  const namedBy = (asked: Guest) => {
    const found = places.get(asked) ?? placesByName(asked, views[0]?.storages);
    places.set(asked, found);
    return found;
  };
  const isKey = (key: string) => mentioned.has(key) || views.some((view) => view.users.has(key) || view.mentioned.has(key));
  return {
    // Most are named by their group and name: the other keys are made for the few that are not.
    isNamed: (group, volume) => isKey(exactKeyOfVolume(group, volume)) || keysOfVolume(group, volume).some(isKey),
    guestsOf: (group, volume) => {
      const found: Guest[] = [];
      // Asked once for every volume and mapping: plain loops.
      for (const key of keysOfVolume(group, volume)) for (const view of views) for (const user of view.users.get(key) ?? []) found.push(user);
      return found;
    },
    isMentioned: (group, volume) => keysOfVolume(group, volume).some((key) => mentioned.has(key) || views.some((view) => view.mentioned.has(key))),
    isMeantBy: (group, volume) =>
      exactKeysOfVolume(group, volume).some(
        (key) => mentioned.has(key) || views.some((view) => view.mentioned.has(key) || (view.users.get(key)?.length ?? 0) > 0),
      ),
    guest,
    elsewhere: (asked, name) => namedBy(asked).get(name) ?? [],
    whoIs: (vmid) => sayGuest(guest(vmid), vmid),
    opaque: [...views.flatMap(({ opaque }) => opaque), ...numbers],
  };
}

export function sayGuest(guest: Guest | undefined, vmid: number): string {
  return `${guest === undefined ? 'guest' : guest.type === 'lxc' ? 'CT' : 'VM'} ${vmid}`;
}
