/** What is remembered and said of a check-in that was not taken. One line each: the timer's go into the journal. */
import type { Answer } from '../../worker/wire/snapshot';
import { clockTime } from '../clock-time';
import { type Context, isAttended } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { readBootClock } from '../machine/boot-clock';
import { safeLine } from '../safe-text';
import type { Way } from '../server/client';
import type { Delivery } from '../server/deliver';
import type { Refusal, Unreachable } from '../server/problem-reply';
import { type Memory, writeMemory } from '../state/memory';
import { backOffWait, isUnknownHere, refusedWait, startWait } from '../state/wait';
import { version } from '../version';

export function reportFailure(context: Context, way: Way, { memory, body }: Delivery<Answer>, failure: Refusal | Unreachable): ExitCode {
  return failure.kind === 'refused' ? reportRefusal(context, way, memory, failure) : reportUnreachable(context, memory, body, failure);
}

function reportUnreachable(context: Context, { refusal: _gone, ...before }: Memory, body: Buffer, failure: Unreachable): ExitCode {
  const { directory, commandLine, config, now, random } = context;
  const { says, hint, retryAfterSeconds } = failure;
  const clock = readBootClock(commandLine.root);
  // After a boot it counts anew: whatever was wrong may be mended.
  const missed = (before.wait?.bootId === clock?.bootId ? (before.missed ?? 0) : 0) + 1;
  const seconds = backOffWait(missed, retryAfterSeconds, random());
  writeMemory(directory, { ...before, lastFailure: says, missed, ...startWait(clock, seconds) });
  directory.write('spool/newest', body);
  const settings = {
    proxy: ` If this node goes out through a proxy: "proxy": "http://HOST:PORT" in ${config.path}.`,
    ca: ` If that is your own inspection: "ca_file": "FILE" in ${config.path}.`,
  };
  const next = `Nothing is lost: the next check-in looks anew, at ${clockTime(now() + seconds * 1000)} or when send is run.`;
  const kept = directory.trouble() === undefined ? ` This one is kept in ${directory.fileOf('spool/newest')}.` : '';
  context.complain(safeLine(`${says}${hint === undefined ? '' : settings[hint]} ${next}${kept}`));
  return exitCode.unreachable;
}

/** Said once; the timer asks again seldom, and says it only when it is told something else. */
function reportRefusal(context: Context, { server }: Way, before: Memory, { reason, says }: Refusal): ExitCode {
  const { directory, commandLine, program } = context;
  const isUnknown = isUnknownHere(reason);
  const wait = startWait(readBootClock(commandLine.root), refusedWait(reason));
  writeMemory(directory, { ...before, lastFailure: says, refusal: reason, ...wait });
  const line = isUnknown
    ? `${server} does not know this node any more. To enrol it again: ${program} enroll --new-key. The timer asks again once a day.`
    : `${says}${reason === 'collector_outdated' ? ` This one is sexton-collector ${version}.` : ''}`;
  if (isAttended(context) || before.refusal !== reason) context.complain(safeLine(line));
  return isUnknown ? exitCode.notEnrolled : exitCode.refused;
}
