/**
 * All processes, each by one line of text made from /proc/PID/stat:
 * `pid ppid state start ticks comm` (start: clock ticks since boot; ticks: user and system time used, in clock ticks).
 * Nothing else below /proc/PID is read: cmdline, environ and maps wait for the memory lock of a process that may hang.
 * @see proc_pid_stat(5)
 */
import { readdirSync } from 'node:fs';
import { errnoOf } from './errno';
import { readOneFile } from './read-file';
import type { FileAnswer } from './read-sources';

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
export function listProcesses(root: string): readonly Process[] | string {
  let names: readonly string[];
  try {
    names = readdirSync(`${root}/proc`);
  } catch (error) {
    return errnoOf(error);
  }
  const pids = names.filter((name) => /^[1-9]\d{0,9}$/.test(name)).map(Number);
  return pids.sort((a, b) => a - b).flatMap((pid) => readProcess(pid, root) ?? []);
}

export function readProcess(pid: number, root = ''): Process | undefined {
  const { out } = readOneFile(root, `/proc/${pid}/stat`, maxStatBytes);
  return out === undefined ? undefined : parseStat(pid, out.toString('latin1'));
}

export const formatProcess = ({ pid, ppid, state, start, ticks, comm }: Process) => `${pid} ${ppid} ${state} ${start} ${ticks} ${comm}\n`;

/** Lines of the table, whatever state the text is in. */
export function parseProcessTable(text: string): readonly Process[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, ppid, state = '', start, ticks, comm = ''] = /^(\d{1,10}) (\d{1,10}) ([A-Za-z]) (\d{1,16}) (\d{1,16}) (\S{1,64})$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), state, start: Number(start), ticks: Number(ticks), comm }];
  });
}

/** The second field is the command in parentheses and may hold anything, also spaces, newlines and parentheses. */
function parseStat(pid: number, stat: string): Process | undefined {
  const close = stat.lastIndexOf(')');
  const fields = stat
    .slice(close + 2)
    .trimEnd()
    .split(' ');
  const [state = '', ppid = ''] = fields;
  const [userTicks, systemTicks, start] = [fields[11], fields[12], fields[19]].map(Number);
  if (close < 0 || !/^[A-Za-z]$/.test(state) || !isCount(Number(ppid)) || !isCount(userTicks) || !isCount(systemTicks) || !isCount(start))
    return undefined;
  const comm = stat.slice(stat.indexOf('(') + 1, close).replace(/[^A-Za-z0-9_.:/@+-]/g, '_');
  return { pid, ppid: Number(ppid), state, start, ticks: userTicks + systemTicks, comm: comm.slice(0, maxCommLength) || '_' };
}

const isCount = (value: number | undefined): value is number => value !== undefined && Number.isSafeInteger(value) && value >= 0;
