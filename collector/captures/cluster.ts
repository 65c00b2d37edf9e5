/** The cluster as this member's pmxcfs shows it, before and after the device mapper was read. */
import { type CaptureEntry, mebibyte } from './entry';

const common = { kind: 'state', redaction: 'none', limitSeconds: 10, maxBytes: 4 * mebibyte } as const;

export const clusterIdentity: readonly CaptureEntry[] = [
  {
    ...common,
    id: 'pve.local',
    step: 1,
    source: { kind: 'link', path: '/etc/pve/local' },
    why: 'pmxcfs makes this link: without it /etc/pve is an empty directory and says nothing about guests.',
  },
  {
    ...common,
    id: 'pve.version',
    kind: 'reading',
    step: 1,
    source: { kind: 'file', path: '/etc/pve/.version' },
    why: 'Change counters of the cluster file system.',
  },
];

export const vmlistBefore: CaptureEntry = {
  ...common,
  id: 'pve.vmlist.1',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/.vmlist' },
  why: 'Which guest lives where. Read twice: a guest that moves in between is not judged.',
};

export const members: CaptureEntry = {
  ...common,
  id: 'pve.members',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/.members' },
  why: 'Members of the cluster and whether it is quorate: proves which nodes belong together.',
};

export const haBefore: CaptureEntry = {
  ...common,
  id: 'pve.ha.1',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/ha/manager_status' },
  redaction: 'ha',
  why: 'Guests that HA is moving are not judged. Only service, node, state and target leave the node.',
};

export const datacenter: CaptureEntry = {
  ...common,
  id: 'pve.datacenter',
  step: 1,
  source: { kind: 'file', path: '/etc/pve/datacenter.cfg' },
  redaction: 'next-id',
  why: 'Which guest number is given out next, and so who would hit a leftover mapping. Only the line next-id leaves the node.',
};

export const tasksBefore: CaptureEntry = {
  ...common,
  id: 'pve.tasks.1',
  step: 1,
  source: { kind: 'file', path: '/var/log/pve/tasks/active' },
  redaction: 'tasks',
  why: 'A guest with a running task is not judged. Only running tasks, and never who started them.',
};

export const clusterAfter: readonly CaptureEntry[] = [
  { ...vmlistBefore, id: 'pve.vmlist.2', step: 6, why: 'The second reading of pve.vmlist.1.' },
  { ...haBefore, id: 'pve.ha.2', step: 6, why: 'The second reading of pve.ha.1.' },
  { ...tasksBefore, id: 'pve.tasks.2', step: 6, why: 'The second reading of pve.tasks.1.' },
];
