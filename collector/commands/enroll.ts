/** `enroll`: a key made here, its public half and a token brought to the server. Nothing here changes unless the server agrees. */

import { readFileSync } from 'node:fs';
import type { Context } from '../context';
import { describeNode } from '../describe-node';
import { errnoOf } from '../errno';
import { type ExitCode, exitCode } from '../exit-codes';
import { readToken } from '../read-token';
import { err, ok, type Result } from '../result';
import { safeLine } from '../safe-text';
import { post } from '../server/client';
import { readEnrolmentAnswer } from '../server/enrolment-answer';
import { protocolVersion } from '../server/message';
import { interpretReply, type Outcome } from '../server/problem-reply';
import { proxyFromEnvironment } from '../server/proxy';
import { fingerprintHex, makeKeyText, type NodeKey, readKey, signPost } from '../server/signing';
import { wayTo } from '../server/way';
import { isCopied, readIdentity } from '../state/identity';
import { type Enrolment, emptyMemory, readEnrolment, writeEnrolment, writeMemory } from '../state/memory';
import type { StateDirectory } from '../state/state-directory';
import { version } from '../version';
import { sayCopied, sayEnrolled, sayEnrolledAlready } from './enroll-text';

const path = '/v1/enroll';

export async function enroll(context: Context): Promise<ExitCode> {
  const { commandLine, directory } = context;
  const isNewKey = commandLine.flags.has('new-key');
  const known = readIdentity(context);
  if (known.ok && !isNewKey) {
    const { enrolment } = known.value;
    if (!isCopied(context, enrolment)) return stop(context, sayEnrolledAlready(context, enrolment));
    context.complain(safeLine(sayCopied(context, enrolment)));
    return exitCode.refused;
  }
  const before = readEnrolment(directory);
  const address = commandLine.server ?? before?.server;
  if (address === undefined) return stop(context, 'enroll needs --server URL.');
  const ca = readAuthority(commandLine.caFile, before?.ca);
  if (!ca.ok) return stop(context, ca.error);
  const way = wayTo(context, address, { proxy: before?.proxy, ca: ca.value });
  if (!way.ok) return stop(context, way.error);
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
  // Somebody may have looked for the token for minutes: the time that counts begins now.
  const patience = { connectSeconds: 10, answerSeconds: 60 };
  const outcome = interpretReply(await post(way.value, patience, { path, headers, body }), readEnrolmentAnswer);
  if (outcome.kind !== 'accepted') return explainFailure(context, outcome);

  const { node: nodeName, machineId } = node.value;
  const enrolment: Enrolment = {
    version: 1,
    server: way.value.server,
    nodeName,
    machineId,
    enrolledAt: context.now(),
    answer: outcome.answer,
    ca: ca.value,
    proxy: proxyFromEnvironment(context.env, way.value.server) ?? before?.proxy,
  };
  if (directory.read('key.new') !== undefined) directory.rename('key.new', 'key');
  writeMemory(directory, emptyMemory);
  writeEnrolment(directory, enrolment);
  if (commandLine.flags.has('json')) context.print(safeLine(JSON.stringify(outcome.answer)));
  else for (const line of sayEnrolled(context, enrolment, key)) context.print(safeLine(line));
  return exitCode.done;
}

/** Of `--ca-file`, or kept from before. */
function readAuthority(caFile: string | undefined, before: string | undefined): Result<string | undefined, string> {
  if (caFile === undefined) return ok(before);
  try {
    const ca = readFileSync(caFile, 'utf8');
    // Every certificate begins so: a sequence of more than 255 bytes.
    return /-----BEGIN CERTIFICATE-----\s+MI/.test(ca) ? ok(ca) : err(`${caFile} holds no certificate in PEM form.`);
  } catch (error) {
    return err(`${caFile} cannot be read (${errnoOf(error)}).`);
  }
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
    const advice = {
      proxy: ` If this node goes out through a proxy: HTTPS_PROXY=http://proxy:3128 ${context.program} enroll … (the setting is kept).`,
      ca: ' If that is your own inspection: --ca-file FILE.',
    };
    context.complain(safeLine(`${outcome.says}${outcome.hint === undefined ? '' : advice[outcome.hint]}`));
    return exitCode.unreachable;
  }
  // Refused for the key itself: the next try makes its own. A token that is refused says nothing about a key brought before.
  if (outcome.kind === 'refused' && outcome.reason === 'already_enrolled') context.directory.remove('key.new');
  context.complain(outcome.kind === 'refused' ? outcome.says : 'The server refused the first message of this key.');
  if (outcome.kind === 'refused' && outcome.reason === 'already_enrolled' && !outcome.says.includes('--new-key'))
    context.complain(`To speak with a key of its own: ${context.program} enroll --new-key --server URL`);
  return exitCode.refused;
}

function stop(context: Context, says: string): ExitCode {
  context.complain(safeLine(says));
  return exitCode.usage;
}
