/**
 * All processes, each by one line of text made from /proc/PID/stat:
 * `pid ppid state start ticks comm` (start: clock ticks since boot; ticks: user and system time used, in clock ticks).
 * cmdline, environ and maps are never read: they wait for the memory lock of a process that may hang.
 * @see proc_pid_stat(5)
 */
import { readdirSync } from 'node:fs';
import { errnoOf } from '../errno';
import { readOneFile } from './read-file';
import type { FileAnswer } from './read-sources';

/** One line of the table. */
export type Process = {
  readonly pid: number;
  readonly ppid: number;
  /** One letter: R S D Z T t X I … */
  readonly state: string;
  /** With the pid it names one process of this boot and no other. */
  readonly start: number;
  /** User and system time it has used. */
  readonly ticks: number;
  /** What it calls itself, without anything that could break a line or a terminal. */
  readonly comm: string;
};

export type ProcessStat = Process & {
  /** Process group. */
  readonly group: number;
  readonly threads: number;
};

const maxStatBytes = 2048;
const maxCommLength = 64;

/** The table as a source of the catalogue: at most `maxBytes` of whole lines, by pid. */
export function readProcessTable(root: string, maxBytes: number): FileAnswer {
  const processes = listProcesses(root);
  if (typeof processes === 'string') return { status: processes === 'ENOENT' ? 'absent' : 'unreadable', reason: processes };
  if (processes.length === 0) return { status: 'absent', reason: 'no processes in /proc' };
  const text = Buffer.from(processes.map(formatProcess).join(''), 'latin1');
  if (text.length <= maxBytes) return { status: 'ok', out: text };
  const out = text.slice(0, text.lastIndexOf(10, maxBytes - 1) + 1);
  return { status: 'ok', out, truncated: out.length };
}

/** By pid; the name of an error when there is no list. A process that ends meanwhile is not in it. */
export function listProcesses(root: string): readonly ProcessStat[] | string {
  const pids = listNumbers(`${root}/proc`);
  return typeof pids === 'string' ? pids : pids.flatMap((pid) => readStat(root, `/proc/${pid}`, pid) ?? []);
}

/** The threads of a process, each like a process of its own; empty when it is gone. */
export function listThreads(root: string, pid: number): readonly ProcessStat[] {
  const threads = listNumbers(`${root}/proc/${pid}/task`);
  return typeof threads === 'string' ? [] : threads.flatMap((id) => readStat(root, `/proc/${pid}/task/${id}`, id) ?? []);
}

export const readProcess = (pid: number, root = ''): ProcessStat | undefined => readStat(root, `/proc/${pid}`, pid);

export const formatProcess = ({ pid, ppid, state, start, ticks, comm }: Process) => `${pid} ${ppid} ${state} ${start} ${ticks} ${comm}\n`;

/** Lines of the table, whatever state the text is in. */
export function parseProcessTable(text: string): readonly Process[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, ppid, state = '', start, ticks, comm = ''] = /^(\d{1,10}) (\d{1,10}) ([A-Za-z]) (\d{1,16}) (\d{1,16}) (\S{1,64})$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), state, start: Number(start), ticks: Number(ticks), comm }];
  });
}

function listNumbers(directory: string): readonly number[] | string {
  try {
    const names = readdirSync(directory).filter((name) => /^[1-9]\d{0,9}$/.test(name));
    return names.map(Number).sort((a, b) => a - b);
  } catch (error) {
    return errnoOf(error);
  }
}

/** The second field is the command in parentheses and may hold anything, also spaces, newlines and parentheses. */
function readStat(root: string, directory: string, pid: number): ProcessStat | undefined {
  const stat = readOneFile(root, `${directory}/stat`, maxStatBytes).out?.toString('latin1') ?? '';
  const close = stat.lastIndexOf(')');
  const [state = '', ...fields] = stat
    .slice(close + 2)
    .trimEnd()
    .split(' ');
  // From the fourth field on; counted from one, as in the manual.
  const field = (position: number) => Number(fields[position - 4]);
  const [ppid, group, threads, start, ticks] = [field(4), field(5), field(20), field(22), field(14) + field(15)];
  if (close < 0 || !/^[A-Za-z]$/.test(state) || ![ppid, group, threads, start, ticks].every((value) => Number.isSafeInteger(value) && value >= 0))
    return undefined;
  const comm = stat.slice(stat.indexOf('(') + 1, close).replace(/[^A-Za-z0-9_.:/@+-]/g, '_');
  return { pid, ppid, group, state, threads, start, ticks, comm: comm.slice(0, maxCommLength) || '_' };
}
