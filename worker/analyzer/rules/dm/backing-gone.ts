/**
 * A mapping whose disk is gone from the kernel, and its whole group with it: a LUN that was taken away, an iSCSI session
 * that ended. Reads and writes of it fail; it keeps its name taken. `lvs` says nothing and ends with 0.
 * @see tried on a kernel: a disk deleted under an active volume
 */

import type { Unknown } from '../../evidence';
import type { Mapping } from '../../facts';
import { type DeviceTree, deviceOf, isAllSeenAbove, isOpenBeside } from '../../node/device-tree';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Circumstances, NodeInputs } from '../../node/node-inputs';
import { shortUuid } from '../../parse/dm-uuid';
import { sayDevice } from '../../parse/scsi-disk';
import { guestOfVolume } from '../../parse/volume-name';
import { dmSelector, isPlainToken } from '../../plain-text';
import type { NotChecked, Remedy } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { listNames } from '../../words';
import { mappingEvidence } from './mapping-evidence';

type Detail = {
  readonly name: string;
  readonly uuid: string;
  readonly number: string;
  readonly group: string;
  readonly volume: string;
  /** `VM 104`; null: the name carries no number. */
  readonly who: string | null;
  /** Gone ones, at most 8. */
  readonly devices: readonly string[];
  readonly isOpen: boolean;
  /** Uuids of everything on top, topmost first, when all of it is dead and closed too; null: by hand. */
  readonly after: readonly string[] | null;
};

/** Layers of one volume are few. */
const maxAbove = 16;

export const backingGone = defineRule<NodeInputs>()({
  id: 'dm.backing-gone',
  title: 'The disk below a mapping is gone',
  brief: 'its disk is gone',
  severity: 'warning',
  counts: 'tombstone',
  word: 'disk gone',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'A mapping of a volume group that is not visible, whose table names a disk the kernel does not have any more.',
    why: 'Reads and writes end with "Input/output error". The mapping keeps its name and number taken: when the LUN comes back under another number, the volume cannot be activated beside it.',
    how: 'The devices of its table, and of the layers below it, against the list of block devices of the same check-in; the group in LVM’s report.',
    evidence: ['dm.info.1', 'dm.info.2', 'host.devices', 'lvm.report'],
    guards: [
      'The list must hold every mapping, or it proves nothing.',
      'A group that is visible, also in part: other rules judge it.',
      'A path that comes back within minutes: nothing is offered before it has been so for a quarter of an hour at two check-ins.',
      'A disk that is partly there, something open, or something else on top: by hand.',
    ],
    remedy: 'Removed by UUID, topmost first, one at a time and only when closed.',
    sources: ['Our own run on a kernel: a disk deleted under an active volume; lvs ends with 0 and shows no such group', 'dmsetup(8), remove'],
  },
  needs: ['mappings', 'tree', 'groups', 'circumstances'],
  detect({ mappings, tree, groups, circumstances }): Detection<Detail> {
    const applies = mappings.some(({ lvm }) => lvm !== undefined);
    const visible = new Set(groups.map(({ uuid }) => uuid));
    const candidates = mappings.filter(({ lvm }) => lvm !== undefined && !visible.has(lvm.vgUuid));
    const { goneDevices } = circumstances;
    if (goneDevices.status === 'unknown')
      return { applies, found: [], notChecked: candidates.map(({ mapping }) => notJudged(mapping, goneDevices.why)) };
    const gone = new Set(goneDevices.value);
    const dead = gone.size === 0 ? new Map<Mapping, JudgedMapping>() : findDead(candidates, tree, gone);
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [];
    for (const judged of dead.values()) {
      const { mapping } = judged;
      if (!mapping.agreed || mapping.suspended || mapping.tables !== 'Live')
        notChecked.push(notJudged(mapping, { reason: 'changed_during_capture' }));
      else found.push(toHit(judged, dead, tree, gone, circumstances));
    }
    return { applies, found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: `On ${node} the disk below ${detail.volume} is gone; its mapping is still there.`,
    breaks: `Reading and writing it fails. It keeps the name ${detail.volume} taken on ${node}: when ${detail.group} comes back under another number, ${detail.who ?? 'its guest'} cannot start there.`,
    messages: [
      `error reading '/dev/mapper/${detail.name}': Input/output error`,
      `device-mapper: create ioctl on ${detail.name} LVM-… failed: Device or resource busy`,
    ],
    because:
      `${detail.devices.length === 0 ? 'What lies below it names a disk' : `Its table names ${listNames(detail.devices.map(sayDevice))}`}, which the kernel does not have, and LVM shows no group ${detail.group} here (it says nothing about that). ` +
      `The mapping's UUID is ${shortUuid(detail.uuid)}. ${detail.isOpen ? 'It is open.' : 'Nothing but what lies on top has it open.'}`,
    todo: sayTodo(detail, node),
    safe:
      removeDead(detail) === undefined
        ? []
        : [
            detail.after?.length ? 'open only through dead mappings on top, which go first' : 'open count 0, nothing on top',
            'its disk is gone: no data is reached through it',
          ],
    commands: removeDead(detail) === undefined ? [] : [...(detail.after ?? []), detail.uuid].map((uuid) => `dmsetup remove --uuid ${uuid}`),
  }),
  remedy: removeDead,
});

