/** Whatever a file, a command or a server holds, what reads it here takes time that grows with its length, not with its square. */
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../collector/arguments';
import { catalogue } from '../../../collector/captures/catalogue';
import { readVitals } from '../../../collector/look/vitals';
import { redactDmTable } from '../../../collector/redact/dm-table';
import { redactFailedTasks } from '../../../collector/redact/failed-tasks';
import { redactGuestConfig } from '../../../collector/redact/guest-config';
import { redactHaStatus } from '../../../collector/redact/ha-status';
import { redactLocks } from '../../../collector/redact/locks';
import { findMentions, readKnownNames } from '../../../collector/redact/mentions';
import { redactNextId } from '../../../collector/redact/next-id';
import { redactPoolMode } from '../../../collector/redact/pool-mode';
import { type RedactionContext, redactCapture } from '../../../collector/redact/redact';
import { redactStorageConfig } from '../../../collector/redact/storage-config';
import { redactTasks } from '../../../collector/redact/tasks';
import { safeJson, safeLine, safeReport } from '../../../collector/safe-text';
import { trimEndOf } from '../../../collector/trim-end';

const known = new Set(['vm-1', 'a', '0', '1']);
const task = 'UPID:pve1:00000010:000000FF:6B0A1F10:imgdel:131';
const guestStarts = [
  '',
  'args: x',
  'scsi0: san:vm-1-disk-0',
  'rootfs: a',
  'name: x',
  'lock:',
  '[',
  '[PENDING]\nmp0: ',
  '[special:fleecing]\nfleecing-images: ',
];

/** What each takes, behind which the hostile part comes. */
const readers: readonly (readonly [string, (text: string) => unknown, readonly string[]])[] = [
  ['a configuration of a VM', (text) => redactGuestConfig('qemu', text, known), guestStarts],
  ['a configuration of a container', (text) => redactGuestConfig('lxc', text, known), guestStarts],
  ['storage.cfg', redactStorageConfig, ['', 'lvm:', 'lvm: a', 'lvm: a\n\t', 'lvm: a\n\tvgname', 'lvm: a\n\tx y']],
  ['free text', (text) => findMentions(text, known), ['', '/dev/', 'vm-1']],
  ['names of volumes', (text) => readKnownNames(text, [text]), ['', '"lv_name":"[']],
  ['tables of mappings', redactDmTable, ['', 'a,,1,rw,0 8 linear ', 'a,,1,rw,0 8 crypt ', 'a,,1,rw,0 ']],
  ['the state of HA', redactHaStatus, ['', '{"service_status":{"vm:1']],
  ['datacenter.cfg', redactNextId, ['', 'next-id:', 'next-id: lower=1']],
  ['running tasks', (text) => redactTasks(text, () => 'cannot-tell'), ['', 'UPID:', task, `${task}@san:`]],
  [
    'failed tasks',
    (text) => redactFailedTasks(text, known, 0x6b0a1f10),
    ['', 'UPID:', `${task}:a: 6B0A1F10 can't activate LV '`, `${task}:a: 6B0A1F10 lvcreate 'a/b' error:`],
  ],
  ['thin pools', redactPoolMode, ['', 'a: 0 8 thin-pool ', 'a: 0 8 thin-pool 1 1/1 ']],
  ['locks', redactLocks, ['', 'file ', '1: ', '1: FLOCK ', '1 (', '1 (a) D ', 'up ', '1 1 ']],
  ['a line to print', safeLine, ['']],
  ['a report to print', (text) => trimEndOf(safeReport(text, 'terminal') + safeReport(text, 'ascii'), /\n/), ['']],
  ['JSON to print', safeJson, ['']],
  ['numbers of the node', (text) => readVitals(() => text), ['', '1', 'cpu 1', 'cpu 1 1 1 1', 'MemTotal:', '/dev/sda1 1']],
  ['a word of the command line', (text) => parseArguments(['collect', text]), ['--root=', '--']],
];
const units = [
  ...[' ', '\t', '\n', '\r', 'a', '0', ':', ',', ';', '.', '-', '_', '/', '[', ']', '] ', '%41', '%', '\\', '=', '"', '!', '#', '`'],
  ...['vm-1 ', 'vm-1.', '/dev/', 'a=', 'a ', '1 ', ' 1', '\n ', '\na:', '"lv_name":"', '\u001b[0;', '\u001b[0m'],
];
const ends = ['', 'x', '!\n'];
const count = 4000;
/** Far from what the square of the length would take, so that most need no second look. */
const harmlessMs = 35;

function quickestMs(run: () => unknown, runs: number): number {
  let quickest = Number.POSITIVE_INFINITY;
  for (let left = runs; left > 0; left--) {
    const start = performance.now();
    run();
    quickest = Math.min(quickest, performance.now() - start);
  }
  return quickest;
}

/** Four times the length takes four times as long, or sixteen times when it grows with the square. */
function isLinear(read: (text: string) => unknown, textOf: (count: number) => string): boolean {
  const [short, long] = [textOf(count), textOf(4 * count)];
  if (quickestMs(() => read(long), 1) < harmlessMs) return true;
  return quickestMs(() => read(long), 3) < 8 * quickestMs(() => read(short), 3) + 10;
}

describe('time grows with the length and not faster', () => {
  it.each(readers)('reading %s', { timeout: 60_000 }, (_what, read, starts) => {
    const slow: string[] = [];
    for (const start of starts)
      for (const unit of units)
        for (const end of ends) {
          if (!isLinear(read, (times) => start + unit.repeat(times) + end)) slow.push(JSON.stringify([start, unit, end]));
        }
    expect(slow).toEqual([]);
  });

  it('passing every entry of the catalogue through its filter', { timeout: 60_000 }, () => {
    const context: RedactionContext = { known, complained: known, startOf: () => 'cannot-tell', storageConfig: '' };
    const slow = catalogue.flatMap((entry) =>
      units
        .filter((unit) => {
          const read = (text: string) =>
            redactCapture(
              entry,
              { status: 'ok', ms: 1, out: Buffer.from(text, 'latin1'), err: Buffer.from(text.slice(0, 65_536), 'latin1') },
              context,
            );
          return !isLinear(read, (times) => `x${unit.repeat(times)}x`);
        })
        .map((unit) => JSON.stringify([entry.id, unit])),
    );
    expect(slow).toEqual([]);
  });
});
