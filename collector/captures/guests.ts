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
    why: 'Which volumes guests reference, on every node, in every snapshot. Only names, locks and volumes leave the node; of everything else only words that could be a volume.',
  },
  {
    id: 'pve.storage',
    step: 2,
    kind: 'state',
    source: { kind: 'file', path: '/etc/pve/storage.cfg' },
    redaction: 'storage-config',
    limitSeconds: 10,
    maxBytes: mebibyte,
    why: 'Which volume group belongs to which storage. No user names, servers or passwords.',
  },
];

const list = { step: 6, kind: 'state', redaction: 'none', stderr: 'known-lines', limitSeconds: 20, maxBytes: 8 * mebibyte } as const;

export const runningGuests: readonly CaptureEntry[] = [
  { ...list, id: 'qm.list', source: { kind: 'command', argv: ['qm', 'list'] }, why: 'Which virtual machines run on this node.' },
  { ...list, id: 'pct.list', source: { kind: 'command', argv: ['pct', 'list'] }, why: 'Which containers run on this node.' },
];
