/** The device mapper, read before and after LVM: only what both readings agree on is judged. */
import { type CaptureEntry, mebibyte } from './entry';

const columns = 'name,uuid,major,minor,open,attr,suspended,readonly,tables_loaded,segments,devnos_used,names_using_dev';
// dmsetup ends with 1 and nothing said when a mapping goes while it lists: the next try sees the rest.
const common = { kind: 'state', attempts: 3, limitSeconds: 10, maxBytes: 8 * mebibyte } as const;

export const mappingsBefore: CaptureEntry = {
  ...common,
  id: 'dm.info.1',
  step: 3,
  source: { kind: 'command', argv: ['dmsetup', 'info', '-c', '--noheadings', '--separator', '|', '-o', columns] },
  redaction: 'dm-info',
};

/** Fails nothing, asks no path: the kernel's own word on which path it uses. Without --noflush others would write metadata. */
const status = (target: string) => ['dmsetup', 'status', '--noflush', '--target', target] as const;

export const multipath: CaptureEntry = {
  ...common,
  id: 'dm.multipath',
  kind: 'reading',
  step: 3,
  source: { kind: 'command', argv: status('multipath') },
  redaction: 'dm-status',
};

/** A mapping outlives its disk: whether the kernel still has what a table names. */
export const blockDevices: CaptureEntry = {
  id: 'host.devices',
  step: 5,
  kind: 'state',
  source: { kind: 'file', path: '/proc/diskstats' },
  redaction: 'device-numbers',
  limitSeconds: 10,
  maxBytes: 4 * mebibyte,
};

export const mappingsAfter: readonly CaptureEntry[] = [
  {
    ...common,
    id: 'dm.table',
    step: 5,
    source: { kind: 'command', argv: ['dmsetup', 'table', '--concise'] },
    redaction: 'dm-table',
  },
  { ...mappingsBefore, id: 'dm.info.2', step: 5 },
  // Apart from dm.thin-pool: of its counters only levels, so that it changes when something happens.
  { ...common, id: 'dm.thin-pool.mode', step: 5, source: { kind: 'command', argv: status('thin-pool') }, redaction: 'thin-pool-mode' },
];

export const mappingReadings: readonly CaptureEntry[] = [
  { ...multipath, id: 'dm.thin-pool', step: 5, source: { kind: 'command', argv: status('thin-pool') } },
  { ...multipath, id: 'dm.cookies', step: 5, source: { kind: 'command', argv: ['dmsetup', 'udevcookies'] }, redaction: 'dm-cookies' },
];
