/**
 * What the two rules about guests' disks opened by the host share: a mapping inside a guest's disk that nobody wants keeps
 * PVE from releasing the disk. Removed topmost first, by uuid; the disk itself is never touched.
 */

import type { Mapping, StorageEntry, VolumeGroup } from '../../facts';
import { type DeviceTree, deviceOf, isAllSeenAbove, isOpenBeside } from '../../node/device-tree';
import { findGuestsOwn, findInside, type InsideDisk } from '../../node/guest-disks';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Circumstances } from '../../node/node-inputs';
import { guestOfVolume } from '../../parse/volume-name';
import { dmSelector, isPlainToken } from '../../plain-text';
import type { Explanation, NotChecked, Remedy } from '../../report-shape';
import type { Detection, Hit, Place } from '../../rule';
import type { References } from '../../volumes/references';
import { listNames } from '../../words';
import { holdOfDisk } from './disk-in-use';
import { mappingEvidence } from './mapping-evidence';
import { findWantedGroups } from './wanted-groups';

export type HeldDetail = {
  readonly name: string;
  readonly uuid: string;
  readonly number: string;
  /** The guest's disk it lies in, and that disk's group. */
  readonly volume: string;
  readonly group: string;
  /** `VM 104`; null: the disk carries no number. */
  readonly who: string | null;
  readonly isPartitioned: boolean;
  /** Volume groups of the guest's that are active in it, by the name their mappings have. */
  readonly inner: readonly string[];
  /** Uuids of everything on top, topmost first, when all of it can go; null: something is in the way. */
  readonly after: readonly string[] | null;
  readonly obstacle: Obstacle | null;
};

/** `open`: by a mount, or a process that reads it. `other`: made by something else. `moving`: an LVM command may be in the middle of it. */
export type Obstacle = { readonly name: string; readonly number: string; readonly why: 'open' | 'other' | 'moving' | 'many' };

type Facts = {
  readonly mappings: readonly JudgedMapping[];
  readonly tree: DeviceTree;
  readonly groups: readonly VolumeGroup[];
  readonly storages: readonly StorageEntry[];
  readonly circumstances: Circumstances;
};

/** Higher stacks are taken down in more than one go: what lies on top is a finding of its own. */
const maxAbove = 16;

export function detectHeld({ mappings, tree, groups, storages, circumstances }: Facts, kind: 'partition' | 'volume'): Detection<HeldDetail> {
  const applies = mappings.some(({ lvm }) => lvm !== undefined);
  const { ownership } = circumstances;
  const inside = findInside(mappings, tree, ownership.status === 'known' ? ownership.value : undefined);
  const candidates = [...inside.values()].filter((one) => one.kind === kind);
  if (ownership.status === 'unknown') return { applies, found: [], notChecked: candidates.map((one) => notJudged(one, ownership.why)) };
  const { isWanted, carriesWanted, isOfHost } = findWantedGroups(inside, { mappings, tree, groups, storages, ownership: ownership.value });
  const own = findGuestsOwn(mappings, tree, ownership).diskOf;
  const found: Hit<HeldDetail>[] = [];
  const notChecked: NotChecked[] = [];
  for (const one of candidates) {
    // Not checked by the rules about its own group, which say why.
    if (isWanted(one) || carriesWanted(one) || isToldElsewhere(one, own) || isOfHost(one)) continue;
    const stack = tree.stackAbove(one.judged.mapping, maxAbove);
    const layers = stack?.map((mapping) => inside.get(mapping));
    // What lies under something that is wanted is wanted.
    if (layers?.some((layer) => layer !== undefined && (isWanted(layer) || isOfHost(layer)))) continue;
    if (one.kind === 'partition' && isNamed(one, ownership.value.references)) continue;
    if (isMoving(one.judged.mapping)) notChecked.push(notJudged(one, { reason: 'changed_during_capture' }));
    else found.push(toHit(one, stack, inside, tree, circumstances));
  }
  return { applies, found, notChecked };
}

const isMoving = ({ agreed, suspended, tables }: Mapping) => !agreed || suspended || tables !== 'Live';

function notJudged({ judged: { mapping } }: InsideDisk, why: NotChecked['why']): NotChecked {
  return { subject: mapping.uuid, name: mapping.name, why };
}

/** Gone from its own group, or renamed there and not by the guest: the rules about leftovers and old names tell it. */
function isToldElsewhere({ judged: { presence, name, mapping } }: InsideDisk, own: ReadonlyMap<Mapping, JudgedMapping>): boolean {
  if (presence.status === 'unknown') return false;
  if (presence.value.kind === 'absent') return true;
  return presence.value.group.name === name.vg && presence.value.volume.name !== name.lv && !own.has(mapping);
}

/** The partition itself stands in a configuration or in a file of the node. */
function isNamed({ judged: { name, mapping }, disk }: InsideDisk, references: References): boolean {
  if (references.isMentioned({ name: '' }, { name: mapping.name, uuid: disk.lvm?.lvUuid ?? '' })) return true;
  return name.layer === '' && references.isMeantBy({ name: name.vg }, { name: name.lv, uuid: '' });
}

