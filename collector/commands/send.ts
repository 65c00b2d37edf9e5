/** `send`: looks, signs, sends, and says what came back. The short form when the server knows this state already. */
import type { Answer, Header } from '../../worker/wire/snapshot';
import { type Context, isAttended, runSeconds } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { takeSnapshot } from '../look/take-snapshot';
import { readBootClock } from '../machine/boot-clock';
import { safeLine, safeReport } from '../safe-text';
import type { Way } from '../server/client';
import { type Delivery, deliver } from '../server/deliver';
import { composeMessage, packLines } from '../server/message';
import { readAnswer } from '../server/problem-reply';
import { wayTo } from '../server/way';
import { readIdentity } from '../state/identity';
import { type Memory, readMemory, writeMemory } from '../state/memory';
import { intervalWait, isDue, isUnknownHere, refusedWait, startWait } from '../state/wait';
import { trimEndOf } from '../trim-end';
import { reportFailure } from './send-failure';
import { summarise } from './send-summary';

/** Seconds over which nodes that were started in the same second begin to speak, while there is time for it. */
const spread = { seconds: 10, timeLeft: 40 } as const;

/** Cheap, before anything is looked at: how a run of the timer ends that has nothing to do yet. Undefined: it is time. */
export function endEarly(context: Context): ExitCode | undefined {
  if (isAttended(context)) return undefined;
  const memory = readMemory(context.directory);
  if (isDue(memory, readBootClock(context.commandLine.root))) return undefined;
  return isUnknownHere(memory.refusal ?? '') ? exitCode.notEnrolled : exitCode.done;
}

export async function send(context: Context): Promise<ExitCode> {
  const { directory, commandLine, elapsedMs } = context;
  const identity = readIdentity(context);
  if (!identity.ok) return tellUnknown(context, identity.error);
  const { enrolment, key } = identity.value;
  const way = wayTo(context, enrolment.server, enrolment);
  if (!way.ok) {
    context.complain(safeLine(way.error));
    return exitCode.usage;
  }
  const report = chooseReport(context);
  const snapshot = await takeSnapshot(context);
  const message = composeMessage(snapshot);
  const before = readMemory(directory);
  if (!isAttended(context) && before.lastCheckInAt !== undefined && runSeconds.all - elapsedMs() / 1000 > spread.timeLeft)
    await context.sleep(context.random() * spread.seconds * 1000);

  const sender = { key, keyid: enrolment.answer.keyid, way: way.value };
  const pack = (form: 'short' | 'full') => (sequence: number) => {
    const { short, full } = message.lines({ sequence, report });
    return packLines(form === 'short' ? [short] : full);
  };
  const bring = (memory: Memory, form: 'short' | 'full') =>
    deliver(context, sender, memory, {
      path: '/v1/snapshots',
      contentType: 'application/vnd.sexton.snapshot+gzip',
      bodyFor: pack(form),
      readAnswer,
    });
  const isKnown = before.acknowledged === message.stateHash;
  let delivery = await bring(before, isKnown ? 'short' : 'full');
  const isWanted = isKnown && delivery.outcome.kind === 'accepted' && delivery.outcome.answer.want === 'state';
  if (isWanted) delivery = await bring(delivery.memory, 'full');
  // What is kept is the whole of what was seen, also when a hash was all that had to travel.
  if (delivery.outcome.kind !== 'accepted') delivery = { ...delivery, body: pack('full')(delivery.memory.sequence) };
  const code = conclude(context, way.value, delivery, (answer) => {
    const { memory, seconds } = remember(delivery.memory, answer, { stateHash: message.stateHash, wasKnown: isKnown && !isWanted }, context);
    writeMemory(directory, memory);
    directory.remove('spool/newest');
    if (commandLine.flags.has('json')) context.print(safeLine(JSON.stringify(answer)));
    else if (answer.report !== undefined && report !== 'none') context.print(trimEndOf(safeReport(answer.report, formOf(report)), /\n/));
    else if (!commandLine.flags.has('quiet') || !isAttended(context))
      context.print(safeLine(summarise(enrolment.nodeName, snapshot.state, answer, context.now() + seconds * 1000)));
  });
  const trouble = directory.trouble();
  if (trouble !== undefined)
    context.complain(
      safeLine(`${directory.path} takes nothing (${trouble}): what this run has to remember is kept in ${directory.spare}, if at all.`),
    );
  return code;
}

/** A node that nobody enrolled yet is none of the timer's concern; one whose key is damaged is, once a day. */
function tellUnknown(context: Context, says: string): ExitCode {
  const { directory, commandLine, complain } = context;
  const isDamaged = directory.read('enrolment.json') !== undefined;
  if (isDamaged || isAttended(context) || !commandLine.flags.has('quiet')) complain(safeLine(says));
  const reason = 'node_unknown';
  const wait = startWait(readBootClock(commandLine.root), refusedWait(reason));
  if (isDamaged) writeMemory(directory, { ...readMemory(directory), refusal: reason, lastFailure: says, ...wait });
  return exitCode.notEnrolled;
}

function conclude(context: Context, way: Way, delivery: Delivery<Answer>, take: (answer: Answer) => void): ExitCode {
  const { outcome } = delivery;
  if (outcome.kind !== 'accepted') return reportFailure(context, way, delivery, outcome);
  take(outcome.answer);
  const { critical, warning, info } = outcome.answer.open;
  return critical + warning + info > 0 ? exitCode.findingsOpen : exitCode.done;
}

/** A report is made only for somebody who reads it. */
function chooseReport({ commandLine: { flags }, terminal }: Context): Header['report'] {
  if (flags.has('quiet') || flags.has('json')) return 'none';
  const isAll = flags.has('all');
  if (!terminal.isStdout && !flags.has('report') && !isAll) return 'none';
  if (terminal.isStdout && terminal.hasColour) return isAll ? 'terminal-all' : 'terminal';
  return isAll ? 'ascii-all' : 'ascii';
}

const formOf = (report: Exclude<Header['report'], 'none'>): 'ascii' | 'terminal' => (report.startsWith('ascii') ? 'ascii' : 'terminal');

type Sent = { readonly stateHash: string; readonly wasKnown: boolean };

function remember(
  { lastFailure: _, missed: _missed, refusal: _refusal, wait: _wait, ...memory }: Memory,
  { report: _report, ...lastAnswer }: Answer,
  { stateHash, wasKnown }: Sent,
  { now, config, commandLine }: Context,
): { readonly memory: Memory; readonly seconds: number } {
  const seconds = intervalWait(config.intervalSeconds ?? lastAnswer.nextDue);
  const wait = startWait(readBootClock(commandLine.root), seconds);
  return { memory: { ...memory, acknowledged: stateHash, lastCheckInAt: now(), lastAnswer, wasKnown, ...wait }, seconds };
}
