/**
 * A guest's disk that cannot be read or written here: its table answers with errors or zeros, a part of it was missing when
 * it was activated, or it stays suspended. Seen by the device mapper alone: LVM may hang for the same reason.
 */
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Circumstances, NodeInputs } from '../../node/node-inputs';
import { guestOfVolume } from '../../parse/volume-name';
import { dmSelector } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { foreignOwner } from './foreign-owner';
import { mappingEvidence } from './mapping-evidence';

type Fault = 'missing' | 'error' | 'zero' | 'suspended';

type Detail = {
  readonly name: string;
  readonly number: string;
  readonly volume: string;
  /** `VM 104`; null: the name carries no number. */
  readonly who: string | null;
  readonly fault: Fault;
  /** Mappings of it that have the fault, at most 4. */
  readonly parts: readonly string[];
};

/** The one that is told where a volume has several: a missing part explains the errors. */
const worst: readonly Fault[] = ['missing', 'error', 'zero', 'suspended'];

export const errorTable = defineRule<NodeInputs>()({
  id: 'dm.error-table',
  title: 'A disk cannot be read or written',
  brief: 'disk fails or stands still',
  severity: 'critical',
  counts: 'duplicate',
  word: 'broken table',
  doesNotApply: 'This node has no mapping of LVM.',
  reference: {
    what: "A guest's disk answers with errors or with zeros, lacks a part whose device was missing when it was activated, or stays suspended.",
    why: 'The guest gets input/output errors, loses what it writes, or stands still, and so does everything that touches the disk.',
    how: 'By the live tables and the state of the mappings, without LVM, which may hang for the same reason. Suspended counts only in both readings of a check-in, and is alerted when a later check-in still shows it.',
    evidence: ['dm.table', 'dm.info.1', 'dm.info.2'],
    guards: [
      'A snapshot suspends its origin for a moment: both readings, and a second check-in.',
      'Volumes made of errors or zeros on purpose: their segments say so.',
      'A leftover, another name, another home: those are findings of their own.',
      'Names without a guest number: only missing parts and standing still are told.',
    ],
    remedy: 'None: by hand. Data is at stake.',
    sources: [
      'lvm2 lib/activate/dev_manager.c: names and uuids of missing parts',
      'our kernel machine: a group activated with --activationmode partial',
    ],
  },
  needs: ['mappings', 'tables', 'circumstances'],
  detect({ mappings, circumstances }): Detection<Detail> {
    const ofLvm = mappings.filter(({ lvm }) => lvm !== undefined);
    const notChecked = ofLvm
      .filter(({ mapping }) => !mapping.agreed || (mapping.table === undefined && mapping.staysSuspended === undefined))
      .map(({ mapping }): NotChecked => ({ subject: mapping.uuid, name: mapping.name, why: { reason: 'changed_during_capture' } }));
    const volumes = new Map<string, Faulty[]>();
    for (const judged of ofLvm) {
      const fault = judged.mapping.agreed ? faultOf(judged) : undefined;
      if (fault === undefined) continue;
      const before = volumes.get(volumeOf(judged));
      if (before === undefined) volumes.set(volumeOf(judged), [{ judged, fault }]);
      else before.push({ judged, fault });
    }
    const tops = new Map(volumes.size === 0 ? [] : ofLvm.filter(({ lvm }) => lvm?.suffix === '').map((judged) => [volumeOf(judged), judged]));
    const found = [...volumes].flatMap(([volume, faulty]): Hit<Detail>[] => {
      const fault = worst.find((one) => faulty.some((other) => other.fault === one));
      const parts = faulty.filter((one) => one.fault === fault).map(({ judged }) => judged);
      const told = tops.get(volume) ?? parts[0];
      return told === undefined || fault === undefined || isToldElsewhere(told, circumstances) ? [] : [toHit(told, fault, parts, circumstances)];
    });
    return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: sayFault(detail, node),
    breaks: sayWhatBreaks(detail, node),
    messages: messages[detail.fault](detail.number),
    because: `${detail.parts.join(', ')}: ${becauseOf[detail.fault]}`,
    todo:
      `${todo[detail.fault]} No script is offered. Look first: dmsetup info ${dmSelector(detail.name, detail.number)}, dmsetup table ` +
      `${dmSelector(detail.name, detail.number)}, dmesg -T.`,
    commands: [],
  }),
  remedy: () => undefined,
});

type Faulty = { readonly judged: JudgedMapping; readonly fault: Fault };

/** All its mappings, layers and missing parts alike, are one disk. */
const volumeOf = ({ lvm }: JudgedMapping) => `${lvm?.vgUuid}${lvm?.lvUuid}`;

