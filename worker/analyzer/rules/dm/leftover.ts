/** What the two rules about mappings without a volume share: the mapping is proven absent from a group seen whole. */

import type { LogicalVolume, VolumeGroup } from '../../facts';
import type { JudgedMapping } from '../../judged-mapping';
import type { Circumstances, NodeInputs } from '../../node-inputs';
import { guestOfVolume } from '../../parse/volume-name';
import type { NotChecked, Remedy } from '../../report-shape';
import type { Detection, Hit, Known } from '../../rule';
import { mappingEvidence } from './mapping-evidence';

export type LeftoverDetail = {
  readonly name: string;
  readonly uuid: string;
  readonly group: string;
  readonly volume: string;
  readonly guest: number | null;
  readonly number: string;
  /** Something other than the mappings on top holds it open. */
  readonly isOpen: boolean;
  readonly holders: readonly string[];
  /** Uuids of the mappings on top, when all of them are leftovers too; undefined: something alive is on top. */
  readonly after: readonly string[] | null;
  /** The volume that has this name today. */
  readonly namesake: string | null;
};

type Facts = { readonly mappings: Known<NodeInputs['mappings']>; readonly circumstances: Circumstances };

export function detectLeftovers(facts: Facts, hasNamesake: boolean): Detection<LeftoverDetail> {
  const absent = new Map<string, JudgedMapping>();
  for (const judged of facts.mappings) if (isAbsent(judged)) absent.set(judged.mapping.name, judged);
  const found = [...absent.values()].flatMap((judged): Hit<LeftoverDetail>[] => {
    if (judged.presence.status === 'unknown' || judged.presence.value.kind !== 'absent') return [];
    const { group, namesake } = judged.presence.value;
    return (namesake !== undefined) === hasNamesake ? [toHit(judged, group, namesake, absent, facts.circumstances)] : [];
  });
  return { applies: facts.mappings.some(({ lvm }) => lvm !== undefined), found, notChecked: mappingsNotChecked(facts.mappings) };
}

/** LVM mappings nothing can be said about. */
export function mappingsNotChecked(mappings: readonly JudgedMapping[]): readonly NotChecked[] {
  return mappings.flatMap(({ mapping, lvm, presence }) =>
    lvm === undefined || presence.status === 'known' ? [] : [{ subject: mapping.uuid, name: mapping.name, why: presence.why }],
  );
}

function isAbsent({ presence }: JudgedMapping): boolean {
  return presence.status === 'known' && presence.value.kind === 'absent';
}

function toHit(
  { mapping, name }: JudgedMapping,
  group: VolumeGroup,
  namesake: LogicalVolume | undefined,
  absent: ReadonlyMap<string, JudgedMapping>,
  circumstances: Circumstances,
): Hit<LeftoverDetail> {
  const guest = guestOfVolume(name.lv);
  const hold = circumstances.holdOf(name.lv, []);
  const above = mapping.holders.map((holder) => absent.get(holder)?.mapping.uuid);
  return {
    subject: mapping.uuid,
    guests: guest === undefined ? [] : [guest],
    heldBack: hold === undefined ? undefined : `VM ${hold.guest}: ${hold.says}`,
    evidence: mappingEvidence(mapping.line, group.line, namesake?.line),
    detail: {
      name: mapping.name,
      uuid: mapping.uuid,
      group: group.name,
      volume: name.lv,
      guest: guest ?? null,
      number: `${mapping.major}:${mapping.minor}`,
      isOpen: mapping.open > mapping.holders.length,
      holders: mapping.holders,
      after: above.every((uuid) => uuid !== undefined) ? above : null,
      namesake: namesake?.uuid ?? null,
    },
  };
}

export function removeByUuid({ uuid, isOpen, after }: LeftoverDetail): Remedy | undefined {
  return isOpen || after === null ? undefined : { kind: 'remove-mapping', uuid, after };
}

/** Commands in the order they must run; empty when it is a matter for hands. */
export function removalCommands(detail: LeftoverDetail): readonly string[] {
  if (removeByUuid(detail) === undefined) return [];
  return [...(detail.after ?? []), detail.uuid].map((uuid) => `dmsetup remove --uuid ${uuid}`);
}

/** Why there is no script, or nothing. */
export function sayHolders({ isOpen, holders, after, number }: LeftoverDetail, node: string): string {
  if (after === null)
    return `Other mappings lie on top of it: ${holders.join(', ')}. Find out what they are first (dmsetup ls --tree). No script is offered.`;
  if (!isOpen) return '';
  const device = number.slice(number.indexOf(':') + 1);
  return `Something on ${node} still has it open. Find it first: lsof /dev/dm-${device}, ls /sys/block/dm-${device}/holders, grep dm-${device} /proc/mounts. No script is offered.`;
}
