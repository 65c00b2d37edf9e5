/** Field 22 of /proc/PID/stat: with it a process id is the name of one process and no other. */
import { readProcess } from './process-table';

/** Clock ticks since boot; undefined when there is no such process. */
export const startTimeOf = (pid: number, root = ''): number | undefined => readProcess(pid, root)?.start;
