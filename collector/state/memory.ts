/** What the collector remembers between runs. Unreadable or of another version: as if there were none. */
import type { EnrolmentAnswer } from '../../worker/wire/enrolment';
import type { Answer } from '../../worker/wire/snapshot';
import type { Counters } from '../look/counters';
import { bootIdHere, keepLiving, type Stuck } from '../machine/stuck';
import { readEnrolmentAnswer } from '../server/enrolment-answer';
import { readAnswer } from '../server/problem-reply';
import type { KeptWay } from '../server/way';
import type { StateDirectory, StateFile } from './state-directory';

export type Enrolment = KeptWay & {
  readonly version: 1;
  readonly server: string;
  readonly nodeName: string;
  /** Of the machine the key was made on. */
  readonly machineId?: string;
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
  readonly lastCheckInAt?: number;
  readonly lastAnswer?: Omit<Answer, 'report'>;
  /** It said nothing the server did not know. */
  readonly wasKnown?: boolean;
  /** Until then no unattended run speaks. */
  readonly wait?: Wait;
  /** Why the last check-in did not arrive; absent, as the next two, when it did. */
  readonly lastFailure?: string;
  /** Check-ins in a row that did not arrive. */
  readonly missed?: number;
  /** The server's reason, when it refused. */
  readonly refusal?: string;
};

/** In seconds since boot. */
export type Wait = { readonly bootId: string; readonly collector: string; readonly from: number; readonly until: number };

export const emptyMemory: Memory = { version: 1, sequence: 0 };

export function readEnrolment(directory: StateDirectory): Enrolment | undefined {
  const enrolment = readVersion1<Enrolment>(directory, 'enrolment.json');
  const isWhole = enrolment !== undefined && typeof enrolment.server === 'string' && readEnrolmentAnswer({ ...enrolment.answer }) !== undefined;
  return isWhole ? enrolment : undefined;
}

export function writeEnrolment(directory: StateDirectory, enrolment: Enrolment): void {
  directory.write('enrolment.json', `${JSON.stringify(enrolment)}\n`);
}

export function readMemory(directory: StateDirectory): Memory {
  const memory = readVersion1<Memory>(directory, 'state.json');
  if (memory === undefined || !Number.isSafeInteger(memory.sequence) || memory.sequence < 0) return emptyMemory;
  const { lastAnswer, ...others } = memory;
  const answer = lastAnswer ? readAnswer({ ...lastAnswer }) : undefined;
  return { ...others, ...(answer === undefined ? {} : { lastAnswer: answer }) };
}

export function writeMemory(directory: StateDirectory, memory: Memory): void {
  directory.write('state.json', `${JSON.stringify(memory)}\n`);
}

/** Of the look before, for what is told per second. */
export function readCountersBefore(directory: StateDirectory): Counters | undefined {
  const counters = unlessForbidden(() => readVersion1<Counters>(directory, 'counters.json'));
  if (counters === undefined || !Array.isArray(counters.processes) || typeof counters.network !== 'object' || counters.network === null)
    return undefined;
  return [...counters.processes, ...Object.values(counters.network)].every(Array.isArray) ? counters : undefined;
}

export function writeCounters(directory: StateDirectory, counters: Counters): void {
  unlessForbidden(() => directory.write('counters.json', `${JSON.stringify(counters)}\n`));
}

type StuckFile = { readonly version: 1; readonly bootId: string; readonly commands: readonly Stuck[] };

/** Commands an earlier run left behind and that are still the same processes of the same boot. */
export function readStuck(directory: StateDirectory): readonly Stuck[] {
  const file = unlessForbidden(() => readVersion1<StuckFile>(directory, 'stuck.json'));
  if (file === undefined || file.bootId !== bootIdHere() || !Array.isArray(file.commands)) return [];
  return keepLiving(file.commands.filter(isStuck));
}

/**
 * Adds to what is remembered, so that two runs at once forget nothing; whoever is gone is dropped. Looking works without
 * being allowed to remember: then it lasts as long as the run.
 */
export function rememberStuck(directory: StateDirectory, more: readonly Stuck[]): void {
  const names = (one: Stuck) => `${one.pid} ${one.startTime}`;
  const commands = [...new Map([...readStuck(directory), ...keepLiving(more)].map((one) => [names(one), one])).values()];
  unlessForbidden(() => {
    if (commands.length > 0) directory.write('stuck.json', `${JSON.stringify({ version: 1, bootId: bootIdHere(), commands })}\n`);
    else directory.remove('stuck.json');
  });
}

function unlessForbidden<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined; // whoever needs the directory for more than this says what is wrong with it
  }
}

function isStuck(one: Partial<Stuck> | null): one is Stuck {
  return (
    one !== null && typeof one === 'object' && typeof one.command === 'string' && [one.pid, one.startTime, one.since].every(Number.isSafeInteger)
  );
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
