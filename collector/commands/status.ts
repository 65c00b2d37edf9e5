/** `status`: what this node remembers. Asks nobody. */
import type { Answer } from '../../worker/wire/snapshot';
import { clockTime, clockTimeSeconds, timeAgo } from '../clock-time';
import type { Context } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { type Memory, readEnrolment, readMemory, readStuck } from '../memory';
import { safeLine } from '../safe-text';
import { describeStuck, sayStuck } from '../stuck';
import { sayOpen } from './send-summary';

export function showStatus(context: Context): ExitCode {
  const { directory, now, print } = context;
  const enrolment = readEnrolment(directory);
  const memory = readMemory(directory);
  const stuck = readStuck(directory).map(describeStuck);
  if (context.commandLine.flags.has('json')) {
    print(safeLine(JSON.stringify({ enrolment: enrolment ?? null, memory, stuck })));
    return enrolment === undefined ? exitCode.notEnrolled : exitCode.done;
  }
  if (enrolment === undefined) {
    context.complain(`This node is not enrolled. Run: ${context.program} enroll --server URL`);
    return exitCode.notEnrolled;
  }
  const { answer, nodeName, server } = enrolment;
  const rows: readonly (readonly [string, string])[] = [
    ['last check-in', sayLast(memory, now())],
    ['next', memory.nextDueAt === undefined ? 'as soon as it is asked to' : clockTime(memory.nextDueAt)],
    ['open here', memory.lastAnswer === undefined ? 'not known yet' : `${sayOpen(memory.lastAnswer.open)}      ${memory.lastAnswer.page}`],
    ['scripts', memory.lastAnswer === undefined ? 'not known yet' : sayScripts(memory.lastAnswer)],
    ['stuck commands', stuck.length === 0 ? 'none' : stuck.map(sayStuck).join('; ')],
  ];
  print(safeLine(`${nodeName} in ${answer.tenantName} / ${answer.clusterName} at ${server}`));
  for (const [name, text] of rows) print(safeLine(`  ${name.padEnd(16)}${text}`));
  return exitCode.done;
}

function sayLast({ lastCheckInAt, lastAnswer, lastFailure }: Memory, now: number): string {
  const arrived =
    lastCheckInAt === undefined || lastAnswer === undefined
      ? 'none yet'
      : `${clockTimeSeconds(lastCheckInAt)} (${timeAgo(lastCheckInAt, now)}): accepted`;
  return lastFailure === undefined ? arrived : `${arrived}; the newest one failed: ${lastFailure}`;
}

const sayScripts = ({ scripts }: Pick<Answer, 'scripts'>) => (scripts === 0 ? 'none' : `${scripts} waiting`);
