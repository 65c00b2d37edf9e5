/** What must come out of damage.sh, as data. Names are those of /dev/mapper; of volumes without a mapping, `group/volume`. */
import type { ThinPool } from '../../worker/analyzer/facts';
import type { Fault } from './expectations';

const onPve1 = (what: string, ruleId: string, name: string, remedy: string | null): Fault => ({ what, ruleId, name, where: 'pve1', remedy });
const inCluster = (what: string, ruleId: string, name: string): Fault => ({ what, ruleId, name, where: 'cluster', remedy: null });

const errorTables: readonly Fault[] = [
  onPve1('a table that was wiped under a running guest', 'dm.error-table', 'san1vg-vm--362--disk--0', null),
  onPve1('a table that ends in errors', 'dm.error-table', 'san1vg-vm--363--disk--0', null),
  onPve1('a volume on a disk that is missing', 'dm.error-table', 'half1vg-vm--364--disk--1', null),
];
const deadPools = ['full', 'readonly', 'unchecked'].map((pool) =>
  onPve1('a thin pool that fails', 'storage.thin-pool-down', `pools1vg/${pool}`, null),
);
const multipath = onPve1('a volume on one path of a multipath map', 'storage.multipath-bypass', 'mpatha', null);

/** Only told where nobody keeps a lock. */
const cookie = onPve1('a cookie of udev nobody took back', 'lvm.commands-hang', 'udev', null);

const unused: readonly Fault[] = [
  inCluster('a cloud-init drive of nobody', 'dm.unreferenced-volume', 'san1vg/vm-349-cloudinit'),
  inCluster('saved RAM of nobody', 'dm.unreferenced-volume', 'san1vg/vm-348-state-before'),
  inCluster('a disk of a snapshot chain of nobody', 'dm.unreferenced-volume', 'san1vg/vm-349-disk-1.qcow2'),
  inCluster('a fleecing image of nobody', 'dm.unreferenced-volume', 'san1vg/vm-349-fleece-0'),
  inCluster('a disk that saferemove began to wipe', 'dm.unreferenced-volume', 'san1vg/del-vm-349-disk-0'),
];
const bootOfPve2: Fault = { ...onPve1('a shared group every boot activates', 'dm.autoactivation', 'san1vg', null), where: 'pve2' };

/** When LVM can be asked. */
export const damaged: readonly Fault[] = [
  ...errorTables,
  multipath,
  ...deadPools,
  onPve1('a thin pool nobody activated', 'storage.thin-pool-down', 'pools1vg/asleep', null),
  onPve1('a process that keeps a lock another one waits for', 'lvm.commands-hang', 'process', null),
  onPve1('a closed mapping whose disk was taken away', 'dm.backing-gone', 'dead1vg-vm--360--disk--0', 'remove-mapping'),
  onPve1('an open mapping whose disk was taken away', 'dm.backing-gone', 'dead1vg-vm--361--disk--0', null),
  onPve1('a group whose disk was taken away', 'storage.group-missing', 'group/dead1vg', null),
  onPve1('a group of which half is hidden', 'storage.group-missing', 'group/half1vg', null),
  onPve1('a group no node has', 'storage.group-missing', 'group/absent1vg', null),
  onPve1('a disk that is not active under a running guest', 'dm.missing-mapping', 'san1vg/vm-342-disk-1', null),
  onPve1('a stopped guest’s disk that is active', 'dm.idle-activation', 'san1vg-vm--343--disk--0', 'deactivate-volume'),
  onPve1('a shared group every boot activates', 'dm.autoactivation', 'san1vg', null),
  onPve1('a volume grown elsewhere, closed', 'dm.stale-table', 'san1vg-vm--300--disk--0', 'refresh-volume'),
  onPve1('a volume grown elsewhere, open', 'dm.stale-table', 'san1vg-vm--301--disk--0', 'refresh-volume'),
  onPve1('a volume shrunk elsewhere, closed', 'dm.stale-table', 'san1vg-vm--302--disk--0', 'refresh-volume'),
  onPve1('a volume shrunk elsewhere, open', 'dm.stale-table', 'san1vg-vm--303--disk--0', null),
  onPve1('a volume moved elsewhere, closed', 'dm.stale-table', 'san1vg-vm--304--disk--0', 'refresh-volume'),
  onPve1('a volume moved elsewhere, open', 'dm.stale-table', 'san1vg-vm--305--disk--0', null),
  onPve1('a volume removed elsewhere, its blocks given to another', 'dm.stale-mapping', 'san1vg-vm--306--disk--0', 'remove-mapping'),
  onPve1('another volume’s table under this one’s name', 'dm.stale-table', 'san1vg-vm--309--disk--0', 'refresh-volume'),
  onPve1('a volume open here whose guest lives on pve2', 'dm.foreign-open', 'san1vg-vm--340--disk--0', null),
  onPve1('a thick disk a configuration names', 'guest.dangling-volume', '344 san-prod:vm-344-disk-1', null),
  onPve1('a thin disk a configuration names', 'guest.dangling-volume', '345 local-lvm:vm-345-disk-0', null),
  inCluster('a group two nodes see and no storage calls shared', 'storage.shared-wrong', 'local/both1vg'),
  ...unused,
  bootOfPve2,
  ...['half1vg', 'path1vg'].map(
    (group): Fault => ({ ...onPve1('a group hidden from pve2', 'storage.group-missing', `group/${group}`, null), where: 'pve2' }),
  ),
];

