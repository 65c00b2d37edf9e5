/**
 * What this node has mapped inside its guests' disks: partition maps, and volumes of volume groups that lie in them. Found
 * by the tree below, never by a group's uuid or name: cloned guests share uuids, and a guest's group may be called `pve`.
 */

import type { Evidence, Unknown } from '../evidence';
import type { Mapping } from '../facts';
import { guestOfVolume } from '../parse/volume-name';
import { type DeviceTree, deviceOf } from './device-tree';
import type { JudgedMapping } from './judged-mapping';
import type { Ownership } from './node-inputs';

export type InsideDisk = {
  readonly disk: JudgedMapping;
  readonly judged: JudgedMapping;
  /** `other`: made by something else (crypt, a map by hand …); nothing on top of it is looked at. */
  readonly kind: 'partition' | 'volume' | 'other';
  /** A partition map lies between, or it is one. */
  readonly isPartitioned: boolean;
};

/** Every mapping above a guest's disk, except the layers of the disk's own group. Each is visited once. */
export function findInside(mappings: readonly JudgedMapping[], tree: DeviceTree, ownership: Ownership | undefined): ReadonlyMap<Mapping, InsideDisk> {
  return findAbove(mappings, tree, (judged) => isGuestDisk(judged, ownership));
}

function findAbove(
  mappings: readonly JudgedMapping[],
  tree: DeviceTree,
  isDisk: (judged: JudgedMapping) => boolean,
): ReadonlyMap<Mapping, InsideDisk> {
  const inside = new Map<Mapping, InsideDisk>();
  const disks = mappings.filter((judged) => tree.above(judged.mapping).length > 0 && isDisk(judged));
  if (disks.length === 0) return inside;
  const judgedOf = new Map(mappings.map((judged) => [judged.mapping, judged]));
  for (const disk of disks) {
    const queue = [disk.mapping];
    for (let lower = queue.pop(); lower !== undefined; lower = queue.pop()) {
      for (const upper of tree.above(lower)) {
        const judged = judgedOf.get(upper);
        const kind = judged && kindAbove(judged, lower, disk);
        if (judged === undefined || kind === undefined || upper === disk.mapping || inside.has(upper)) continue;
        const isPartitioned = kind === 'partition' || inside.get(lower)?.isPartitioned === true;
        inside.set(upper, { disk, judged, kind, isPartitioned });
        if (kind !== 'other') queue.push(upper);
      }
    }
  }
  return inside;
}

/** `diskOf`: the disk they lie in. `undecided`: they lie on a volume of another group, and who uses what is not known. */
export type GuestsOwn = { readonly diskOf: ReadonlyMap<Mapping, JudgedMapping>; readonly undecided: ReadonlyMap<Mapping, Unknown> };

/**
 * Volumes inside a guest's disk that nothing here means: the guest's own LVM resizes, renames and removes them as it likes,
 * and no other node has a part in it.
 */
export function findGuestsOwn(mappings: readonly JudgedMapping[], tree: DeviceTree, ownership: Evidence<Ownership>): GuestsOwn {
  if (ownership.status === 'unknown') {
    const above = findAbove(mappings, tree, ({ lvm }) => lvm?.suffix === '');
    return {
      diskOf: new Map(),
      undecided: new Map([...above].flatMap(([mapping, { kind }]) => (kind === 'volume' ? [[mapping, ownership.why]] : []))),
    };
  }
  const diskOf = new Map<Mapping, JudgedMapping>();
  for (const [mapping, { judged, kind, disk }] of findInside(mappings, tree, ownership.value))
    if (kind === 'volume' && !isMeant(judged, ownership.value)) diskOf.set(mapping, disk);
  return { diskOf, undecided: new Map() };
}

/** By the name it has here or the one LVM has for it. */
function isMeant({ name, lvm, presence }: JudgedMapping, { references }: Ownership): boolean {
  const names = presence.status === 'known' && presence.value.kind === 'present' ? [name.lv, presence.value.volume.name] : [name.lv];
  const group = presence.status === 'known' ? presence.value.group.name : name.vg;
  return names.some((volume) => references.isMeantBy({ name: group }, { name: volume, uuid: lvm?.lvUuid ?? '' }));
}

/** A volume that carries a guest's number, or that a guest of this node's view names. */
function isGuestDisk({ lvm, name, presence }: JudgedMapping, ownership: Ownership | undefined): boolean {
  if (lvm === undefined || lvm.suffix !== '') return false;
  if (guestOfVolume(name.lv) !== undefined) return true;
  if (presence.status === 'unknown' || presence.value.kind === 'absent') return false;
  const { group, volume } = presence.value;
  return (ownership?.references.guestsOf(group, volume).length ?? 0) > 0;
}

/** Undefined: a layer of the disk's own group, or one nobody can tell from it. */
function kindAbove({ mapping, lvm }: JudgedMapping, lower: Mapping, disk: JudgedMapping): InsideDisk['kind'] | undefined {
  // Said by the lower one alone, while its own table says something else: it may be one of the host's.
  if (!mapping.uses.includes(deviceOf(lower))) return 'other';
  if (lvm !== undefined) return lvm.vgUuid === disk.lvm?.vgUuid ? undefined : 'volume';
  const parent = /^part[0-9]+-(.*)$/s.exec(mapping.uuid)?.[1];
  return parent !== undefined && parent === lower.uuid ? 'partition' : 'other';
}
