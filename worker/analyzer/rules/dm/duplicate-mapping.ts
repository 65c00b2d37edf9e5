/**
 * Two mappings of LVM's over the same blocks of one device. Where one of them is a leftover or has an old table, that
 * finding says so and mends it; what is left is told here: nobody can say by metadata which of them is wrong.
 */
import type { JudgedMapping } from '../../node/judged-mapping';
import type { NodeInputs } from '../../node/node-inputs';
import { shortUuid } from '../../parse/dm-uuid';
import { guestOfVolume } from '../../parse/volume-name';
import { dmSelector } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { listNames } from '../../words';
import { mappingEvidence } from './mapping-evidence';
import { isStale } from './stale-table';

type Detail = {
  readonly name: string;
  readonly uuid: string;
  readonly number: string;
  /** On the same blocks, at most 4. */
  readonly others: readonly { readonly name: string; readonly number: string; readonly isKnown: boolean }[];
  /** Its volume is in the metadata of a group that was seen whole. */
  readonly isKnown: boolean;
  readonly isOpen: boolean;
};

export const duplicateMapping = defineRule<NodeInputs>()({
  id: 'dm.duplicate-mapping',
  title: 'Two mappings share the same blocks',
  brief: 'shares blocks with another',
  severity: 'critical',
  counts: 'duplicate',
  word: 'same blocks',
  doesNotApply: 'This node has no mapping of LVM.',
  reference: {
    what: 'Two live mappings with different LVM uuids map the same sectors of one device, and metadata does not show which of them is wrong.',
    why: 'What is written through one changes what is read through the other.',
    how: 'Linear tables of mappings of whole volumes, by device and sector. Where one of the two is a leftover or has an old table, that finding says it; this one is for the rest: groups that cannot be seen, or two groups that claim one device.',
    evidence: ['dm.table', 'dm.info.1', 'dm.info.2', 'lvm.report'],
    guards: [
      'Layers (`-real`, `-cow`, pools), partitions, encryption and maps made by hand lie on each other by design: not looked at.',
      'The same sectors of two devices are two places.',
      'Both mappings must be the same in both readings.',
    ],
    remedy: 'None: by hand.',
    sources: ['our kernel machine: kernel and dmsetup map the same extents twice without a word'],
  },
  needs: ['mappings', 'tables', 'circumstances'],
  detect({ mappings, circumstances }): Detection<Detail> {
    const whole = mappings.filter(({ lvm }) => lvm?.suffix === '');
    const notChecked = whole.filter(({ mapping }) => mapping.table === undefined).map(notTold);
    const found: Hit<Detail>[] = [];
    const told = new Set<string>();
    const sharing = inOrder(whole.filter(({ mapping }) => mapping.table?.overlaps !== undefined));
    const byName = new Map(sharing.map((judged) => [judged.mapping.name, judged]));
    for (const judged of sharing) {
      const { mapping } = judged;
      const others = (mapping.table?.overlaps ?? []).flatMap((name) => byName.get(name) ?? []).filter((other) => !isExplained(other));
      if (others.length === 0 || isExplained(judged) || told.has(mapping.name)) continue;
      for (const other of others) told.add(other.mapping.name);
      if ([judged, ...others].some(isInMotion)) {
        notChecked.push(notTold(judged));
        continue;
      }
      const names = [judged, ...others].map(({ name }) => name.lv);
      const hold = circumstances.holdOf(names, []);
      found.push({
        subject: mapping.uuid,
        guests: [...new Set(names.flatMap((name) => guestOfVolume(name) ?? []))],
        heldBack: hold && circumstances.sayHold(hold),
        evidence: [judged, ...others].slice(0, 5).flatMap((one) => mappingEvidence(one.mapping.line)),
        detail: {
          name: mapping.name,
          uuid: mapping.uuid,
          number: numberOf(judged),
          others: others.slice(0, 4).map((other) => ({ name: other.mapping.name, number: numberOf(other), isKnown: isPresent(other) })),
          isKnown: isPresent(judged),
          isOpen: mapping.open > 0,
        },
      });
    }
    return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: `On ${node} ${detail.name} and ${listNames(detail.others.map(({ name }) => name))} map the same blocks of one device.`,
    breaks: 'What is written through one of them changes what is read through the other: file systems on them destroy each other without a message.',
    messages: [],
    because:
      `Their live tables overlap, and their UUIDs differ (${shortUuid(detail.uuid)} is ${detail.name}). ${sayWhoIsKnown(detail)} ` +
      `${detail.isOpen ? `${detail.name} is open.` : `Nothing has ${detail.name} open.`}`,
    todo:
      `Find out which of them is right: ${[detail, ...detail.others].map(({ name, number }) => `dmsetup table ${dmSelector(name, number)}`).join(', ')}; then which group LVM ` +
      'shows on that device: pvs -o+pv_uuid,vg_uuid. Stop what has them open before anything else. No script is offered.',
    commands: [],
  }),
  remedy: () => undefined,
});

/** Each pair is told once, on the one that metadata does not speak for, whatever the order of lines. */
function inOrder(mappings: readonly JudgedMapping[]): readonly JudgedMapping[] {
  return [...mappings].sort((a, b) => Number(isPresent(a)) - Number(isPresent(b)) || (a.mapping.uuid < b.mapping.uuid ? -1 : 1));
}

/** A leftover, or its table is old: a finding of its own says it, and what else is on its blocks. */
function isExplained({ presence, mapping }: JudgedMapping): boolean {
  if (presence.status === 'unknown') return false;
  return presence.value.kind === 'absent' || (mapping.table?.against !== undefined && isStale(mapping.table.against));
}

function notTold({ mapping }: JudgedMapping): NotChecked {
  return { subject: mapping.uuid, name: mapping.name, why: { reason: 'changed_during_capture' } };
}

const isInMotion = ({ presence }: JudgedMapping) => presence.status === 'unknown' && presence.why.reason === 'changed_during_capture';
const isPresent = ({ presence }: JudgedMapping) => presence.status === 'known' && presence.value.kind === 'present';
const numberOf = ({ mapping }: JudgedMapping) => `${mapping.major}:${mapping.minor}`;

function sayWhoIsKnown({ name, isKnown, others }: Detail): string {
  const known = [...(isKnown ? [name] : []), ...others.filter((other) => other.isKnown).map((other) => other.name)];
  if (known.length === 0) return 'LVM shows the group of neither, so nobody can say which is wrong.';
  return known.length === 1 ? `LVM knows only ${known[0]}.` : `LVM knows ${listNames(known)}: two groups claim one device.`;
}
