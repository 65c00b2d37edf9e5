/** Field 22 of /proc/PID/stat: with it a process id is the name of one process and no other. */
import { readFileSync } from 'node:fs';

/** Clock ticks since boot; undefined when there is no such process. */
export function startTimeOf(pid: number, root = ''): number | undefined {
  try {
    const stat = readFileSync(`${root}/proc/${pid}/stat`, 'latin1');
    // The second field is the command in parentheses and may hold anything, also spaces and parentheses.
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isSafeInteger(ticks) ? ticks : undefined;
  } catch {
    return undefined;
  }
}
