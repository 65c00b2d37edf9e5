/**
 * A thin pool that does not work takes every disk in it along: one finding for the pool, never one for each disk.
 * @see pve-storage LvmThinPlugin.pm `activate_storage` (pvestatd activates the pool of every enabled storage); kernel
 *   dm-thin.c `notify_of_pool_mode_change`; lvm2 lib/activate/dev_manager.c `_thin_pool_callback`
 */
import type { NodeInputs } from '../../node/node-inputs';
import { type StorageUse, sayGuests } from '../../node/storage-use';
import { commandWith } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { listNames } from '../../words';
import { explainPoolDown, type PoolDownDetail } from './thin-pool-words';
import { findUsedPools, subjectOfPool, troubleOf, type UsedPool } from './thin-pools';

export const thinPoolDown = defineRule<NodeInputs>()({
  id: 'storage.thin-pool-down',
  title: 'Thin pool does not work',
  brief: 'thin pool down',
  severity: ({ how, isProven }: PoolDownDetail) => (how === 'absent' && !isProven ? 'warning' : 'critical'),
  counts: 'none',
  doesNotApply: 'No storage of this node lies in a thin pool.',
  reference: {
    what: 'A thin pool in which guests of this node have disks is not active, has failed, takes no writes, is full, or wants a check.',
    why: 'Every disk in it fails for this one reason. Removing what a repair leaves behind (data_meta0) makes it worse.',
    how: 'The pool is in LVM’s metadata; its mapping, found by UUID, is absent, or the kernel’s status of it says another mode than rw, or needs_check.',
    severity: 'Critical. Warning for a pool that is only not active: nobody has failed on it yet (no failed task names it and no guest in it runs).',
    evidence: ['dm.thin-pool.mode', 'dm.info.2', 'lvm.report', 'pve.storage', 'pve.guests', 'pve.tasks.failed', 'qm.list'],
    guards: [
      'A pool without disks of this node’s guests is nobody’s trouble: left alone.',
      'A storage that is disabled, or not for this node, is not activated: left alone.',
      'A group that is not seen, or seen without a disk, is storage.group-missing’s story.',
      'Without the kernel’s status (older collectors) the mode is not checked.',
    ],
    remedy: 'By hand: the pool’s metadata is all that leads to the disks.',
    sources: [
      'kernel admin-guide/device-mapper/thin-provisioning, drivers/md/dm-thin.c',
      'lvmthin(7), lvconvert(8) --repair',
      'thin-provisioning-tools #252, #311: removing data_meta0 made it worse',
    ],
  },
  needs: ['storageUse', 'mappings'],
  detect({ storageUse, mappings }): Detection<PoolDownDetail> {
    const pools = findUsedPools(storageUse, mappings);
    const found: Hit<PoolDownDetail>[] = [];
    const notChecked: NotChecked[] = [];
    for (const used of pools) {
      const how = used.mapping === undefined ? 'absent' : used.says.status === 'known' ? troubleOf(used.says.value) : undefined;
      if (used.mapping !== undefined && used.says.status === 'unknown')
        notChecked.push({ subject: subjectOfPool(used), name: `${used.group.name}/${used.pool.name}`, why: used.says.why });
      if (how === undefined) continue;
      const hit = toHit(used, how, storageUse);
      if (hit !== undefined) found.push(hit);
    }
    return { applies: pools.length > 0, found, notChecked };
  },
  explain: explainPoolDown,
  remedy: () => undefined,
});

/** Undefined: no guest of this node has a disk in it. */
function toHit(used: UsedPool, how: PoolDownDetail['how'], use: StorageUse): Hit<PoolDownDetail> | undefined {
  const { group, pool, mapping, says, disks } = used;
  const inPool = new Set(disks.map(({ name }) => name));
  const users = [...use.usersOf(group.name)].flatMap(([guest, names]) => {
    const own = [...names].filter((name) => inPool.has(name));
    return own.length === 0 ? [] : [{ guest, own }];
  });
  if (users.length === 0) return undefined;
  const guests = users.map(({ guest }) => guest);
  const runs = guests.some(({ vmid }) => (use.running[String(vmid)] ?? 'stopped') !== 'stopped');
  const failed = use.failedTasks.some(
    (task) => task.says.includes(`pool ${group.name}/${pool.name} `) || task.says.includes(`activating LV '${group.name}/`),
  );
  return {
    subject: subjectOfPool(used),
    guests: guests
      .map(({ vmid }) => vmid)
      .sort((a, b) => a - b)
      .slice(0, 64),
    evidence: [
      { node: '', capture: 'lvm.report', line: pool.line },
      ...(mapping === undefined ? [] : [{ node: '', capture: 'dm.info.2', line: mapping.line }]),
      ...(says.status === 'unknown' ? [] : [{ node: '', capture: 'dm.thin-pool.mode', line: says.value.line }]),
    ],
    detail: {
      name: `${group.name}/${pool.name}`,
      group: group.name,
      pool: pool.name,
      how,
      isProven: runs || failed,
      waitsWhenFull: says.status === 'known' && says.value.waitsWhenFull,
      number: mapping === undefined ? '' : `${mapping.major}:${mapping.minor}`,
      disks: new Set(users.flatMap(({ own }) => own)).size,
      example: users.flatMap(({ own }) => own).sort()[0] ?? '',
      guests: listNames(sayGuests(guests)),
      look: commandWith('lvs -a -o+lv_when_full,lv_health_status', group.name),
    },
  };
}
