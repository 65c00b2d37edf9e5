/**
 * One volume open on two nodes. One look at each proves nothing: a live migration that ended in between looks the same. Only
 * check-ins that interleave do: open on A, then on B, then on A again, for the same owners in the same homes and nothing under way.
 */

import type { Unknown } from '../evidence';
import type { Guest, LogicalVolume, Mapping, VolumeGroup } from '../facts';
import { volumeKeyOf } from '../parse/dm-uuid';
import { kindOfVolume } from '../parse/volume-name';
import type { NotChecked, Outcome } from '../report-shape';
import type { References } from '../volumes/references';
import type { ClusterContext } from './cluster-context';
import type { ClusterEvidence, FreshMember } from './cluster-evidence';
import { isSilent, nameOf } from './presence';

/** Server times of the first and the last message that said so, Unix milliseconds. */
export type Interval = { readonly since: number; readonly until: number };

/** Was one seen open strictly between two sightings of the other? */
export function doInterleave(a: Interval, b: Interval): boolean {
  const isBetween = (at: number, { since, until }: Interval) => since < at && at < until;
  return isBetween(a.since, b) || isBetween(a.until, b) || isBetween(b.since, a) || isBetween(b.until, a);
}

export type Sighting = { readonly member: FreshMember; readonly node: string; readonly mapping: Mapping; readonly isFresh: boolean };

export type OpenTwice = {
  readonly group: VolumeGroup;
  readonly volume: LogicalVolume;
  readonly owners: readonly Guest[];
  readonly sightings: readonly Sighting[];
  /** Undefined: proven. */
  readonly why: Unknown | undefined;
};

/** Volumes of guests that two nodes or more have open while not all of those nodes are home to a guest that uses it. */
export function findOpenTwice(cluster: ClusterContext, references: References): readonly OpenTwice[] {
  const sightings = [...gatherSightings(cluster)];
  if (sightings.length === 0) return [];
  const groups = indexVolumes(cluster.fresh);
  return sightings.flatMap(([uuids, all]): OpenTwice[] => {
    const place = groups.get(uuids);
    if (place === undefined) return [];
    const owners = distinct(references.guestsOf(place.group, place.volume));
    const isHome = ({ node }: Sighting) => owners.some((guest) => guest.node === node);
    // Two guests that share a disk on purpose, each at home; and what no guest uses: nobody here knows who may have it open.
    if (owners.length === 0 || (all.every(isHome) && !haveTwoHomes(owners))) return [];
    // Read by everything that was made from it.
    if (kindOfVolume(place.volume.name) === 'template' || owners.some(({ template }) => template)) return [];
    return [{ ...place, owners, sightings: all, why: whyNotProven(place, owners, all, cluster, references) }];
  });
}

/** Members disagree where one of them lives. */
const haveTwoHomes = (owners: readonly Guest[]) => new Set(owners.map(({ vmid }) => vmid)).size < owners.length;

/** Each member's view has its own copy of a guest. */
function distinct(guests: readonly Guest[]): readonly Guest[] {
  return [...new Map(guests.map((guest) => [`${guest.vmid}@${guest.node}`, guest])).values()];
}

/** Only of volumes that are open more than once. */
function gatherSightings({ fresh, silent }: ClusterContext): ReadonlyMap<string, readonly Sighting[]> {
  const sightings = new Map<string, Sighting[]>();
  const twice = openTwice([...fresh, ...silent]);
  if (twice.size === 0) return sightings;
  for (const [members, isFresh] of [
    [fresh, true],
    [silent, false],
  ] as const) {
    for (const member of members) {
      for (const mapping of member.facts.mappings.status === 'known' ? member.facts.mappings.value : []) {
        const key = mapping.open === 0 ? '' : volumeKeyOf(mapping.uuid);
        if (!twice.has(key)) continue;
        const known = sightings.get(key);
        const one = { member, node: nameOf(member), mapping, isFresh };
        if (known === undefined) sightings.set(key, [one]);
        else known.push(one);
      }
    }
  }
  return sightings;
}

function openTwice(members: readonly FreshMember[]): ReadonlySet<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const { facts } of members) {
    for (const { uuid, open } of facts.mappings.status === 'known' ? facts.mappings.value : []) {
      const key = open === 0 ? '' : volumeKeyOf(uuid);
      if (key === '') continue;
      if (once.has(key)) twice.add(key);
      else once.add(key);
    }
  }
  return twice;
}

