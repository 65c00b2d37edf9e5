/** What the catalogue may never do to a node, checked over every entry: whoever adds one is held to it. */
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../collector/captures/catalogue';
import type { CaptureEntry } from '../../../collector/captures/entry';
import { runSeconds } from '../../../collector/context';

const commands = catalogue.flatMap((entry) =>
  entry.source.kind === 'command' ? [{ ...entry, argv: entry.source.argv, line: entry.source.argv.join(' ') }] : [],
);
const paths = catalogue.flatMap(({ source }) => (source.kind === 'files' ? source.patterns : 'path' in source ? [source.path] : []));
const lvm = /^(?:lvm|lvs|vgs|pvs|lvdisplay|vgdisplay|pvdisplay|pvscan|vgscan|lvscan|lvmdiskscan|lvmdevices)$/;

/** They open devices, wait for dead ones or file servers, start daemons, log in to targets, or change something. */
const never: readonly (readonly [string, RegExp])[] = [
  ['paths are checked with I/O, or maps made, or removed', /^multipath(?! -l$| -t$)/],
  ['the daemon would be changed', /^multipathd (?!show |-k)/],
  ['targets are scanned, or logged in to', /^iscsiadm .*(?:--rescan|-R\b|--login|-l\b|discovery|--op)|^rescan-scsi-bus/],
  ['devices are made anew', /^udevadm (?:trigger|control|settle)|^vgscan|--mknodes|^partprobe|^kpartx/],
  ['storages are activated', /^pvesm |^pvesh .*(?:storage|content)/],
  ['every process or every mount is asked', /^(?:fuser|lsof|ps|pgrep|pidof|df|mount|findmnt|du|ls)\b/],
  [
    'disks are opened or written out',
    /^(?:sync|blkid|sg_\w+|smartctl|hdparm|nvme|dd|fdisk|parted|wipefs|sanlun|blockdev)\b|^lsblk .*(?:-f|FSTYPE|UUID|LABEL)|^zpool import/,
  ],
  ['guests are asked one by one, or changed', /^(?:qm|pct) (?!list$)/],
  ['the device mapper is changed', /^dmsetup (?!info |table |status |udevcookies$|deps |ls$)/],
  ['a shell would stand between', /^(?:sh|bash|env|timeout|sudo|nice|ionice|perl|python3?)\b/],
];

describe('the catalogue', () => {
  it.each(never)('runs nothing by which %s', (_why, pattern) => {
    expect(commands.filter(({ line }) => pattern.test(line)).map(({ line }) => line)).toEqual([]);
  });

  it('recognises what it must never run', () => {
    const forbidden = [
      ...['multipath -ll', 'multipath', 'multipath -F', 'multipathd reconfigure', 'iscsiadm -m session --rescan', 'iscsiadm -m node --login'],
      ...[
        'udevadm trigger',
        'pvesm status',
        'pvesh get /nodes/x/storage/y/content',
        'qm status 100',
        'fuser -m /',
        'lsof',
        'ps aux',
        'df -P /',
        'sync',
      ],
      ...['blkid', 'sg_inq /dev/sda', 'smartctl -a /dev/sda', 'vgscan --mknodes', 'sanlun lun show', 'dmsetup remove x', 'zpool import', 'ls /mnt'],
    ];
    expect(forbidden.filter((line) => !never.some(([, pattern]) => pattern.test(line)))).toEqual([]);
  });

  it('lets LVM only read, and only while the storage answers', () => {
    const uses = commands.filter(({ argv: [command] }) => lvm.test(command));
    expect(uses.map(({ id }) => id)).toContain('lvm.report');
    expect(uses.filter(({ argv, needs }) => needs !== 'healthy-storage' || !argv.includes('--readonly') || !argv.includes('--nohints'))).toEqual([]);
    expect(uses.filter(({ argv: [command, verb] }) => command === 'lvm' && verb !== 'fullreport')).toEqual([]);
  });

  it('asks for guests only while none of them hangs', () => {
    expect(commands.filter(({ argv: [command], needs }) => /^(?:qm|pct)$/.test(command) && needs !== 'no-blocked-qemu')).toEqual([]);
  });

  it('never lets dmsetup commit the metadata of a thin pool', () => {
    expect(commands.filter(({ line }) => line.startsWith('dmsetup status') && !line.includes(' --noflush '))).toEqual([]);
  });

  it('reads no device, no secret of the cluster, no memory of a process, and nothing where others may mount', () => {
    const forbidden =
      /^\/(?:dev|mnt|media|srv|home|root|tmp)\/|^\/etc\/pve\/priv|\/(?:cmdline|environ|maps|smaps|mem|fd|stack)(?:\/|$)|\/statistics\//;
    expect(paths.filter((path) => forbidden.test(path) || !path.startsWith('/') || path.includes('..'))).toEqual([]);
  });

  it('bounds each entry in time and bytes, within what the whole run may take', () => {
    const isBounded = ({ limitSeconds, maxBytes }: CaptureEntry) =>
      limitSeconds > 0 && limitSeconds <= 30 && maxBytes > 0 && maxBytes <= 16 * 1024 * 1024;
    expect(catalogue.filter((entry) => !isBounded(entry)).map(({ id }) => id)).toEqual([]);
    expect(runSeconds.captures + runSeconds.leastForAnswer).toBeLessThan(runSeconds.all);
    expect(runSeconds.all).toBeLessThan(90);
  });
});
