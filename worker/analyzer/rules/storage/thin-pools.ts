/** The thin pools this node's storages name, joined to their mappings and to what the kernel says of them. */
import { type Evidence, known, unknown } from '../../evidence';
import type { LogicalVolume, Mapping, ThinPool, VolumeGroup } from '../../facts';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { StorageUse } from '../../node/storage-use';

export type UsedPool = {
  readonly group: VolumeGroup;
  readonly pool: LogicalVolume;
  /** Absent: LVM has it, and it is not active here. */
  readonly mapping: Mapping | undefined;
  /** Of a pool that is mapped. */
  readonly says: Evidence<ThinPool>;
  /** Volumes in it. */
  readonly disks: readonly LogicalVolume[];
};

/** LVM's own mapping of a pool ends in `-tpool`; one without volumes, or that a volume lies on, may have others beside it. */
const poolSuffixes = new Set(['tpool', 'pool', '']);

/** Each pool once, however many storages lie in it; of a group that is not there, or there twice, none. */
export function findUsedPools({ groups, thinPools }: StorageUse, mappings: readonly JudgedMapping[]): readonly UsedPool[] {
  const wanted = new Map<string, { readonly group: VolumeGroup; readonly pool: LogicalVolume }>();
  for (const { storages, seen } of groups) {
    const [group, twin] = seen;
    if (group === undefined || twin !== undefined) continue;
    const names = new Set(storages.filter(({ type }) => type === 'lvmthin').map(({ thinpool }) => thinpool));
    if (names.size === 0) continue;
    for (const volume of group.volumes)
      if (names.has(volume.name) && volume.attr.startsWith('t')) wanted.set(`${group.uuid}${volume.uuid}`, { group, pool: volume });
  }
  if (wanted.size === 0) return [];
  const mapped = new Map<string, JudgedMapping>();
  const pools = new Set([...wanted.values()].map(({ pool }) => pool.uuid));
  for (const judged of mappings) {
    const { lvm } = judged;
    if (lvm === undefined || !pools.has(lvm.lvUuid) || !poolSuffixes.has(lvm.suffix)) continue;
    const key = `${lvm.vgUuid}${lvm.lvUuid}`;
    if (!wanted.has(key)) continue;
    if (lvm.suffix === 'tpool' || !mapped.has(key)) mapped.set(key, judged);
  }
  const byName = new Map(thinPools.status === 'known' ? thinPools.value.map((one) => [one.name, one]) : []);
  return [...wanted].map(([key, { group, pool }]): UsedPool => {
    const mapping = mapped.get(key)?.mapping;
    const said = byName.get(mapping?.name ?? '');
    const says = said === undefined ? unknown(thinPools.status === 'unknown' ? thinPools.why : { reason: 'changed_during_capture' }) : known(said);
    return { group, pool, mapping, says, disks: group.volumes.filter((volume) => volume.pool === pool.name && volume.attr.startsWith('V')) };
  });
}

export const subjectOfPool = ({ group, pool }: UsedPool): string => `${group.uuid}${pool.uuid}`;

/** How a pool fails that is mapped; undefined: it works. */
export function troubleOf({ mode, needsCheck }: ThinPool): 'fail' | 'ro' | 'out_of_data_space' | 'needs_check' | undefined {
  if (mode === 'fail' || mode === 'error') return 'fail';
  if (mode === 'ro' || mode === 'out_of_data_space') return mode;
  return needsCheck ? 'needs_check' : undefined;
}
