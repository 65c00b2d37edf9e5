/** When an unattended run speaks next: what the server asked for, backing off while it cannot be reached, seldom when it refuses. */
import type { BootClock } from '../machine/boot-clock';
import { version } from '../version';
import type { Memory, Wait } from './memory';

const day = 86_400;
/** Between two tries when nobody answers: the first, and the most. */
const backOff = { first: 300, most: 1800 } as const;
/** Whatever a server or something in between asks for. */
const mostRetryAfter = 3600;
const mostInterval = day;
/** The timer comes every five minutes: a little early is on time, or every check-in would be one round late. */
const mostEarly = 150;

/** Ends with this boot, and when another version of the collector may be answered otherwise. */
export function startWait(clock: BootClock | undefined, seconds: number): { readonly wait?: Wait } {
  return clock === undefined ? {} : { wait: { bootId: clock.bootId, collector: version, from: clock.seconds, until: clock.seconds + seconds } };
}

/** Seconds; 0: now. What makes no sense keeps nobody waiting. */
export function secondsLeft({ wait }: Memory, clock: BootClock | undefined): number {
  if (!wait || clock === undefined || wait.bootId !== clock.bootId || wait.collector !== version) return 0;
  const { from, until } = wait;
  return from <= clock.seconds && until - from <= mostInterval + 1 ? Math.max(0, until - clock.seconds) : 0;
}

export function isDue(memory: Memory, clock: BootClock | undefined): boolean {
  const left = secondsLeft(memory, clock);
  return left === 0 || left <= Math.min(mostEarly, ((memory.wait?.until ?? 0) - (memory.wait?.from ?? 0)) / 4);
}

export const intervalWait = (seconds: number) => Math.min(seconds, mostInterval);

/** `missed`: check-ins in a row, this one included. `chance`: from 0 to 1, so that a fleet does not come back in one second. */
export function backOffWait(missed: number, retryAfterSeconds: number | undefined, chance: number): number {
  if (retryAfterSeconds !== undefined) return Math.min(retryAfterSeconds, mostRetryAfter) * (1 + chance / 4) + mostEarly;
  return Math.min(backOff.first * 2 ** Math.min(missed - 1, 10), backOff.most) * (1 - chance / 2);
}

/** Waiting mends nothing here: somebody has to act, and then may run `send`. */
export const refusedWait = (reason: string) => (reason === 'collector_outdated' || isUnknownHere(reason) ? day : mostRetryAfter);

/** Retired, revoked, or never there: the server has no key of this node. */
export const isUnknownHere = (reason: string) => reason === 'node_unknown' || reason === 'bad_signature';
