/**
 * What tells why LVM's commands wait, as one text, of which the filter (redact/locks.ts) lets little through:
 * `file DEVICE:INODE NAME` for each lock file of LVM; `up SECONDS` and `btime SECONDS`; the lines of /proc/locks; the line of
 * /proc/PID/stat of each process that holds or waits for a lock on a whole file; the lines of /proc/sysvipc/sem.
 * Lock files are neither opened nor locked.
 * @see proc_locks(5), proc_sysvipc(5)
 */
import { readdirSync, statSync } from 'node:fs';
import { readOneFile } from './read-file';
import type { FileAnswer } from './read-sources';

const directory = '/run/lock/lvm';
const maxFiles = 1024;
const maxProcesses = 512;

export function readLockTable(root: string, maxBytes: number): FileAnswer {
  const locks = readOneFile(root, '/proc/locks', maxBytes);
  if (locks.out === undefined || locks.truncated !== undefined)
    return locks.status === 'ok'
      ? { status: 'unreadable', reason: 'too long' }
      : { status: locks.status, ...(locks.reason === undefined ? {} : { reason: locks.reason }) };
  const lines = linesOf(locks.out);
  const text = [
    ...listLockFiles(root),
    ...linesOf(readOneFile(root, '/proc/uptime', 128).out).map((line) => `up ${line}`),
    ...linesOf(readOneFile(root, '/proc/stat', 1024 * 1024).out).filter((line) => line.startsWith('btime ')),
    ...lines,
    ...holders(lines).flatMap((pid) => linesOf(readOneFile(root, `/proc/${pid}/stat`, 2048).out)),
    ...linesOf(readOneFile(root, '/proc/sysvipc/sem', maxBytes).out),
  ];
  return { status: 'ok', out: Buffer.from(text.map((line) => `${line}\n`).join(''), 'latin1') };
}

const linesOf = (out: Buffer | undefined) => (out?.toString('latin1') ?? '').split('\n').filter((line) => line !== '');

function listLockFiles(root: string): readonly string[] {
  try {
    return readdirSync(root + directory)
      .filter((name) => /^[VP]_/.test(name))
      .slice(0, maxFiles)
      .flatMap((name) => {
        const { dev, ino } = statSync(`${root}${directory}/${name}`);
        return [`file ${dev}:${ino} ${name}`];
      });
  } catch {
    return []; // no LVM command has run since boot, or one of them has just ended
  }
}

function holders(lines: readonly string[]): readonly string[] {
  const pids = lines.filter((line) => line.includes(' FLOCK ')).map((line) => line.trimEnd().split(/ +/).reverse()[3] ?? '');
  return [...new Set(pids.filter((pid) => /^[1-9]\d{0,9}$/.test(pid)))].slice(0, maxProcesses);
}
