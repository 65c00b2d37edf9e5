/**
 * Who holds or waits for LVM's locks for longer than work takes, and cookies of udev nobody took back; lines in order of the
 * alphabet, so that they change only when something does:
 * `V_san1vg 4711 W hold vgs`: process 4711 holds the lock of group san1vg for writing (`R`: reading). The name is that of a
 * command of LVM, or `?`. `V_san1vg 0 W wait ?`: somebody waits for it; how many, and who, changes with each new one.
 * `cookie 0x0d4d1a2b`: an LVM command or dmsetup waits for udev, or died waiting.
 * @see lvm2 lib/misc/lvm-flock.c, libdm `DM_COOKIE_MAGIC`
 */
import { lockSeconds } from './allowed';

const ticksPerSecond = 100;
const cookieMagic = 0x0d4d;
const most = 64;

export function redactLocks(text: string): string {
  const lines = text.split('\n');
  const names = new Map<string, string>();
  const processes = new Map<string, { readonly start: number; readonly name: string }>();
  let [up, boot] = [-1, -1];
  for (const line of lines) {
    const [, file, name = ''] = /^file ([0-9]{1,20}:[0-9]{1,20}) ([VP]_[A-Za-z0-9+_.-]{1,128}(?::aux)?)$/.exec(line) ?? [];
    if (file !== undefined) names.set(file, name);
    const [, seconds = ''] = /^up ([0-9]+)(?:\.[0-9]+)? /.exec(line) ?? [];
    if (isShort(seconds)) up = Number(seconds);
    const [, since = ''] = /^btime ([0-9]+)$/.exec(line) ?? [];
    if (isShort(since)) boot = Number(since);
    const process = readProcessLine(line);
    if (process !== undefined) processes.set(process.pid, process);
  }
  const isOld = (start: number) => up >= 0 && up - start / ticksPerSecond >= lockSeconds;
  const kept = new Set<string>();
  for (const line of lines) {
    const lock = readLock(line);
    const name = lock === undefined ? undefined : names.get(lock.file);
    const process = lock === undefined ? undefined : processes.get(lock.pid);
    if (lock !== undefined && name !== undefined && process !== undefined && isOld(process.start)) {
      // The lock beside it only orders those who wait.
      const isAside = name.endsWith(':aux');
      const group = isAside ? name.slice(0, -4) : name;
      if (lock.isWaiting) kept.add(`${group} 0 ${lock.mode} wait ?`);
      else if (!isAside) kept.add(`${group} ${lock.pid} ${lock.mode} hold ${process.name}`);
    }
    const cookie = readCookie(line);
    if (cookie !== undefined && boot >= 0 && up >= 0 && boot + up - cookie.used >= lockSeconds)
      kept.add(`cookie 0x${cookie.key.toString(16).padStart(8, '0')}`);
  }
  return [...kept]
    .sort()
    .slice(0, most)
    .map((line) => `${line}\n`)
    .join('');
}

const isShort = (digits: string) => digits !== '' && digits.length <= 12;

/** `4711 (vgs) D 1 …`: from the third field on, the twentieth is when it started. */
function readProcessLine(line: string): { readonly pid: string; readonly start: number; readonly name: string } | undefined {
  const [, pid = '', comm = '', rest = ''] = /^([0-9]{1,10}) \(([^()]{1,64})\) ([A-Za-z] [0-9 -]+)$/.exec(line) ?? [];
  const start = rest.split(' ')[19] ?? '';
  if (!/^[0-9]{1,16}$/.test(start)) return undefined;
  return { pid, start: Number(start), name: /^(?:lv|vg|pv)[a-z]{1,13}$|^lvm$|^dmeventd$/.test(comm) ? comm : '?' };
}

/** `1: FLOCK  ADVISORY  WRITE 4711 00:1a:1234 0 EOF`, with `->` before FLOCK when it waits. */
function readLock(line: string): { readonly file: string; readonly pid: string; readonly mode: string; readonly isWaiting: boolean } | undefined {
  const [, waits, word = '', pid = '', major = '', minor = '', inode = ''] =
    /^[0-9]+: *(-> *)?FLOCK +[A-Z]+ +(READ|WRITE) +([0-9]{1,10}) ([0-9a-f]{1,4}):([0-9a-f]{1,6}):([0-9]{1,20}) 0 EOF$/.exec(line) ?? [];
  if (pid === '') return undefined;
  const low = parseInt(minor, 16);
  // As stat(2) writes both numbers in one.
  const device = (low % 256) + parseInt(major, 16) * 256 + Math.floor(low / 256) * 1_048_576;
  return { file: `${device}:${inode}`, pid, mode: word === 'READ' ? 'R' : 'W', isWaiting: waits !== undefined };
}

/** `key semid perms nsems uid gid cuid cgid otime ctime`: a semaphore with libdm's mark in its key. */
function readCookie(line: string): { readonly key: number; readonly used: number } | undefined {
  const fields = line.replace(/^ +/, '').split(/ +/);
  const [key = '', , , , , , , , operated, changed] = fields;
  if (fields.length !== 10 || !fields.every((field) => /^[0-9]{1,12}$/.test(field)) || Math.floor(Number(key) / 65_536) !== cookieMagic)
    return undefined;
  return { key: Number(key), used: Math.max(Number(operated), Number(changed)) };
}
