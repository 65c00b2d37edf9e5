/** What the two rules about mappings without a volume share: the mapping is proven absent from a group seen whole. */

import type { Mapping } from '../../facts';
import { type DeviceTree, isAllSeenAbove, isOpenBeside } from '../../node/device-tree';
import { findGuestsOwn } from '../../node/guest-disks';
import type { JudgedMapping, Presence } from '../../node/judged-mapping';
import type { Circumstances, NodeInputs } from '../../node/node-inputs';
import { guestOfVolume } from '../../parse/volume-name';
import { dmSelector, isPlainToken } from '../../plain-text';
import type { NotChecked, Remedy } from '../../report-shape';
import type { Detection, Hit, Known } from '../../rule';
import { type BlastRadius, blastRadiusOf } from './blast-radius';
import { holdOfDisk } from './disk-in-use';
import { mappingEvidence } from './mapping-evidence';

export type LeftoverDetail = Partial<BlastRadius> & {
  readonly name: string;
  readonly uuid: string;
  /** The group the uuid belongs to, by its name today. */
  readonly group: string;
  /** The group and volume the name spells: what it blocks. */
  readonly namedGroup: string;
  readonly volume: string;
  /** `VM 777`; null: the name carries no number. */
  readonly who: string | null;
  readonly number: string;
  /** Something other than the mappings on top holds it open. */
  readonly isOpen: boolean;
  readonly holders: readonly string[];
  /** Uuids of everything on top, topmost first, when all of it is closed leftovers too; null: something alive or open is on top. */
  readonly after: readonly string[] | null;
  /** Uuid of the volume that has this name today. */
  readonly namesake: string | null;
  /** The guest's disk it lies in: the guest removed it from its own group. */
  readonly insideOf?: string;
};

type Facts = { readonly mappings: Known<NodeInputs['mappings']>; readonly tree: DeviceTree; readonly circumstances: Circumstances };
type Absent = { readonly judged: JudgedMapping; readonly presence: Extract<Presence, { kind: 'absent' }> };

export function detectLeftovers({ mappings, tree, circumstances }: Facts, hasNamesake: boolean): Detection<LeftoverDetail> {
  const absent = new Map<Mapping, Absent>();
  for (const judged of mappings) {
    const { presence, mapping } = judged;
    if (presence.status === 'known' && presence.value.kind === 'absent') absent.set(mapping, { judged, presence: presence.value });
  }
  const own = absent.size === 0 ? undefined : findGuestsOwn(mappings, tree, circumstances.ownership);
  // A name inside a guest's disk is needed in the guest only, where this mapping is not.
  const isImpostor = ({ presence, judged }: Absent) => presence.namesake !== undefined && own?.diskOf.has(judged.mapping) !== true;
  const found: Hit<LeftoverDetail>[] = [];
  const notChecked: NotChecked[] = [...mappingsNotChecked(mappings)];
  for (const leftover of absent.values()) {
    const { mapping } = leftover.judged;
    const why = own?.undecided.get(mapping);
    if (why !== undefined) notChecked.push({ subject: mapping.uuid, name: mapping.name, why });
    if (why !== undefined || isImpostor(leftover) !== hasNamesake) continue;
    const hit = toHit(leftover, stackAbove(leftover, tree, absent), circumstances);
    const disk = own?.diskOf.get(mapping);
    found.push(disk === undefined ? hit : inGuestsDisk(hit, disk, tree, circumstances));
  }
  return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
}

function inGuestsDisk(hit: Hit<LeftoverDetail>, disk: JudgedMapping, tree: DeviceTree, circumstances: Circumstances): Hit<LeftoverDetail> {
  return { ...hit, heldBack: hit.heldBack ?? holdOfDisk(disk, tree, circumstances), detail: { ...hit.detail, insideOf: disk.name.lv } };
}

/** Most rules about mappings say the same of these: listed once for a node. */
const listed = new WeakMap<readonly JudgedMapping[], readonly NotChecked[]>();