/** In addition, when partitions of guests' disks are mapped and groups in them active. */
export const intruding: readonly Fault[] = [
  cookie,
  onPve1('the guest’s group that is called like the host’s', 'lvm.duplicate-vg-name', 'pve', null),
  onPve1('a partition of a running guest’s disk', 'dm.held-by-partition', 'san1vg-vm--380--disk--0p1', 'remove-mapping'),
  onPve1('a partition with a guest’s group', 'dm.held-by-partition', 'san1vg-vm--381--disk--0p1', 'remove-mapping'),
  onPve1('its clone, which LVM does not use', 'dm.held-by-partition', 'san1vg-vm--382--disk--0p1', 'remove-mapping'),
  onPve1('a partition with a group called pve', 'dm.held-by-partition', 'san1vg-vm--383--disk--0p1', 'remove-mapping'),
  onPve1('the volume of that group that the host’s does not have', 'dm.held-by-guest-vg', 'pve-var', 'remove-mapping'),
  onPve1('a guest’s root', 'dm.held-by-guest-vg', 'inside1vg-root', 'remove-mapping'),
  onPve1('a guest’s thin volume', 'dm.held-by-guest-vg', 'inside1vg-srv', 'remove-mapping'),
  ...['inside1vg-data', 'inside1vg-data-tpool', 'inside1vg-data_tdata', 'inside1vg-data_tmeta'].map((name) =>
    onPve1('a guest’s thin pool', 'dm.held-by-guest-vg', name, 'remove-mapping'),
  ),
];

/** When a mapping is suspended, nobody asks LVM: what the device mapper alone says. */
export const standingStill: readonly Fault[] = [
  ...errorTables,
  multipath,
  onPve1('a disk nobody wakes', 'dm.error-table', 'san1vg-vm--365--disk--0', null),
  cookie,
  // What pve2 can still tell.
  ...unused,
  bootOfPve2,
];

/** Mappings of one line share blocks. Asked, LVM says which of them are old; else that is all there is to say. */
export const overlapping: readonly (readonly string[])[] = [
  ['san1vg-vm--300--disk--0', 'san1vg-vm--304--disk--0'],
  ['san1vg-vm--302--disk--0', 'san1vg-vm--303--disk--0', 'san1vg-vm--306--disk--0', 'san1vg-vm--307--disk--0'],
  ['san1vg-vm--308--disk--0', 'san1vg-vm--309--disk--0'],
];

