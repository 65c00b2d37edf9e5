/** The processes of one command: its group, ended as a whole, and what of it does not end. */
import { errnoOf } from '../errno';
import { listProcesses, listThreads, type ProcessStat, readProcess } from './process-table';

/** A process that SIGKILL did not end, by the two numbers that name it. */
export type LeftBehind = { readonly pid: number; readonly startTime: number };

export function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // The group is gone already.
  }
}

export function isGroupEmpty(group: number): boolean {
  try {
    process.kill(-group, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}

export function livingMembers(group: number): readonly LeftBehind[] {
  const processes = listProcesses('');
  if (typeof processes === 'string') return [];
  return processes.filter((one) => one.group === group && isLiving(one)).map(({ pid, start }) => ({ pid, startTime: start }));
}

/** The same process as then, and not only its entry in the table. */
export function isStillThere({ pid, startTime }: LeftBehind): boolean {
  const found = readProcess(pid);
  return found !== undefined && found.start === startTime && isLiving(found);
}

/** A zombie hangs nowhere, it waits for its parent; but a first thread that has ended may have another one behind it. */
function isLiving({ pid, state }: ProcessStat): boolean {
  const isDead = (one: { readonly state: string }) => one.state === 'Z' || one.state === 'X';
  return !isDead({ state }) || listThreads('', pid).some((thread) => !isDead(thread));
}
