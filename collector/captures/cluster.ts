/** The cluster as this member's pmxcfs shows it, before and after the device mapper was read. */
import { type CaptureEntry, mebibyte } from './entry';

const common = { kind: 'state', limitSeconds: 15, maxBytes: 4 * mebibyte } as const;

export const clusterIdentity: readonly CaptureEntry[] = [
  {
    ...common,
    id: 'pve.local',
    step: 1,
    source: { kind: 'link', path: '/etc/pve/local' },
    redaction: 'first-line',
  },
  {
    ...common,
    id: 'pve.version',
    kind: 'reading',
    step: 1,
    source: { kind: 'file', path: '/etc/pve/.version' },
    redaction: 'counters',
  },
];

export const vmlistBefore: CaptureEntry = {
  ...common,
  id: 'pve.vmlist.1',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/.vmlist' },
  redaction: 'vmlist',
};

export const members: CaptureEntry = {
  ...common,
  id: 'pve.members',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/.members' },
  redaction: 'members',
};

export const haBefore: CaptureEntry = {
  ...common,
  id: 'pve.ha.1',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/ha/manager_status' },
  redaction: 'ha',
};

export const datacenter: CaptureEntry = {
  ...common,
  id: 'pve.datacenter',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/datacenter.cfg' },
  redaction: 'next-id',
};

export const tasksBefore: CaptureEntry = {
  ...common,
  id: 'pve.tasks.1',
  step: 1,
  source: { kind: 'file', path: '/var/log/pve/tasks/active' },
  redaction: 'tasks',
};

export const tasksFailed: CaptureEntry = {
  ...common,
  id: 'pve.tasks.failed',
  kind: 'reading',
  step: 6,
  source: { kind: 'files', patterns: ['/var/log/pve/tasks/index', '/var/log/pve/tasks/index.1'], isFromEnd: true },
  redaction: 'failed-tasks',
  maxBytes: mebibyte,
};

export const clusterAfter: readonly CaptureEntry[] = [
  { ...vmlistBefore, id: 'pve.vmlist.2', step: 6 },
  { ...haBefore, id: 'pve.ha.2', step: 6 },
  { ...tasksBefore, id: 'pve.tasks.2', step: 6 },
];