function toHit(
  { judged, disk, isPartitioned }: InsideDisk,
  stack: readonly Mapping[] | undefined,
  inside: ReadonlyMap<Mapping, InsideDisk>,
  tree: DeviceTree,
  circumstances: Circumstances,
): Hit<HeldDetail> {
  const { mapping } = judged;
  const volume = disk.name.lv;
  const guest = guestOfVolume(volume);
  const who = guest === undefined ? null : circumstances.whoIs(guest);
  const obstacle = obstacleTo([...(stack ?? []), mapping], stack === undefined, inside, tree);
  const groups = [mapping, ...(stack ?? [])].flatMap((layer) => {
    const one = inside.get(layer);
    return one?.kind === 'volume' ? [one.judged.name.vg.slice(0, 128)] : [];
  });
  return {
    subject: mapping.uuid,
    guests: guest === undefined ? [] : [guest],
    heldBack: holdOfDisk(disk, tree, circumstances),
    evidence: mappingEvidence(mapping.line),
    detail: {
      name: mapping.name,
      uuid: mapping.uuid,
      number: deviceOf(mapping),
      volume,
      group: disk.name.vg,
      who,
      isPartitioned,
      inner: [...new Set(groups)].sort().slice(0, 4),
      after: obstacle === null && stack?.every(({ uuid }) => isPlainToken(uuid)) ? stack.map(({ uuid }) => uuid) : null,
      obstacle,
    },
  };
}

function obstacleTo(layers: readonly Mapping[], isCut: boolean, inside: ReadonlyMap<Mapping, InsideDisk>, tree: DeviceTree): Obstacle | null {
  for (const layer of layers) {
    const kind = inside.get(layer)?.kind ?? 'other';
    const isBusy = isOpenBeside(layer, tree) || !isAllSeenAbove(layer, tree);
    const why = kind === 'other' ? 'other' : isMoving(layer) ? 'moving' : isCut ? 'many' : isBusy ? 'open' : undefined;
    if (why !== undefined) return { name: layer.name, number: deviceOf(layer), why };
  }
  return null;
}

export function removeHeld({ uuid, after }: HeldDetail): Remedy | undefined {
  return after === null || ![uuid, ...after].every(isPlainToken) ? undefined : { kind: 'remove-mapping', uuid, after };
}

export function explainHeld(detail: HeldDetail, because: string, { node }: Place): Explanation {
  const path = `${detail.group}/${detail.volume}`;
  const groups = detail.inner.length === 0 ? '' : `the volume group ${listNames(detail.inner)}`;
  const sentence = !detail.isPartitioned
    ? `${node} activated ${groups} found inside ${detail.volume}.`
    : `${node} mapped the partitions inside ${detail.volume}${groups === '' ? '' : ` and activated ${groups} found in it`}.`;
  return {
    sentence: `${sentence} The disk cannot be released.`,
    breaks: `Deleting ${detail.volume}, migrating ${detail.who ?? 'its guest'} away from ${node}, and a clean stop of it: PVE cannot deactivate the disk.`,
    messages: [
      `can't deactivate LV '/dev/${path}':   Logical volume ${path} is used by another device.`,
      `lvremove '${path}' error:   Logical volume ${path} is used by another device.`,
    ],
    because,
    todo: sayTodo(detail, node),
    safe: removeHeld(detail) === undefined ? [] : whyRemovable(detail),
    commands: removeHeld(detail) === undefined ? [] : [...(detail.after ?? []), detail.uuid].map((uuid) => `dmsetup remove --uuid ${uuid}`),
  };
}

function whyRemovable({ after, inner, who, volume }: HeldDetail): readonly string[] {
  return [
    after?.length ? 'open only through what lies on top, which goes first' : 'open count 0, nothing on top',
    inner.length === 0
      ? 'the partition is named nowhere'
      : `${listNames(inner)} is no storage's, and neither a guest nor a file of this node names it`,
    `${volume} and its data stay`,
    who === null ? 'nothing under way that could be about it' : `no lock and no task on ${who}`,
  ];
}

const rootCause =
  "It comes back when somebody maps the partitions again (kpartx), or when LVM scans guests' disks: keep them out with global_filter and scan_lvs=0 in lvm.conf.";

function sayTodo(detail: HeldDetail, node: string): string {
  const { obstacle } = detail;
  if (obstacle !== null) return `${sayObstacle(obstacle, node)} No script is offered. ${rootCause}`;
  if (removeHeld(detail) === undefined)
    return `A UUID in it has characters that must not be typed: look at dmsetup info ${dmSelector(detail.name, detail.number)} first. No script is offered.`;
  return `What lies on top first, each by its own UUID, never while ${detail.who ?? 'the guest'} runs; then PVE can release the disk. Not kpartx, not vgchange: a guest's group may be called like the host's. ${rootCause}`;
}

function sayObstacle({ name, number, why }: Obstacle, node: string): string {
  const device = `dm-${number.slice(number.indexOf(':') + 1)}`;
  const look = `lsof /dev/${device}, ls /sys/block/${device}/holders, grep ${device} /proc/mounts, findmnt`;
  switch (why) {
    case 'open':
      return `${name} is open on ${node}: unmount it first, or end what reads it. Find it: ${look}.`;
    case 'other':
      return `${name} lies on top and is neither a partition nor a volume: somebody set it up. Look at dmsetup info ${dmSelector(name, number)} and take it down the way it was made.`;
    case 'moving':
      return `${name} is in the middle of a change: look again at the next check-in.`;
    case 'many':
      return `More lies on top of ${name} than is taken down in one go: begin with the topmost ones, which are listed too.`;
  }
}
