/** One run at a time. The lock names its holder by pid and start time, so that a dead one's lock is no lock. */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { errnoOf } from '../errno';
import { startTimeOf } from '../machine/start-time';
import { makePrivate, unlessMissing } from './state-directory';

export type RunLock = { readonly release: () => void };

/** Undefined: somebody else runs. */
export function takeRunLock(directory: string): RunLock | undefined {
  const lock = `${directory}/run.lock`;
  // Looked at before anything is written: that may fail, or hang, where it can still be read that somebody runs.
  const runs = readLock(lock);
  if (runs !== undefined && isAlive(runs)) return undefined;
  makePrivate(directory);
  const mine = `${lock}.${process.pid}`;
  const content = `${process.pid} ${startTimeOf(process.pid) ?? 0}\n`;
  unlessMissing(() => unlinkSync(mine));
  try {
    writeFileSync(mine, content, { mode: 0o600, flag: 'wx' });
    // Linked with its content: nobody ever sees an empty lock.
    if (!tryLink(mine, lock)) {
      const holder = readLock(lock);
      if (holder !== undefined && isAlive(holder)) return undefined;
      if (holder !== undefined && !moveAway(lock, holder)) return undefined;
      if (!tryLink(mine, lock)) return undefined;
    }
  } finally {
    unlessMissing(() => unlinkSync(mine)); // also what a full disk left of it
  }
  return {
    release: () => {
      try {
        if (readLock(lock) === content) unlinkSync(lock);
      } catch {
        // The disk became read-only meanwhile: a lock whose holder is gone is none.
      }
    },
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readLock(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const [, pid, startTime] = /^(\d{1,10}) (\d{1,20})\n$/.exec(holder) ?? [];
  return pid !== undefined && startTimeOf(Number(pid)) === Number(startTime);
}

/** Takes the dead one's lock out of the way; what turns out to be a living one's goes back. */
function moveAway(lock: string, holder: string): boolean {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
  } catch {
    return true; // somebody was faster: the link decides
  }
  const isStale = readLock(aside) === holder;
  if (!isStale) tryLink(aside, lock);
  unlinkSync(aside);
  return isStale;
}
