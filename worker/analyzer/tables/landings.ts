/** Where a write through a mapping lands: the volumes that own its sectors today, by LVM's metadata of the same check-in. */
import type { Landing } from '../facts';
import { hyphenate } from '../parse/dm-uuid';
import type { GroupLayout } from './layouts';
import type { Piece } from './pieces';

type Owned = { readonly from: number; readonly to: number; readonly owner: string; readonly layout: GroupLayout };
/** Device -> who owns which sectors, in order. */
export type Owners = ReadonlyMap<string, readonly Owned[]>;

export function indexOwners(layouts: ReadonlyMap<string, GroupLayout>): Owners {
  const owners = new Map<string, Owned[]>();
  for (const layout of layouts.values()) {
    layout.visitAreas(({ device, sector, sectors }, owner) => {
      const owned = { from: sector, to: sector + sectors, owner, layout };
      const before = owners.get(device);
      if (before === undefined) owners.set(device, [owned]);
      else before.push(owned);
    });
  }
  for (const list of owners.values()) list.sort((a, b) => a.from - b.from);
  return owners;
}

const maxLandings = 8;
/** Volumes looked at for one mapping: a leftover that spans more than these says no more by them. */
const maxOwners = 64;

/** The largest first, at most 8; its own volume never. */
export function findLandings(pieces: readonly Piece[], lvUuid: string, owners: Owners): readonly Landing[] {
  const found = new Map<string, { group: string; volume: string; sectors: number }>();
  const own = hyphenate(lvUuid);
  let looked = 0;
  for (const { areas, sectors } of pieces) {
    for (const { device, sector } of areas) {
      const list = owners.get(device) ?? [];
      const end = sector + sectors / areas.length;
      for (let at = firstBehind(list, sector); at < list.length && looked < maxOwners; at += 1, looked += 1) {
        const owned = list[at];
        if (owned === undefined || owned.from >= end) break;
        const shared = Math.min(end, owned.to) - Math.max(sector, owned.from);
        if (shared <= 0 || owned.owner === own) continue;
        const [group, volume] = [owned.layout.name, owned.layout.shownAs(owned.owner)];
        const key = `${group}/${volume}`;
        found.set(key, { group, volume, sectors: shared + (found.get(key)?.sectors ?? 0) });
      }
    }
  }
  return [...found.values()].sort((a, b) => b.sectors - a.sectors || (a.volume < b.volume ? -1 : 1)).slice(0, maxLandings);
}

/** Index of the last one that begins at or before the sector (sectors have one owner), else of the first. */
function firstBehind(list: readonly Owned[], sector: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.from ?? 0) <= sector) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