function faultOf({ mapping, lvm, name }: JudgedMapping): Fault | undefined {
  if (lvm !== undefined && lvm.suffix !== '' && /^missing_[0-9]{1,6}_[0-9]{1,6}$/.test(lvm.suffix)) return 'missing';
  const { targets = [], against } = mapping.table ?? {};
  const fault = targets.includes('error') ? 'error' : targets.includes('zero') ? 'zero' : undefined;
  // Where LVM asks for nothing else, it was made so on purpose.
  if (fault !== undefined && against?.verdict !== 'same' && guestOfVolume(name.lv) !== undefined) return fault;
  return mapping.staysSuspended === true ? 'suspended' : undefined;
}

/** What its own finding says already: a leftover, a name that is old, a disk that should not be active here. */
function isToldElsewhere(judged: JudgedMapping, circumstances: Circumstances): boolean {
  const { presence, name, lvm, mapping } = judged;
  if (presence.status === 'unknown') return false;
  if (presence.value.kind === 'absent') return true;
  const { group, volume } = presence.value;
  if (name.vg === group.name && name.lv !== volume.name) return true;
  if (lvm?.suffix !== '' || mapping.open > 0 || mapping.holders.length > 0 || circumstances.ownership.status === 'unknown') return false;
  const foreign = foreignOwner(judged, circumstances.ownership.value, circumstances);
  return foreign.status === 'known' && foreign.value !== undefined;
}

function toHit({ mapping, name }: JudgedMapping, fault: Fault, parts: readonly JudgedMapping[], circumstances: Circumstances): Hit<Detail> {
  const guest = guestOfVolume(name.lv);
  const hold = circumstances.holdOf([name.lv], []);
  return {
    subject: mapping.uuid,
    guests: guest === undefined ? [] : [guest],
    heldBack: hold && circumstances.sayHold(hold),
    evidence: [...new Set([mapping, ...parts.slice(0, 4).map((part) => part.mapping)])].flatMap(({ line }) => mappingEvidence(line)),
    detail: {
      name: mapping.name,
      number: `${mapping.major}:${mapping.minor}`,
      volume: name.lv,
      who: guest === undefined ? null : circumstances.whoIs(guest),
      fault,
      parts: parts.slice(0, 4).map((part) => part.mapping.name),
    },
  };
}

function sayFault({ volume, fault }: Detail, node: string): string {
  switch (fault) {
    case 'missing':
      return `On ${node} a part of ${volume} is missing: its device was not there when the volume was activated.`;
    case 'error':
      return `On ${node} ${volume}, or a part of it, answers every read and write with an error.`;
    case 'zero':
      return `On ${node} ${volume}, or a part of it, reads as zeros and forgets what is written.`;
    case 'suspended':
      return `On ${node} ${volume} is suspended: whatever reads or writes it waits.`;
  }
}

function sayWhatBreaks({ fault, who }: Detail, node: string): string {
  const guest = (who ?? 'Whatever uses it').replace(/^g/, 'G');
  if (fault === 'suspended')
    return `${guest} stands still on ${node}; so does every command that opens the disk, LVM's among them, and they cannot be ended.`;
  if (fault === 'zero') return `${guest} loses on ${node} what it writes there, without a message.`;
  return `${guest} gets input/output errors on ${node}; its file system turns read-only or breaks.`;
}

const bufferError = (number: string) => [`Buffer I/O error on dev dm-${number.slice(number.indexOf(':') + 1)}, logical block 0, async page read`];
const messages: Readonly<Record<Fault, (number: string) => readonly string[]>> = {
  missing: bufferError,
  error: bufferError,
  zero: () => [],
  suspended: () => ['INFO: task kvm:… blocked for more than 120 seconds.'],
};

const becauseOf: Readonly<Record<Fault, string>> = {
  missing: 'LVM puts a mapping of this name in the place of a device it cannot find; it answers with errors.',
  error: 'the live table has the target error, and LVM did not ask for it.',
  zero: 'the live table has the target zero, and LVM did not ask for it.',
  suspended: 'suspended in both readings of this check-in. A snapshot takes a moment only.',
};

const todo: Readonly<Record<Fault, string>> = {
  missing:
    'Bring the device back (cable, iSCSI session, multipath), see that pvs shows it, stop the guest, deactivate the volume and activate it again. Do not write to it before that.',
  error:
    'Somebody wiped its table (dmsetup wipe_table, a forced removal), or LVM stood in for a device it could not find. Stop the guest, deactivate the volume and activate it again once pvs shows every device.',
  zero: 'Somebody loaded this table by hand. Stop the guest, deactivate the volume and activate it again.',
  suspended:
    'An LVM command may be in the middle of its work, or died in it: ps -eo pid,stat,lstart,args | grep -E "[l]v|[d]msetup". If none is left, dmsetup resume of this mapping lets everything go on.',
};
