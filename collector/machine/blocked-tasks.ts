/** Tasks in uninterruptible sleep, and whether one of them moves at all. Reads only what the kernel answers without waiting. */
import { listProcesses, listThreads, type ProcessStat } from './process-table';
import { readOneFile } from './read-file';

export type BlockedTask = {
  readonly pid: number;
  readonly tid: number;
  /** Name of the process, not of the thread. */
  readonly comm: string;
  /** Function of the kernel it waits in; empty where the kernel does not say. */
  readonly wchan: string;
  /** Equal in two looks: it did not run in between. */
  readonly moment: string;
};

export function listBlockedTasks(root: string): readonly BlockedTask[] {
  const processes = listProcesses(root);
  if (typeof processes === 'string') return [];
  return processes.flatMap((process) =>
    (process.threads > 1 ? listThreads(root, process.pid) : [process])
      .filter(({ state }) => state === 'D')
      .map((thread) => ({
        pid: process.pid,
        tid: thread.pid,
        comm: process.comm,
        wchan: lineOf(root, process, thread, 'wchan'),
        // How long it ran, how long it waited for a processor, how often it got one. @see sched-stats.rst
        moment: `${thread.start} ${thread.ticks} ${lineOf(root, process, thread, 'schedstat')}`,
      })),
  );
}

function lineOf(root: string, { pid }: ProcessStat, thread: ProcessStat, name: 'wchan' | 'schedstat'): string {
  return readOneFile(root, `/proc/${pid}/task/${thread.pid}/${name}`, 256).out?.toString('latin1').trim() ?? '';
}
