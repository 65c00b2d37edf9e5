/** What the collector remembers between runs. Unreadable or of another version: as if there were none. */
import type { EnrolmentAnswer } from '../worker/wire/enrolment';
import type { Answer } from '../worker/wire/snapshot';
import { startTimeOf } from './start-time';
import type { StateDirectory, StateFile } from './state-directory';
import type { Stuck } from './take-captures';

export type Enrolment = {
  readonly version: 1;
  readonly server: string;
  readonly nodeName: string;
  readonly enrolledAt: number;
  readonly answer: EnrolmentAnswer;
};

export type Memory = {
  readonly version: 1;
  /** The last one given to a request, whether it arrived or not. */
  readonly sequence: number;
  /** Hash of the state the server acknowledged. */
  readonly acknowledged?: string;
  /** Unix milliseconds. */
  readonly nextDueAt?: number;
  readonly lastCheckInAt?: number;
  readonly lastAnswer?: Omit<Answer, 'report'>;
  /** Why the last check-in did not arrive; absent when it did. */
  readonly lastFailure?: string;
};

export const emptyMemory: Memory = { version: 1, sequence: 0 };

export function readEnrolment(directory: StateDirectory): Enrolment | undefined {
  return readVersion1<Enrolment>(directory, 'enrolment.json');
}

export function writeEnrolment(directory: StateDirectory, enrolment: Enrolment): void {
  directory.write('enrolment.json', `${JSON.stringify(enrolment)}\n`);
}

export function readMemory(directory: StateDirectory): Memory {
  const memory = readVersion1<Memory>(directory, 'state.json');
  return memory !== undefined && Number.isSafeInteger(memory.sequence) && memory.sequence >= 0 ? memory : emptyMemory;
}

export function writeMemory(directory: StateDirectory, memory: Memory): void {
  directory.write('state.json', `${JSON.stringify(memory)}\n`);
}

type StuckFile = { readonly version: 1; readonly commands: readonly (Stuck & { readonly startTime: number })[] };

/** Commands an earlier run left behind and that are still the same processes. */
export function readStuck(directory: StateDirectory): readonly Stuck[] {
  const commands = readVersion1<StuckFile>(directory, 'stuck.json')?.commands;
  return (Array.isArray(commands) ? commands : [])
    .filter(({ pid, startTime }) => startTimeOf(pid) === startTime)
    .map(({ command, pid }) => ({ command, pid }));
}

export function writeStuck(directory: StateDirectory, stuck: readonly Stuck[]): void {
  const commands = stuck.flatMap((one) => {
    const startTime = startTimeOf(one.pid);
    return startTime === undefined ? [] : [{ ...one, startTime }];
  });
  if (commands.length > 0) directory.write('stuck.json', `${JSON.stringify({ version: 1, commands })}\n`);
  else directory.remove('stuck.json');
}

function readVersion1<T extends { readonly version: 1 }>(directory: StateDirectory, name: StateFile): T | undefined {
  const text = directory.read(name);
  if (text === undefined) return undefined;
  try {
    const value: T | null = JSON.parse(text);
    return value !== null && typeof value === 'object' && value.version === 1 ? value : undefined;
  } catch {
    return undefined;
  }
}
