/** What must come out of scenario.sh, as data. Names are those of /dev/mapper; of volumes without a mapping, `group/volume`. */

export type Fault = {
  readonly what: string;
  readonly ruleId: string;
  readonly name: string;
  /** The node it is found on; `cluster` for what concerns no single one. */
  readonly where: string;
  readonly remedy: string | null;
};

const onPve1 = (what: string, ruleId: string, name: string, remedy: string | null): Fault => ({ what, ruleId, name, where: 'pve1', remedy });
const inCluster = (what: string, ruleId: string, name: string): Fault => ({ what, ruleId, name, where: 'cluster', remedy: null });

export const faults: readonly Fault[] = [
  onPve1('a volume removed elsewhere', 'dm.stale-mapping', 'san1vg-vm--120--disk--0', 'remove-mapping'),
  onPve1('a thin volume that metadata lost', 'dm.stale-mapping', 'pve-vm--140--disk--0', 'remove-mapping'),
  onPve1('a snapshot removed elsewhere', 'dm.stale-mapping', 'san1vg-snap_vm--150--disk--0_old', 'remove-mapping'),
  onPve1('the layer below that snapshot', 'dm.stale-mapping', 'san1vg-snap_vm--150--disk--0_old-cow', 'remove-mapping'),
  onPve1('a volume removed and made anew elsewhere', 'dm.impostor-mapping', 'san1vg-vm--121--disk--0', 'remove-mapping'),
  onPve1('a volume renamed elsewhere, its guest here', 'dm.stale-name', 'san1vg-vm--122--disk--0', 'refresh-volume'),
  onPve1('a volume renamed elsewhere, its guest elsewhere', 'dm.stale-name', 'san1vg-vm--125--disk--0', 'deactivate-volume'),
  onPve1('a mapping made by hand with a guest disk’s name', 'dm.unmanaged-name', 'san1vg-vm--124--disk--0', null),
  onPve1('a volume active here whose guest lives on pve2', 'dm.foreign-activation', 'san1vg-vm--130--disk--0', 'deactivate-volume'),
  onPve1('a group that LVM does not see, with a guest on it', 'storage.group-missing', 'group/hidden1vg', null),
  onPve1('a group whose disk is gone', 'storage.group-missing', 'group/gone1vg', null),
  onPve1('a group that LVM sees without one of its disks', 'storage.group-missing', 'group/old1vg', null),
  inCluster('a thick volume no guest names', 'dm.unreferenced-volume', 'san1vg/vm-131-disk-0'),
  inCluster('a thin volume no guest names', 'dm.unreferenced-volume', 'pve/vm-132-disk-0'),
];

/** Active and closed, their guests stopped where they live: harmless, and told apart. */
export const idle: readonly string[] = [
  'pve1 dm.idle-activation san1vg-vm--150--disk--0',
  'pve2 dm.idle-activation san1vg-vm--130--disk--0',
  'pve2 dm.idle-activation san1vg-vm--210--disk--0',
];

/** Rules about what is no fault of a mapping. */
export const quietRules: readonly string[] = ['dm.idle-activation', 'dm.autoactivation'];

/** Mapped on pve1 and healthy: no rule may find them, and every rule must have judged them. */
export const healthyMappings: readonly string[] = [
  'san1vg-vm--100--disk--0', // a running guest's disk
  'san1vg-vm--100--cloudinit',
  'san1vg-vm--102--disk--0', // a snapshot made by hand: origin and three layers
  'san1vg-vm--102--disk--0-real',
  'san1vg-snap_vm--102--disk--0_byhand',
  'san1vg-snap_vm--102--disk--0_byhand-cow',
  'san1vg-vm--133--disk--0', // being copied
  'san1vg-vm--150--disk--0', // its snapshot is stale, the disk is not
  'san1vg-vm--150--disk--0-real',
  'san1vg-vm--200--disk--0', // a container's, mounted
  'pve-swap',
  'pve-data', // the pool and its layers
  'pve-data-tpool',
  'pve-data_tdata',
  'pve-data_tmeta',
  'pve-vm--110--disk--0', // thin, running, with a snapshot
  'pve-vm--111--disk--0', // thin, stopped: stays active
  'pve-vm--201--disk--0', // a container's, stopped
];

/** In LVM's metadata, without a mapping, named somewhere else than in a disk line: no rule may find them. */
export const healthyVolumes: readonly string[] = [
  'san1vg/vm-101-disk-0',
  'san1vg/vm-101-disk-1', // unused
  'san1vg/vm-101-disk-2', // pending
  'san1vg/vm-101-state-before', // vmstate of a snapshot
  'san1vg/vm-104-data', // in args
  'san1vg/vm-210-disk-0', // a container of pve2
  'san1vg/vm-220-disk-0', // a guest of the member nobody enrolled
  'san1vg/vm-9999-pvc-0b54f9a0-61a4-4e1c-8a55-2f6d1f6f2c11', // Kubernetes
  'pve/snap_vm-110-disk-0_before',
  'pve/base-112-disk-0',
];

export type NotJudged = { readonly what: string; readonly name: string; readonly reason: string };

/** On pve1, by every rule about mappings of LVM: neither found nor called clean. */
export const notJudged: readonly NotJudged[] = [
  { what: 'alive, beside a hidden disk', name: 'hidden1vg-vm--160--disk--0', reason: 'group_not_whole' },
  { what: 'alive, on the hidden disk', name: 'hidden1vg-vm--161--disk--0', reason: 'group_not_whole' },
  { what: 'removed elsewhere, beside a hidden disk', name: 'hidden1vg-vm--162--disk--0', reason: 'group_not_whole' },
  { what: 'alive, only old metadata visible', name: 'old1vg-vm--170--disk--0', reason: 'group_not_whole' },
  { what: 'alive, made after the visible metadata', name: 'old1vg-vm--171--disk--0', reason: 'group_not_whole' },
  { what: 'alive, one of two disks lagging', name: 'lag1vg-vm--180--disk--0', reason: 'group_not_whole' },
  { what: 'removed elsewhere, one of two disks lagging', name: 'lag1vg-vm--181--disk--0', reason: 'group_not_whole' },
  { what: 'alive, its group hidden', name: 'gone1vg-vm--190--disk--0', reason: 'group_not_visible' },
];

/** Groups of which pve1 reads older metadata than pve2. */
export const behind: readonly string[] = ['old1vg'];

/** Would be faults if nothing were going on. */
export const inFlight: readonly { readonly what: string; readonly where: string; readonly ruleId: string; readonly name: string }[] = [
  { what: 'the disk of a guest that is just arriving', where: 'pve1', ruleId: 'dm.foreign-activation', name: 'san1vg-vm--105--disk--0' },
  { what: 'the target of a disk being moved', where: 'cluster', ruleId: 'dm.unreferenced-volume', name: 'san1vg/vm-133-disk-1' },
];

export const rulesAboutMappings: readonly string[] = [
  'dm.stale-mapping',
  'dm.impostor-mapping',
  'dm.stale-name',
  'dm.stale-table',
  'dm.foreign-open',
  'dm.foreign-activation',
  'dm.idle-activation',
];

/** Guests that only the churn knows, by the names of their volumes and mappings. */
export const churnGuests = /vm--?7[01][01]-/;
