/**
 * A thin pool that fills up. The collector tells marks, not percentages: what is said changes when a mark is passed. At a
 * mark a pool may go to and fro; the first one is therefore only information.
 * @see lvmthin(7) "Data space exhaustion"; lvm2 lib/metadata/thin_manip.c `pool_below_threshold`
 */
import type { NodeInputs } from '../../node/node-inputs';
import { commandWith } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { findUsedPools, subjectOfPool, troubleOf, type UsedPool } from './thin-pools';

type Detail = {
  /** `pve/data` */
  readonly name: string;
  readonly group: string;
  /** Percent: marks that are passed. */
  readonly data: number;
  readonly meta: number;
  readonly disks: number;
  /** What its disks may grow to, in tenths of what it holds. */
  readonly promised: number;
  readonly waitsWhenFull: boolean;
  /** The group has no free extent to give. */
  readonly isGroupFull: boolean;
};

export const thinPoolFull = defineRule<NodeInputs>()({
  id: 'storage.thin-pool-full',
  title: 'Thin pool fills up',
  brief: 'thin pool fills up',
  severity: ({ data, meta }: Detail) => (data >= 95 || meta >= 95 ? 'critical' : data >= 90 || meta >= 85 ? 'warning' : 'info'),
  counts: 'none',
  doesNotApply: 'No storage of this node lies in a thin pool.',
  reference: {
    what: 'The data or the metadata of a thin pool is filled past a mark.',
    why: 'A full pool stops every guest in it; full metadata makes it read-only and asks for a repair.',
    how: 'The kernel’s status of the pool, of which the collector tells the highest mark that is reached: data 80, 90, 95 percent, metadata 70, 85, 95. How much the disks may grow to is taken from LVM’s metadata.',
    severity: 'Info from the first mark (data 80, metadata 70), warning from the second (90, 85), critical from 95.',
    evidence: ['dm.thin-pool.mode', 'lvm.report', 'pve.storage'],
    guards: [
      'Marks instead of percentages: a pool that stands still says the same thing for ever.',
      'A pool that is full, failed or read-only already is storage.thin-pool-down’s story.',
      'More promised than there is, alone, is how thin pools are used: it is told, not found.',
    ],
    remedy: 'By hand: more room, or less in it.',
    sources: ['lvmthin(7)', 'kernel admin-guide/device-mapper/thin-provisioning'],
  },
  needs: ['storageUse', 'mappings'],
  detect({ storageUse, mappings }): Detection<Detail> {
    const pools = findUsedPools(storageUse, mappings);
    const mapped = pools.filter(({ mapping }) => mapping !== undefined);
    return {
      applies: pools.length > 0,
      found: mapped.flatMap(toHit),
      notChecked: mapped.flatMap((used): NotChecked[] =>
        used.says.status === 'known' ? [] : [{ subject: subjectOfPool(used), name: `${used.group.name}/${used.pool.name}`, why: used.says.why }],
      ),
    };
  },
  explain: ({ name, group, data, meta, disks, promised, waitsWhenFull, isGroupFull }, { node }) => ({
    sentence: `Thin pool ${name} on ${node} is filled past ${[...(data > 0 ? [`${data} % of its data`] : []), ...(meta > 0 ? [`${meta} % of its metadata`] : [])].join(' and ')}.`,
    breaks:
      `When its data is full, writes of all guests in it ${waitsWhenFull ? 'wait, then fail' : 'fail at once'}; when its metadata is full, it turns read-only and wants a repair. ` +
      'Near the end new disks and snapshots are refused.',
    messages: [`Cannot create new thin volume, free space in thin pool ${name} reached threshold.`],
    because: `The kernel's status of the pool. Its ${disks} disks may grow to ${promised / 10} times what it holds${promised > 10 ? ': more is promised than there is' : ''}.`,
    todo:
      `${isGroupFull ? `${group} has no free space to give it: add a disk to the group, or move disks away.` : `Extend it: ${group} has free space (lvextend; --poolmetadatasize for the metadata).`} ` +
      'Trimming inside the guests gives blocks back only where their disks have discard on. Old snapshots hold blocks too.',
    commands: [commandWith('lvs -a -o+data_percent,metadata_percent', group), commandWith('vgs', group)],
  }),
  remedy: () => undefined,
});

function toHit(used: UsedPool): readonly Hit<Detail>[] {
  const { group, pool, says, disks } = used;
  if (says.status === 'unknown' || troubleOf(says.value) !== undefined) return [];
  const [data, meta] = [says.value.dataAbove ?? 0, says.value.metaAbove ?? 0];
  if (data === 0 && meta === 0) return [];
  const promised = disks.reduce((sum, { sectors }) => sum + sectors, 0);
  return [
    {
      subject: subjectOfPool(used),
      guests: [],
      evidence: [
        { node: '', capture: 'dm.thin-pool.mode', line: says.value.line },
        { node: '', capture: 'lvm.report', line: pool.line },
      ],
      detail: {
        name: `${group.name}/${pool.name}`,
        group: group.name,
        data,
        meta,
        disks: disks.length,
        promised: pool.sectors === 0 ? 0 : Math.round((10 * promised) / pool.sectors),
        waitsWhenFull: says.value.waitsWhenFull,
        isGroupFull: group.freeExtents === 0,
      },
    },
  ];
}
