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

export const mappingsAfter: readonly CaptureEntry[] = [
  {
    ...common,
    id: 'dm.table',
    step: 5,
    source: { kind: 'command', argv: ['dmsetup', 'table', '--concise'] },
    redaction: 'dm-table',
  },
  { ...mappingsBefore, id: 'dm.info.2', step: 5 },
];
