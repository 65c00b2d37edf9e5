/** /etc/pve as this member saw it, or why not. An empty directory is a missing mount, never a cluster without guests. */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { ClusterView, Guest } from '../facts';
import { type Captures, fileContent, outputOf } from './captured';
import { type GuestPlace, parseHa, parseMembership, parseVmlist } from './cluster-state';
import { guestOfPath, parseGuestConfig } from './guest-config';
import { parseNextId, parseStorages } from './storage-config';

export function parseClusterView(captures: Captures): ClusterView {
  const mounted = provePmxcfs(captures);
  const guests = whenKnown(mounted, () => parseGuests(captures));
  const membership = parseMembership(captures);
  return {
    quorate: membership.status === 'known' && membership.value.quorate,
    storages: whenKnown(mounted, () => parseStorages(captures)),
    guests: whenKnown(guests, (list) => known(list.guests)),
    mentions: whenKnown(guests, (list) => known(list.mentions)),
    homes: whenKnown(mounted, () => whenKnown(parseVmlist(captures, 2), (places) => known(homesOf(places)))),
    ha: whenKnown(mounted, () => parseHa(captures)),
    nextId: parseNextId(captures),
  };
}

/**
 * pmxcfs makes the link /etc/pve/local itself; without it the directory below is an empty one of the disk.
 * @see pve-cluster Cluster.pm `check_cfs_is_mounted`
 */
function provePmxcfs(captures: Captures): Evidence<true> {
  return whenKnown(outputOf(captures, 'pve.local'), (target) =>
    /^nodes\/\S+$/.test(target.trim()) ? known(true) : unknown({ reason: 'not_mounted' }),
  );
}

type Guests = { readonly guests: readonly Guest[]; readonly mentions: readonly string[] };

function parseGuests(captures: Captures): Evidence<Guests> {
  const id = 'pve.guests';
  const capture = captures.get(id);
  if (capture === undefined) return unknown({ reason: 'not_captured', capture: id });
  const { files, status, reason = status } = capture;
  if (files === undefined || status !== 'ok') return unknown({ reason: 'unreadable', capture: id, says: reason });
  const guests: Guest[] = [];
  const mentions = new Set<string>();
  for (const file of files) {
    const place = guestOfPath(file.path);
    if (place === undefined) return unknown({ reason: 'unreadable', capture: id, says: `${file.path}: not a guest's configuration` });
    const content = fileContent(file, id);
    if (content.status === 'unknown') return content;
    const parsed = parseGuestConfig(place, content.value);
    guests.push(parsed.guest);
    for (const word of parsed.mentions) mentions.add(word);
  }
  return whenKnown(parseVmlist(captures, 1), (before) =>
    whenKnown(parseVmlist(captures, 2), (after) =>
      agrees(guests, before) || agrees(guests, after)
        ? known({ guests: guests.sort((a, b) => a.vmid - b.vmid), mentions: [...mentions].sort() })
        : unknown({ reason: 'changed_during_capture' }),
    ),
  );
}

/** Exactly the guests of .vmlist, each once, where .vmlist says it lives. */
function agrees(guests: readonly Guest[], places: ReadonlyMap<number, GuestPlace>): boolean {
  return (
    guests.length === places.size &&
    new Set(guests.map(({ vmid }) => vmid)).size === places.size &&
    guests.every(({ vmid, node, type }) => places.get(vmid)?.node === node && places.get(vmid)?.type === type)
  );
}

function homesOf(places: ReadonlyMap<number, GuestPlace>): Readonly<Record<string, string>> {
  return Object.fromEntries([...places].map(([vmid, { node }]) => [String(vmid), node]));
}
