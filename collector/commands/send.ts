/** `send`: looks, signs, sends, and says what came back. The short form when the server knows this state already. */
import type { Answer, Header } from '../../worker/wire/snapshot';
import type { Context } from '../context';
import { type Delivery, deliver, type Sender } from '../deliver';
import { type ExitCode, exitCode } from '../exit-codes';
import { type Memory, readEnrolment, readMemory, writeMemory } from '../memory';
import { composeMessage, packLines } from '../message';
import { safeLine, safeReport } from '../safe-text';
import { parseServerAddress } from '../server-address';
import { readKey } from '../signing';
import { takeSnapshot } from '../take-snapshot';
import { trimEndOf } from '../trim-end';
import { summarise } from './send-summary';

export async function send(context: Context): Promise<ExitCode> {
  const { directory, commandLine, config } = context;
  const enrolment = readEnrolment(directory);
  const key = readKey(directory.read('key') ?? '');
  if (enrolment === undefined || key === undefined) {
    context.complain(`This node is not enrolled. Run: ${context.program} enroll --server URL`);
    return exitCode.notEnrolled;
  }
  const server = parseServerAddress(enrolment.server, config.isHttpAllowed);
  if (!server.ok) {
    context.complain(safeLine(server.error));
    return exitCode.usage;
  }
  const sender: Sender = { key, keyid: enrolment.answer.keyid, server: server.value };
  const report = chooseReport(context);
  const snapshot = await takeSnapshot(context);
  const message = composeMessage(snapshot);
  const before = readMemory(directory);
  const pack = (form: 'short' | 'full') => (sequence: number) => {
    const { short, full } = message.lines({ sequence, report });
    return packLines(form === 'short' ? [short] : full);
  };

  const isKnown = before.acknowledged === message.stateHash;
  let delivery = await deliver(context, sender, before, pack(isKnown ? 'short' : 'full'));
  if (isKnown && delivery.outcome.kind === 'accepted' && delivery.outcome.answer.want === 'state') {
    delivery = await deliver(context, sender, delivery.memory, pack('full'));
  }
  if (delivery.outcome.kind !== 'accepted') return reportFailure(context, delivery, delivery.outcome);

  const { answer } = delivery.outcome;
  const memory = remember(delivery.memory, answer, message.stateHash, context);
  writeMemory(directory, memory);
  directory.remove('spool/newest');
  if (commandLine.flags.has('json')) context.print(safeLine(JSON.stringify(answer)));
  else if (answer.report !== undefined && report !== 'none') context.print(trimEndOf(safeReport(answer.report, report), /\n/));
  else if (!commandLine.flags.has('quiet'))
    context.print(safeLine(summarise(enrolment.nodeName, snapshot.state, answer, memory.nextDueAt ?? context.now())));
  const { critical, warning, info } = answer.open;
  return critical + warning + info > 0 ? exitCode.findingsOpen : exitCode.done;
}

/** A report is made only for somebody who reads it. */
function chooseReport({ commandLine: { flags }, terminal }: Context): Header['report'] {
  if (flags.has('quiet') || flags.has('json')) return 'none';
  if (terminal.isStdout) return terminal.hasColour ? 'terminal' : 'ascii';
  return flags.has('report') ? 'ascii' : 'none';
}

function remember(
  { lastFailure: _gone, ...memory }: Memory,
  { report: _report, ...answer }: Answer,
  stateHash: string,
  { now, config }: Context,
): Memory {
  const at = now();
  return {
    ...memory,
    acknowledged: stateHash,
    lastCheckInAt: at,
    lastAnswer: answer,
    nextDueAt: at + Math.min(config.intervalSeconds ?? answer.nextDue, 7 * 86_400) * 1000,
  };
}

function reportFailure(context: Context, { memory, body }: Delivery, failure: Exclude<Delivery['outcome'], { kind: 'accepted' }>): ExitCode {
  writeMemory(context.directory, { ...memory, lastFailure: failure.says });
  if (failure.kind === 'unreachable') {
    context.directory.write('spool/newest', body);
    context.complain(
      `${failure.says} Nothing is lost: run send again when the server can be reached; it looks anew. This one is kept in ${context.directory.fileOf('spool/newest')}.`,
    );
    return exitCode.unreachable;
  }
  context.complain(failure.says);
  if (failure.reason === 'node_unknown')
    context.complain(`To enrol it again: ${context.program} unenroll, then ${context.program} enroll --server URL`);
  return exitCode.refused;
}