/** LVM mappings nothing can be said about. */
export function mappingsNotChecked(mappings: readonly JudgedMapping[]): readonly NotChecked[] {
  const before = listed.get(mappings);
  if (before !== undefined) return before;
  const list = mappings.flatMap(({ mapping, lvm, presence }) =>
    lvm === undefined || presence.status === 'known' ? [] : [{ subject: mapping.uuid, name: mapping.name, why: presence.why }],
  );
  listed.set(mappings, list);
  return list;
}

function toHit({ judged: { mapping, name }, presence }: Absent, after: LeftoverDetail['after'], circumstances: Circumstances): Hit<LeftoverDetail> {
  const { group, namesake } = presence;
  const guest = guestOfVolume(name.lv);
  const hold = circumstances.holdOf([name.lv], []);
  return {
    subject: mapping.uuid,
    guests: guest === undefined ? [] : [guest],
    heldBack: hold && circumstances.sayHold(hold),
    evidence: mappingEvidence(mapping.line, group.line, namesake?.line),
    detail: {
      name: mapping.name,
      uuid: mapping.uuid,
      group: group.name,
      namedGroup: name.vg,
      volume: name.lv,
      who: guest === undefined ? null : circumstances.whoIs(guest),
      number: `${mapping.major}:${mapping.minor}`,
      isOpen: mapping.open > mapping.holders.length,
      holders: mapping.holders.slice(0, 8),
      after,
      namesake: namesake?.uuid ?? null,
      ...blastRadiusOf(mapping),
    },
  };
}

/** Layers of one volume are few; a higher stack is somebody's own work. */
const maxLayers = 16;

function stackAbove({ judged: { mapping } }: Absent, tree: DeviceTree, absent: ReadonlyMap<Mapping, Absent>): LeftoverDetail['after'] {
  const stack = tree.stackAbove(mapping, maxLayers);
  const isRemovable = (layer: Mapping) => absent.has(layer) && isAllSeenAbove(layer, tree) && !isOpenBeside(layer, tree);
  return stack === undefined || !isAllSeenAbove(mapping, tree) || !stack.every(isRemovable) ? null : stack.map(({ uuid }) => uuid);
}

export function removeByUuid({ uuid, isOpen, after }: LeftoverDetail): Remedy | undefined {
  return isOpen || after === null || ![uuid, ...after].every(isPlainToken) ? undefined : { kind: 'remove-mapping', uuid, after };
}

/** Commands in the order they must run; empty when it is a matter for hands. */
export function removalCommands(detail: LeftoverDetail): readonly string[] {
  if (removeByUuid(detail) === undefined) return [];
  return [...(detail.after ?? []), detail.uuid].map((uuid) => `dmsetup remove --uuid ${uuid}`);
}

/** What was checked before anything is offered; empty when it is a matter for hands. */
export function whyRemovable(detail: LeftoverDetail): readonly string[] {
  if (removeByUuid(detail) === undefined) return [];
  const { after, group, who } = detail;
  return [
    after?.length ? 'open only through closed leftovers on top which go first' : 'open count 0',
    ...(after?.length ? [] : ['nothing on top']),
    `no volume of ${group} has its UUID`,
    who === null ? 'nothing under way that could be about it' : `no lock and no task on ${who}`,
  ];
}

/** Why there is no script; empty when there is one. */
export function sayByHand(detail: LeftoverDetail, node: string): string {
  const { after, holders, number, isOpen, name } = detail;
  if (after === null)
    return `Other mappings lie on top of it, and not all of them are closed leftovers: ${holders.join(', ')}. Look at dmsetup ls --tree first. No script is offered.`;
  if (!isOpen)
    return removeByUuid(detail) === undefined
      ? `Its UUID has characters that must not be typed: look at dmsetup info ${dmSelector(name, number)} first. No script is offered.`
      : '';
  const device = number.slice(number.indexOf(':') + 1);
  return `Something on ${node} still has it open. Find it first: lsof /dev/dm-${device}, ls /sys/block/dm-${device}/holders, grep dm-${device} /proc/mounts. No script is offered.`;
}

export function sayOpen({ isOpen, holders }: LeftoverDetail): string {
  if (isOpen) return 'It is open.';
  return holders.length > 0 ? 'Only the mappings on top have it open.' : 'Open count 0, nothing on top of it.';
}
