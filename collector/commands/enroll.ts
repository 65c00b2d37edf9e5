/** `enroll`: a key made here, its public half and a token brought to the server. Nothing here changes unless the server agrees. */

import { post } from '../client';
import { calendarDay } from '../clock-time';
import type { Context } from '../context';
import { connectionOf } from '../deliver';
import { describeNode } from '../describe-node';
import { readEnrolmentAnswer } from '../enrolment-answer';
import { type ExitCode, exitCode } from '../exit-codes';
import { type Enrolment, emptyMemory, readEnrolment, writeEnrolment, writeMemory } from '../memory';
import { protocolVersion } from '../message';
import { interpretReply, type Outcome } from '../problem-reply';
import { readToken } from '../read-token';
import { safeLine } from '../safe-text';
import { parseServerAddress } from '../server-address';
import { fingerprintHex, makeKeyText, type NodeKey, readKey, signPost } from '../signing';
import type { StateDirectory } from '../state-directory';
import { version } from '../version';
import { sayEnrolled } from './enroll-text';

const path = '/v1/enroll';

export async function enroll(context: Context): Promise<ExitCode> {
  const { commandLine, directory, config, complain } = context;
  const isNewKey = commandLine.flags.has('new-key');
  const existing = readEnrolment(directory);
  if (existing !== undefined && !isNewKey) {
    const { nodeName, answer, enrolledAt } = existing;
    const since = calendarDay(enrolledAt, context.now());
    complain(
      safeLine(
        `${nodeName} is already enrolled in ${answer.tenantName} / ${answer.clusterName} since ${since}. To move it: ${context.program} unenroll, then enroll.`,
      ),
    );
    return exitCode.usage;
  }
  const server = parseServerAddress(commandLine.server ?? existing?.server ?? '', config.isHttpAllowed);
  if (!server.ok) return stop(context, commandLine.server === undefined && existing === undefined ? 'enroll needs --server URL.' : server.error);
  const node = await describeNode(context);
  if (!node.ok) return stop(context, node.error);
  const token = await readToken(context);
  if (!token.ok) return stop(context, token.error);

  const key = prepareKey(directory, isNewKey);
  const body = Buffer.from(
    JSON.stringify({ protocol: protocolVersion, token: token.value, publicKey: key.publicKey.toString('base64'), collector: version, ...node.value }),
  );
  const created = Math.floor(context.now() / 1000);
  const headers = { ...signPost(key, { path, body, sequence: 0, keyid: fingerprintHex(key), created }), 'content-type': 'application/json' };
  const outcome = interpretReply(await post(connectionOf(context, server.value), path, headers, body), readEnrolmentAnswer);
  if (outcome.kind !== 'accepted') return explainFailure(context, outcome);

  const enrolment: Enrolment = { version: 1, server: server.value, nodeName: node.value.node, enrolledAt: context.now(), answer: outcome.answer };
  if (directory.read('key.new') !== undefined) directory.rename('key.new', 'key');
  writeMemory(directory, emptyMemory);
  writeEnrolment(directory, enrolment);
  if (commandLine.flags.has('json')) context.print(safeLine(JSON.stringify(outcome.answer)));
  else for (const line of sayEnrolled(enrolment, key, context.program, directory.fileOf('key'))) context.print(safeLine(line));
  return exitCode.done;
}

/** Stored before it is used: an answer that gets lost on its way must not leave a key at the server that nobody has. */
function prepareKey(directory: StateDirectory, isNewKey: boolean): NodeKey {
  // A new key that was sent once may be in at the server: it is brought again, whatever was asked for.
  const kept = readKey(directory.read('key.new') ?? '') ?? (isNewKey ? undefined : readKey(directory.read('key') ?? ''));
  if (kept !== undefined) return kept;
  const text = makeKeyText();
  const key = readKey(text);
  if (key === undefined) throw new Error('a key that was made just now cannot be read');
  directory.write('key.new', text);
  return key;
}

function explainFailure(context: Context, outcome: Exclude<Outcome<unknown>, { kind: 'accepted' }>): ExitCode {
  if (outcome.kind === 'unreachable') {
    context.complain(outcome.says);
    return exitCode.unreachable;
  }
  // Refused for the key itself: the next try makes its own. A token that is refused says nothing about a key brought before.
  if (outcome.kind === 'refused' && outcome.reason === 'already_enrolled') context.directory.remove('key.new');
  context.complain(outcome.kind === 'refused' ? outcome.says : 'The server refused the first message of this key.');
  if (outcome.kind === 'refused' && outcome.reason === 'already_enrolled')
    context.complain(`To speak with a key of its own: ${context.program} enroll --new-key --server URL`);
  return exitCode.refused;
}

function stop(context: Context, says: string): ExitCode {
  context.complain(safeLine(says));
  return exitCode.usage;
}
