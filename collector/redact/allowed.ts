/**
 * The allow-lists: everything of a configuration, report or complaint that may leave the node. Plain data; the filters, the
 * documentation and the probe are made from it, so none of them can say something else.
 */

/** A value: ASCII characters as they stand inside a bracket expression, and how many at most. Anything else is not sent. */
export type Shape = { readonly characters: string; readonly max: number };

const word: Shape = { characters: 'a-z-', max: 32 };
const name: Shape = { characters: 'A-Za-z0-9.-', max: 253 };
const listing: Shape = { characters: 'A-Za-z0-9._,; -', max: 1024 };
const flag: Shape = { characters: 'A-Za-z0-9', max: 8 };
/** Group, volume, pool, storage. @see pve-storage Plugin.pm `parse_lvm_name` */
const volumeName: Shape = { characters: 'A-Za-z0-9+_.-', max: 128 };

export const guestConfig = {
  /** Keys that leave with their value, in every known section. */
  plain: {
    name,
    hostname: name,
    template: { characters: '01', max: 1 },
    lock: word,
    parent: { characters: 'A-Za-z0-9_-', max: 64 },
    snapstate: word,
  } as Readonly<Record<string, Shape>>,
  /** Keys that leave as their volume and `driveOptions`: the last number of each kind, and those that stand alone. */
  drives: {
    qemu: { numbered: { ide: 3, sata: 5, scsi: 30, virtio: 15, unused: 255 }, single: ['efidisk0', 'tpmstate0', 'cdrom', 'vmstate'] },
    lxc: { numbered: { mp: 255, unused: 255 }, single: ['rootfs'] },
  },
  driveOptions: ['size', 'media', 'replicate', 'backup', 'shared'],
  driveOptionValue: { characters: 'A-Za-z0-9.', max: 32 } as Shape,
  /** `storage:volume`. No `=` and no `@`: with them it could carry a password. */
  volumeId: { characters: 'A-Za-z0-9._/:+-', max: 255 } as Shape,
  /** Files behind these never are volumes: only that there is one leaves the node (`local:iso/?`). */
  fileFolders: ['iso', 'vztmpl', 'snippets', 'import', 'backup'],
  /** Volumes, in the section `[special:fleecing]` only. */
  fleecingImages: { characters: 'A-Za-z0-9._/:+,;-', max: 4096 } as Shape,
  /** Secrets and persons, never volumes: not even looked through for names of volumes. `*`: any number behind it. */
  silent: ['cipassword', 'ciuser', 'sshkeys', 'cicustom', 'ipconfig*', 'nameserver', 'searchdomain', 'smbios*', 'vmgenid', 'net*'],
} as const;

export const storageConfig = {
  /** Of a type that is not one of these only the group leaves (`foreignOptions`). */
  types: [
    ...['dir', 'lvm', 'lvmthin', 'zfspool', 'btrfs', 'nfs', 'cifs', 'glusterfs', 'iscsi'],
    ...['iscsidirect', 'rbd', 'cephfs', 'zfs', 'pbs', 'drbd', 'esxi'],
  ],
  options: {
    vgname: volumeName,
    thinpool: volumeName,
    shared: flag,
    nodes: listing,
    disable: flag,
    tagged_only: flag,
    content: { characters: 'a-z,-', max: 128 },
    'snapshot-as-volume-chain': flag,
  } as Readonly<Record<string, Shape>>,
  foreignOptions: ['vgname'],
  type: { characters: 'A-Za-z0-9_-', max: 64 } as Shape,
  id: { characters: 'A-Za-z0-9._-', max: 100 } as Shape,
} as const;

/** Words of a free text that leave it because a volume that anything names is not unused. */
export const mentions = {
  /** A path below /dev, where no word goes before it. */
  path: { characters: 'A-Za-z0-9/_.:+\\\\-', max: 255 } as Shape,
  /** Directories below /dev where no volume is. */
  notBelow: ['bus', 'char', 'dri', 'fd', 'hugepages', 'input', 'mqueue', 'net', 'pts', 'serial', 'shm', 'snd', 'vfio'],
  /** What stands below these is a serial number, a label or an address: `?` stands for it. */
  hiddenBelow: ['disk/by-id', 'disk/by-label', 'disk/by-partlabel', 'disk/by-path'],
  /** … but for names that udev makes of mappings. */
  shownById: ['dm-name-', 'dm-uuid-'],
  /** `vm-100-…`, also as the device mapper writes it (`vm--100--…`). */
  volumePrefixes: ['vm', 'base', 'subvol', 'basevol'],
  word: { characters: 'A-Za-z0-9._-', max: 255 } as Shape,
} as const;

