/**
 * `lvm.locks`: what has been held, awaited or left for longer than work takes. `V_san1vg 4711 W hold vgs`,
 * `V_san1vg 0 W wait ?`, `cookie 0x0d4d1a2b`.
 * @see collector/redact/locks.ts
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { LvmLock } from '../facts';
import { type Captures, outputOf } from './captured';

const id = 'lvm.locks';

type Table = { readonly locks: readonly LvmLock[]; readonly cookies: number };

function parseTable(captures: Captures): Evidence<Table> {
  return whenKnown(outputOf(captures, id), (text) => {
    const locks: LvmLock[] = [];
    let cookies = 0;
    for (const [index, line] of text.split('\n').entries()) {
      const [, lock, pid, , how, command] = /^([VP]_[A-Za-z0-9+_.-]{1,128}) ([0-9]{1,10}) ([RW]) (hold|wait) (\S{1,16})$/.exec(line) ?? [];
      if (lock !== undefined && pid !== undefined)
        locks.push({ lock, pid: Number(pid), isWaiting: how === 'wait', command: command === '?' ? '' : (command ?? ''), line: index + 1 });
      else if (/^cookie 0x[0-9a-f]{1,8}$/.test(line)) cookies += 1;
      else if (line !== '') return unknown({ reason: 'unparseable', capture: id, line: index + 1 });
    }
    return known({ locks: locks.slice(0, 64), cookies });
  });
}

export const parseLvmLocks = (captures: Captures): Evidence<readonly LvmLock[]> => whenKnown(parseTable(captures), ({ locks }) => known(locks));

/** Udev cookies nobody took back. */
export const parseCookies = (captures: Captures): Evidence<number> => whenKnown(parseTable(captures), ({ cookies }) => known(cookies));
