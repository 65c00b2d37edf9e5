/** Guests and storages: whose volume is whose. */
import { type CaptureEntry, mebibyte } from './entry';

export const configurations: readonly CaptureEntry[] = [
  {
    id: 'pve.guests',
    step: 2,
    kind: 'state',
    source: { kind: 'files', patterns: ['/etc/pve/nodes/*/{qemu-server,lxc}/*.conf'] },
    redaction: 'guest-config',
    limitSeconds: 15,
    maxBytes: 8 * mebibyte,
  },
  {
    id: 'pve.storage',
    step: 2,
    kind: 'state',
    source: { kind: 'file', path: '/etc/pve/storage.cfg' },
    redaction: 'storage-config',
    limitSeconds: 15,
    maxBytes: mebibyte,
  },
];

const list = { step: 6, kind: 'state', needs: 'no-blocked-qemu', stderr: 'known-lines', limitSeconds: 20, maxBytes: 8 * mebibyte } as const;

export const runningGuests: readonly CaptureEntry[] = [
  { ...list, id: 'qm.list', source: { kind: 'command', argv: ['qm', 'list'] }, redaction: 'qm-list' },
  { ...list, id: 'pct.list', source: { kind: 'command', argv: ['pct', 'list'] }, redaction: 'pct-list' },
];

const process = { step: 6, kind: 'reading', limitSeconds: 10, maxBytes: mebibyte } as const;

/** Since when guests run: which process is whose, and when it started. */
export const guestProcesses: readonly CaptureEntry[] = [
  {
    ...process,
    id: 'guest.pids',
    source: { kind: 'files', patterns: ['/run/qemu-server/*.pid', '/sys/fs/cgroup/lxc.monitor/*/cgroup.procs'] },
    redaction: 'guest-pids',
  },
  { ...process, id: 'guest.processes', source: { kind: 'processes' }, redaction: 'guest-processes', maxBytes: 4 * mebibyte },
];
