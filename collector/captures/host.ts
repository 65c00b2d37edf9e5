/** The machine itself: which boot, which machine, how loaded; and who outside Proxmox VE names a volume. */
import { type CaptureEntry, mebibyte } from './entry';

const small = { limitSeconds: 10, maxBytes: 64 * 1024 } as const;
const state = { ...small, kind: 'state', redaction: 'none' } as const;
const reading = { ...small, kind: 'reading', redaction: 'none' } as const;

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format language
const packageLine = '-f=${Package} ${Version}\\n';

export const hostIdentity: readonly CaptureEntry[] = [
  {
    ...state,
    id: 'host.boot-id',
    step: 1,
    source: { kind: 'file', path: '/proc/sys/kernel/random/boot_id' },
    why: 'A reboot makes all mappings anew: nothing learned before it holds after it.',
  },
  {
    ...state,
    id: 'host.machine-id',
    step: 1,
    source: { kind: 'file', path: '/etc/machine-id' },
    redaction: 'hash',
    why: 'Tells copies of one disk image apart. Only a hash leaves the node.',
  },
  {
    ...state,
    id: 'host.name',
    step: 1,
    source: { kind: 'file', path: '/proc/sys/kernel/hostname' },
    why: 'The name people know the node by.',
  },
  {
    ...state,
    id: 'host.kernel',
    step: 1,
    source: { kind: 'file', path: '/proc/sys/kernel/osrelease' },
    why: 'Stands in the report; some faults belong to some kernels.',
  },
];

export const hostStatBefore: CaptureEntry = {
  ...reading,
  id: 'host.stat.1',
  step: 1,
  source: { kind: 'file', path: '/proc/stat' },
  redaction: 'first-line',
  why: 'Processor time at the start; with host.stat.2 it gives the load of the processors.',
};

export const hostPackages: CaptureEntry = {
  ...state,
  id: 'host.packages',
  step: 6,
  source: {
    kind: 'command',
    argv: ['dpkg-query', '-W', packageLine, 'proxmox-ve', 'pve-manager', 'qemu-server', 'pve-container', 'libpve-storage-perl', 'lvm2', 'corosync'],
  },
  why: 'Versions decide which behaviour of Proxmox VE and LVM applies. Exits with 1 when one of them is not installed.',
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
  maxBytes: mebibyte,
  why: 'A volume somebody mounts or exports by hand is in use. Only names of volumes and paths below /dev leave the node.',
};

export const hostReadings: readonly CaptureEntry[] = [
  { ...reading, id: 'host.uptime', step: 6, source: { kind: 'file', path: '/proc/uptime' }, why: 'Seconds since boot.' },
  { ...reading, id: 'host.loadavg', step: 6, source: { kind: 'file', path: '/proc/loadavg' }, why: 'Load of the last minutes.' },
  { ...reading, id: 'host.meminfo', step: 6, source: { kind: 'file', path: '/proc/meminfo' }, why: 'Memory and swap in use.' },
  {
    ...reading,
    id: 'host.stat.2',
    step: 6,
    source: { kind: 'file', path: '/proc/stat' },
    redaction: 'first-line',
    why: 'Processor time at the end.',
  },
  { ...reading, id: 'host.root', step: 6, source: { kind: 'command', argv: ['df', '-P', '-k', '/'] }, why: 'Space in use on the root file system.' },
];