function notJudged({ uuid, name }: Mapping, why: Unknown): NotChecked {
  return { subject: uuid, name, why };
}

/** Those whose table names a gone device, and what lies on them of invisible groups. Each is visited once. */
function findDead(candidates: readonly JudgedMapping[], tree: DeviceTree, gone: ReadonlySet<string>): ReadonlyMap<Mapping, JudgedMapping> {
  const judgedOf = new Map(candidates.map((judged) => [judged.mapping, judged]));
  const dead = new Map<Mapping, JudgedMapping>();
  const queue = candidates.filter(({ mapping }) => mapping.uses.some((device) => gone.has(device)));
  for (let judged = queue.pop(); judged !== undefined; judged = queue.pop()) {
    if (dead.has(judged.mapping)) continue;
    dead.set(judged.mapping, judged);
    for (const upper of tree.above(judged.mapping)) {
      const above = judgedOf.get(upper);
      if (above !== undefined && above.lvm?.vgUuid === judged.lvm?.vgUuid) queue.push(above);
    }
  }
  return dead;
}

function toHit(
  { mapping, name }: JudgedMapping,
  dead: ReadonlyMap<Mapping, JudgedMapping>,
  tree: DeviceTree,
  gone: ReadonlySet<string>,
  circumstances: Circumstances,
): Hit<Detail> {
  const guest = guestOfVolume(name.lv);
  const hold = circumstances.holdOf([name.lv], []);
  const stack = tree.stackAbove(mapping, maxAbove);
  // Nothing alive below any of them: every device is gone, or dead itself.
  const isAllDead = (layer: Mapping) => dead.has(layer) && layer.uses.every((device) => gone.has(device) || isDeadDevice(device, dead, tree));
  const isClosed = (layer: Mapping) =>
    layer.agreed &&
    !layer.suspended &&
    layer.tables === 'Live' &&
    isAllSeenAbove(layer, tree) &&
    !isOpenBeside(layer, tree) &&
    isPlainToken(layer.uuid);
  const canGo = stack !== undefined && [...stack, mapping].every((layer) => isAllDead(layer) && isClosed(layer));
  return {
    subject: mapping.uuid,
    guests: guest === undefined ? [] : [guest],
    heldBack: hold && circumstances.sayHold(hold),
    evidence: mappingEvidence(mapping.line),
    detail: {
      name: mapping.name,
      uuid: mapping.uuid,
      number: deviceOf(mapping),
      group: name.vg,
      volume: name.lv,
      who: guest === undefined ? null : circumstances.whoIs(guest),
      devices: mapping.uses
        .filter((device) => gone.has(device))
        .sort()
        .slice(0, 8),
      isOpen: isOpenBeside(mapping, tree),
      after: canGo ? stack.map(({ uuid }) => uuid) : null,
    },
  };
}

function isDeadDevice(device: string, dead: ReadonlyMap<Mapping, JudgedMapping>, tree: DeviceTree): boolean {
  const mapping = tree.at(device);
  return mapping !== undefined && dead.has(mapping);
}

function removeDead({ uuid, after }: Detail): Remedy | undefined {
  return after === null || ![uuid, ...after].every(isPlainToken) ? undefined : { kind: 'remove-mapping', uuid, after };
}

function sayTodo(detail: Detail, node: string): string {
  const device = `dm-${detail.number.slice(detail.number.indexOf(':') + 1)}`;
  const first = 'Find out first whether the disk comes back: multipath -l, iscsiadm -m session, dmesg -T | tail.';
  if (detail.isOpen)
    return `${first} It is open: what uses it on ${node} has lost its disk and must be shut down before anything else (lsof /dev/${device}, grep ${device} /proc/mounts). No script is offered.`;
  if (removeDead(detail) === undefined)
    return `${first} Something below it is still there, or something on top is open or alive: look at dmsetup ls --tree and dmsetup info ${dmSelector(detail.name, detail.number)}. No script is offered.`;
  return `${first} If it does not, remove the mapping on ${node}, one at a time. A reboot of ${node} clears it too.`;
}