/** Healthy, whatever it is built of: no rule may find them, and every rule must have judged them. */
export const wellBuilt: readonly string[] = [
  'san1vg-vm--307--disk--0', // on blocks another mapping still leads to
  'san1vg-vm--308--disk--0',
  'san1vg-vm--320--disk--0',
  'san1vg-vm--321--disk--0', // striped
  'san1vg-vm--322--disk--0', // two segments on two disks
  'san1vg-vm--323--disk--0', // with a snapshot
  'san1vg-vm--323--disk--0-real',
  'san1vg-snap_vm--323--disk--0_byhand',
  'san1vg-snap_vm--323--disk--0_byhand-cow',
  'san1vg-vm--324--disk--0', // raid1
  'san1vg-vm--324--disk--0_rimage_0',
  'san1vg-vm--324--disk--0_rmeta_1',
  'san1vg-vm--325--disk--0', // mirror
  'san1vg-vm--325--disk--0_mimage_1',
  'san1vg-vm--326--disk--0', // cached
  'san1vg-vm--326--disk--0_corig',
  'san1vg-fast_cvol',
  'san1vg-fast_cvol-cdata',
  'san1vg-fast_cvol-cmeta',
  'san1vg-vm--327--disk--0', // encrypted
  'secret',
  'san1vg-vm--330--disk--0', // being moved
  'san1vg-pvmove0',
  'pve-root',
  'pve-swap',
  'pve-data',
  'pve-data-tpool',
  'pve-vm--328--disk--0', // thin, with a snapshot
  'pve-vm--329--disk--0', // thin, extended
];

/** By every rule that needs the group: not judged, for this reason. */
export const notJudgedLayers: readonly { readonly name: string; readonly reason: string }[] = [
  { name: 'half1vg-vm--364--disk--0', reason: 'group_not_whole' },
  { name: 'path1vg-vm--366--disk--0', reason: 'group_not_whole' },
];

export const tables: readonly { readonly name: string; readonly verdict: string }[] = [
  ...[
    'san1vg-vm--320--disk--0',
    'san1vg-vm--321--disk--0',
    'san1vg-vm--322--disk--0',
    'san1vg-vm--323--disk--0-real',
    'san1vg-snap_vm--323--disk--0_byhand-cow',
    'san1vg-vm--324--disk--0_rimage_0',
    'san1vg-vm--325--disk--0_mimage_0',
    'san1vg-vm--326--disk--0_corig',
    'san1vg-fast_cvol',
    'san1vg-vm--327--disk--0',
    'pve-data_tdata',
    'pve-data_tmeta',
    'pve-vm--328--disk--0',
    'pve-vm--329--disk--0',
  ].map((name) => ({ name, verdict: 'same' })),
  { name: 'san1vg-vm--301--disk--0', verdict: 'grown' },
  { name: 'san1vg-vm--303--disk--0', verdict: 'shrunk' },
  { name: 'san1vg-vm--305--disk--0', verdict: 'moved' },
  { name: 'san1vg-vm--323--disk--0', verdict: 'not compared: snapshot-origin' },
  { name: 'san1vg-snap_vm--323--disk--0_byhand', verdict: 'not compared: snapshot' },
  { name: 'san1vg-vm--324--disk--0', verdict: 'not compared: raid' },
  { name: 'san1vg-vm--325--disk--0', verdict: 'not compared: mirror' },
  { name: 'san1vg-vm--326--disk--0', verdict: 'not compared: cache' },
  { name: 'san1vg-fast_cvol-cdata', verdict: 'not compared: cache' },
  { name: 'san1vg-vm--330--disk--0', verdict: 'not compared: pvmove' },
  { name: 'san1vg-pvmove0', verdict: 'not compared: mirror' },
  { name: 'pve-data-tpool', verdict: 'not compared: thin-pool' },
  { name: 'half1vg-vm--364--disk--1', verdict: 'not compared: missing device' },
  { name: 'san1vg-vm--362--disk--0', verdict: 'not compared: error' },
];

export const pools: readonly Omit<ThinPool, 'line'>[] = [
  { name: 'pools1vg-full-tpool', mode: 'out_of_data_space', needsCheck: false, waitsWhenFull: false, dataAbove: 95, metaAbove: 0 },
  { name: 'pools1vg-readonly-tpool', mode: 'ro', needsCheck: false, waitsWhenFull: true, dataAbove: 0, metaAbove: 0 },
  { name: 'pools1vg-unchecked-tpool', mode: 'ro', needsCheck: true, waitsWhenFull: true, dataAbove: 0, metaAbove: 0 },
  { name: 'pve-data-tpool', mode: 'rw', needsCheck: false, waitsWhenFull: true, dataAbove: 0, metaAbove: 0 },
];
