/** The clock nobody sets: seconds since this boot, and which boot it is. Waiting by it, a clock that jumps neither silences nor floods. */
import { readFileSync } from 'node:fs';

export type BootClock = { readonly bootId: string; readonly seconds: number };

/** Undefined: it cannot be read. */
export function readBootClock(root: string): BootClock | undefined {
  try {
    const seconds = Number.parseFloat(readFileSync(`${root}/proc/uptime`, 'latin1'));
    const bootId = readFileSync(`${root}/proc/sys/kernel/random/boot_id`, 'latin1').trim();
    return Number.isFinite(seconds) ? { bootId, seconds } : undefined;
  } catch {
    return undefined;
  }
}
