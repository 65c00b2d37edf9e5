/** The machine itself: which boot, which machine, how loaded; and who outside Proxmox VE names a volume. */
import { type CaptureEntry, mebibyte } from './entry';

const small = { limitSeconds: 10, maxBytes: 64 * 1024 } as const;
const state = { ...small, kind: 'state', redaction: 'first-line' } as const;
const reading = { ...small, kind: 'reading', redaction: 'figures' } as const;

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format language
const packageLine = '-f=${Package} ${Version}\\n';

export const hostIdentity: readonly CaptureEntry[] = [
  {
    ...state,
    id: 'host.boot-id',
    step: 1,
    source: { kind: 'file', path: '/proc/sys/kernel/random/boot_id' },
  },
  {
    ...state,
    id: 'host.machine-id',
    step: 1,
    source: { kind: 'file', path: '/etc/machine-id' },
    redaction: 'hash',
  },
  {
    ...state,
    id: 'host.name',
    step: 1,
    source: { kind: 'file', path: '/proc/sys/kernel/hostname' },
  },
  {
    ...state,
    id: 'host.kernel',
    step: 1,
    source: { kind: 'file', path: '/proc/sys/kernel/osrelease' },
  },
];

export const hostStatBefore: CaptureEntry = {
  ...reading,
  id: 'host.stat.1',
  step: 1,
  source: { kind: 'file', path: '/proc/stat' },
  redaction: 'processor',
};

export const hostPackages: CaptureEntry = {
  ...state,
  id: 'host.packages',
  step: 6,
  source: {
    kind: 'command',
    argv: ['dpkg-query', '-W', packageLine, 'proxmox-ve', 'pve-manager', 'qemu-server', 'pve-container', 'libpve-storage-perl', 'lvm2', 'corosync'],
  },
  redaction: 'packages',
};

export const hostMentions: CaptureEntry = {
  ...state,
  id: 'host.mentions',
  step: 6,
  source: {
    kind: 'files',
    patterns: ['/etc/fstab', '/etc/crypttab', '/etc/drbd.d/*.res', '/etc/rtslib-fb-target/saveconfig.json', '/etc/libvirt/qemu/*.xml'],
  },
  redaction: 'mentions',
  isFenced: true,
  maxBytes: mebibyte,
};

/** Asked of the pools that are there; never loads the module, as `zpool` would by itself. */
const pools = { kind: 'command', argv: ['zpool', 'list', '-Hp', '-o', 'name,size,allocated,free'], env: { ZFS_MODULE_LOADING: 'no' } } as const;

export const hostReadings: readonly CaptureEntry[] = [
  { ...reading, id: 'host.uptime', step: 6, source: { kind: 'file', path: '/proc/uptime' } },
  { ...reading, id: 'host.loadavg', step: 6, source: { kind: 'file', path: '/proc/loadavg' } },
  { ...reading, id: 'host.meminfo', step: 6, source: { kind: 'file', path: '/proc/meminfo' }, redaction: 'memory' },
  {
    ...reading,
    id: 'host.processor',
    step: 6,
    source: { kind: 'file', path: '/proc/cpuinfo' },
    redaction: 'processor-model',
    maxBytes: 2 * mebibyte,
  },
  { ...reading, id: 'host.network', step: 6, source: { kind: 'file', path: '/proc/net/dev' }, redaction: 'network', maxBytes: mebibyte },
  { ...reading, id: 'host.mounts', step: 6, source: { kind: 'file', path: '/proc/self/mountinfo' }, redaction: 'mounts', maxBytes: mebibyte },
  { ...reading, id: 'host.stat.2', step: 6, source: { kind: 'file', path: '/proc/stat' }, redaction: 'processor' },
  {
    ...reading,
    id: 'host.file-systems',
    step: 6,
    source: { kind: 'command', argv: ['stat', '-f', '-c', '%S %b %f %a %n', '/'], more: 'local-storages' },
    redaction: 'file-systems',
  },
  { ...reading, id: 'zfs.pools', step: 6, source: pools, redaction: 'pools' },
];
