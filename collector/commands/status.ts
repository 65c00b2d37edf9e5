/** `status`: what this node remembers. Asks nobody but the timer. */
import { spawnSync } from 'node:child_process';
import type { Answer } from '../../worker/wire/snapshot';
import { calendarDay, clockTime, clockTimeSeconds, timeAgo } from '../clock-time';
import type { Context } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { readBootClock } from '../machine/boot-clock';
import { describeStuck, sayStuck } from '../machine/stuck';
import { safeLine } from '../safe-text';
import { hostPort, parseProxy } from '../server/proxy';
import { readIdentity } from '../state/identity';
import { type Memory, readMemory, readStuck } from '../state/memory';
import { secondsLeft } from '../state/wait';
import { sayOpen } from './send-summary';

export function showStatus(context: Context): ExitCode {
  const { directory, now, print } = context;
  const identity = readIdentity(context);
  const memory = readMemory(directory);
  const stuck = readStuck(directory).map(describeStuck);
  if (context.commandLine.flags.has('json')) {
    // The proxy may carry a password.
    const enrolment = identity.ok ? { ...identity.value.enrolment, proxy: undefined, ca: undefined } : null;
    print(safeLine(JSON.stringify({ enrolment, memory, stuck })));
    return identity.ok ? exitCode.done : exitCode.notEnrolled;
  }
  if (!identity.ok) {
    context.complain(safeLine(identity.error));
    return exitCode.notEnrolled;
  }
  const { answer, nodeName, server, proxy } = identity.value.enrolment;
  const through = proxy === undefined ? undefined : parseProxy(proxy);
  const rows: readonly (readonly [string, string])[] = [
    ['last check-in', sayLast(memory, now())],
    ['next', sayNext(context, memory)],
    [
      'open here',
      memory.lastAnswer === undefined ? 'not known yet' : `${sayOpen(memory.lastAnswer.open).replace(/ open$/, '')}      ${memory.lastAnswer.page}`,
    ],
    ['scripts', memory.lastAnswer === undefined ? 'not known yet' : sayScripts(memory.lastAnswer)],
    ['stuck commands', stuck.length === 0 ? 'none' : stuck.map(sayStuck).join('; ')],
  ];
  print(safeLine(`${nodeName} in ${answer.tenantName} / ${answer.clusterName} at ${server}`));
  for (const [name, text] of rows) print(safeLine(`  ${name.padEnd(16)}${text}`));
  if (through?.ok) print(safeLine(`  ${'proxy'.padEnd(16)}${hostPort(through.value)}, as it was at the enrolment`));
  return exitCode.done;
}

function sayLast({ lastCheckInAt, lastAnswer, wasKnown, lastFailure, missed, refusal }: Memory, now: number): string {
  const arrived =
    lastCheckInAt === undefined || lastAnswer === undefined
      ? 'none yet'
      : `${clockTimeSeconds(lastCheckInAt)} (${timeAgo(lastCheckInAt, now)}): accepted${wasKnown === true ? ', nothing new' : ''}`;
  if (lastFailure === undefined) return arrived;
  if (refusal !== undefined) return `${arrived}; the newest one was refused: ${lastFailure}`;
  return `${arrived}; ${missed === 1 || missed === undefined ? 'the newest one' : `the newest ${missed}`} failed: ${lastFailure}`;
}

function sayNext(context: Context, memory: Memory): string {
  const seconds = secondsLeft(memory, readBootClock(context.commandLine.root));
  const at = context.now() + seconds * 1000;
  const isRegular = memory.missed === undefined && memory.refusal === undefined;
  const day = seconds < 43_200 ? '' : `${calendarDay(at, context.now())} `;
  const next = seconds === 0 ? 'due now' : `${day}${clockTime(at)}${isRegular ? ' ± 1 min' : ''}`;
  const timer = spawnSync('systemctl', ['is-active', 'sexton-collector.timer'], { timeout: 2000, encoding: 'utf8' }).stdout?.trim() || 'not there';
  return `${next} (sexton-collector.timer, ${timer})${isRegular ? '' : `, or at once: ${context.program} send`}`;
}

const sayScripts = ({ scripts }: Pick<Answer, 'scripts'>) => (scripts === 0 ? 'none' : `${scripts} waiting`);