function indexVolumes(fresh: readonly FreshMember[]): ReadonlyMap<string, { readonly group: VolumeGroup; readonly volume: LogicalVolume }> {
  const lists = fresh.flatMap(({ facts }) => (facts.groups.status === 'known' ? facts.groups.value : []));
  return new Map(lists.flatMap((group) => group.volumes.map((volume) => [`${group.uuid}${volume.uuid}`, { group, volume }] as const)));
}

function whyNotProven(
  { group, volume }: Pick<OpenTwice, 'group' | 'volume'>,
  owners: readonly Guest[],
  sightings: readonly Sighting[],
  { inFlight, seenBy }: ClusterContext,
  references: References,
): Unknown | undefined {
  const nodes = sightings.map(({ node }) => node);
  const doubt = (says: string): Extract<Unknown, { readonly reason: 'seen_open_twice' }> => ({ reason: 'seen_open_twice', nodes, says });
  // Local groups of nodes made from one image share their uuids: only what two nodes list is one volume.
  if ((seenBy.get(group.uuid)?.get(volume.uuid) ?? 0) < 2) return doubt('no second node lists it: it may be another disk of the same number');
  if (references.isMentioned(group, volume)) return doubt('something names it where Proxmox VE does not look: it may be shared on purpose');
  const hold = inFlight.holdOf([volume.name], owners);
  if (hold !== undefined) return { reason: 'in_flight', guest: hold.guest ?? null, says: hold.says };
  const pairs = sightings.flatMap((a, at) => sightings.slice(at + 1).map((b) => [a, b] as const)).filter(([a, b]) => areAlike(volume, a, b));
  const proven = pairs.filter(([a, b]) => doInterleave(intervalOf(volume, a), intervalOf(volume, b)));
  if (proven.some(([a, b]) => a.isFresh && b.isFresh)) return undefined;
  const silent = proven.flat().find(({ isFresh }) => !isFresh);
  if (silent !== undefined) return { reason: 'silent', node: silent.node, since: silent.member.lastSeenAt };
  const ended = 'cannot tell that from a migration that ended in between';
  if (pairs.length > 0) return { ...doubt(`one check-in of each ${ended}; the next ones will`), isPending: true };
  if (sightings.every(({ member }) => member.open === undefined)) return doubt(`one look at each ${ended}`);
  return doubt(`not of one owner in one home, both times with nothing under way, which ${ended}`);
}

/** Remembered of both nodes for the same owners in the same homes, with nothing under way. */
function areAlike({ uuid }: LogicalVolume, a: Sighting, b: Sighting): boolean {
  const owner = a.member.open?.get(uuid)?.owner ?? '';
  return owner !== '' && owner === b.member.open?.get(uuid)?.owner;
}

function intervalOf({ uuid }: LogicalVolume, { member }: Sighting): Interval {
  return { since: member.open?.get(uuid)?.since ?? member.lastSeenAt, until: member.lastSeenAt };
}

/** Where nobody could look: a member that is not heard, and one whose mappings could not be read. */
export function findUnheard({ fresh, silent, absentMembers }: ClusterContext): readonly NotChecked[] {
  const lost = new Map(silent.map((member) => [nameOf(member), member.lastSeenAt]));
  const absent = absentMembers.map((node): NotChecked => {
    const since = lost.get(node);
    return { subject: `node ${node}`, name: node, why: since === undefined ? { reason: 'member_unheard', node } : { reason: 'silent', node, since } };
  });
  const blind = fresh.flatMap((member): NotChecked[] => {
    const { mappings } = member.facts;
    return mappings.status === 'known' ? [] : [{ subject: `node ${nameOf(member)}`, name: nameOf(member), why: mappings.why }];
  });
  return [...absent, ...blind];
}

const marginMs = 30_000;

/** When the next check-in of a node is due whose word proves or refutes what is pending (Unix milliseconds). */
export function openLimits({ members, now }: ClusterEvidence, { outcomes }: { readonly outcomes: readonly Outcome[] }): readonly number[] {
  const waiting = new Set(
    outcomes.flatMap(({ notChecked }) => notChecked.flatMap(({ why }) => (why.reason === 'seen_open_twice' && why.isPending ? why.nodes : []))),
  );
  return members
    .filter((member) => waiting.has(nameOf(member)) && !isSilent(member, now))
    .map(({ lastSeenAt, intervalSeconds }) => {
      const interval = Math.max(60, intervalSeconds) * 1000;
      return lastSeenAt + Math.max(1, Math.ceil((now + 1 - lastSeenAt - marginMs) / interval)) * interval + marginMs;
    });
}