export const lvmReport = {
  /** Only tags Proxmox VE makes itself (`pve-vm-100`); any other text leaves as nothing. */
  tag: 'pve-vm-',
  tags: ['lv_tags', 'vg_tags'],
  /** Every other column. */
  value: { characters: 'A-Za-z0-9+_.:,/()~%@# \\[\\]-', max: 65_536 } as Shape,
} as const;

export const dmTable = {
  /** Name, uuid, number, flags. */
  field: { characters: 'A-Za-z0-9#+.:,;=@_\\\\-', max: 1024 } as Shape,
  /** Targets that only map keep their parameters; of any other (crypt, integrity … may hold keys) type and devices stay. */
  plainTargets: [
    ...['linear', 'striped', 'thin', 'thin-pool', 'snapshot', 'snapshot-origin', 'snapshot-merge', 'mirror', 'raid'],
    ...['cache', 'writecache', 'error', 'zero', 'multipath'],
  ],
  parameters: { characters: 'A-Za-z0-9 :/._+-', max: 65_536 } as Shape,
} as const;

/** A row of `dmsetup info`: names and numbers between bars. */
export const dmRow: Shape = { characters: 'A-Za-z0-9#+.:=@_\\\\|, -', max: 4096 };

/** The one line of a file of the kernel's, of a link, or a package's version. */
export const plainLine: Shape = { characters: 'A-Za-z0-9._:+/~ -', max: 256 };

/** Percent: how full a pool is leaves as the highest of these that it reached. */
export const poolMarks = { data: [80, 90, 95], meta: [70, 85, 95] } as const;

/** A lock held, or a cookie not taken back, for less is work that goes on. */
export const lockSeconds = 60;

export const failedTasks = {
  days: 7,
  most: 50,
  /** What the last line of a task's error begins with; names and numbers stand for `…`. */
  beginnings: [
    "can't activate LV",
    "can't deactivate LV",
    'activating LV',
    'deactivating LV',
    "can't activate volume chain for LV",
    ...['lvcreate', 'lvremove', 'lvrename', 'lvextend', 'lvresize', 'lvchange', 'lvs', 'vgs'],
  ],
  /** What may stand before it. */
  before: ['unable to create VM', 'unable to create CT', 'unable to restore VM', 'unable to restore CT', 'clone failed:', 'start failed:'],
  words: `activate already another appear deactivate for full in logical lvs manual new no on pool pvs repair required space unable used
  while zeroed free extents insufficient transaction_id expected the`,
} as const;

export const readings = {
  /** Interfaces of guests and of their firewall are left out. */
  guestInterfaces: ['lo$', 'tap[0-9]', 'veth', 'fwbr', 'fwpr', 'fwln'],
  interface: { characters: 'A-Za-z0-9._-', max: 15 } as Shape,
  maxInterfaces: 32,
  processorModel: { characters: 'A-Za-z0-9()@. _-', max: 64 } as Shape,
  pool: { characters: 'A-Za-z0-9_.:-', max: 64 } as Shape,
  maxPools: 32,
} as const;

/** `MemTotal: 65781364 kB`: those lines of /proc/meminfo. */
export const memoryKeys = ['MemTotal', 'MemAvailable', 'SwapTotal', 'SwapFree'] as const;

/**
 * Of what commands say on standard error: these words, numbers, paths below /dev, uuids, and names the report holds. `?`
 * stands for any other word, so that a complaint stays one.
 */
export const complaintWords = `a access and at available bad because but by can cannot check checksum command connection could couldn t data denied
  device device-mapper devices driver duplicate entry error exist exists failed failure file find for found from group has have host id ids ignoring in
  inconsistent inconsistency input invalid ioctl is kernel last leaked local lock lv lvm mapper metadata missing multipath name names no not of old on only
  open or output partial path permission physical pool prefers process pv read readable refused report resource segment seqno sequence size
  skipping such suspended system table than thin timed out to transaction unable unknown unsupported update usable used using uuid vg
  vgs volume volumes waiting warning while with wrong written descriptor invocation see vgck --updatemetadata correct fix vgrename filter busy
  packages matching dpkg-query deps reload rename resume suspend load info status create remove address`;
