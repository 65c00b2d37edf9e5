/** Commands that could not be ended: who they are, whether they still hang, and how that is said. */
import type { StuckCommand } from '../../worker/wire/snapshot';
import { clockTime } from '../clock-time';
import { isStillThere, type LeftBehind } from './process-group';
import { readProcess } from './process-table';
import { readOneFile } from './read-file';

/** While such a process lives, no second one of its command is started. */
export type Stuck = LeftBehind & {
  /** What people call it: `lvm fullreport`. */
  readonly command: string;
  /** Unix milliseconds of its start. */
  readonly since: number;
};

export const bootIdHere = (): string => readOneFile('', '/proc/sys/kernel/random/boot_id', 64).out?.toString('latin1').trim() ?? '';

export const keepLiving = (stuck: readonly Stuck[]): readonly Stuck[] => stuck.filter(isStillThere);

/** As it stands right now. `wchan` is the function of the kernel it waits in, as far as the kernel says. */
export function describeStuck({ command, pid, since }: Stuck): StuckCommand {
  const wchan = readOneFile('', `/proc/${pid}/wchan`, 64).out?.toString('latin1').trim() ?? '';
  return {
    command: command.slice(0, 200),
    pid,
    state: readProcess(pid)?.state ?? '?',
    wchan: /^[A-Za-z_][A-Za-z0-9_.]*$/.test(wchan) ? wchan : '',
    since,
  };
}

/** `lvm fullreport (pid 4711, D, wchan folio_wait_bit, since 08:41)`. */
export function sayStuck({ command, pid, state, wchan, since }: StuckCommand): string {
  return `${command} (pid ${pid}, ${state}${wchan === '' ? '' : `, wchan ${wchan}`}, since ${clockTime(since)})`;
}
