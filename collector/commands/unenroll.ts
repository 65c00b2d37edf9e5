/** `unenroll`: says goodbye to the server if it can be reached at once, then forgets the key and everything about it. */
import { rmdirSync } from 'node:fs';
import type { Context } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { safeLine } from '../safe-text';
import { deliver } from '../server/deliver';
import { wayTo } from '../server/way';
import { isCopied, readIdentity } from '../state/identity';
import { readEnrolment, readMemory } from '../state/memory';
import { stateFiles } from '../state/state-directory';
import { isUnknownHere } from '../state/wait';
import { goodbyeBody, goodbyePath, prepareGoodbye } from './prepare-goodbye';

export async function unenroll(context: Context): Promise<ExitCode> {
  const { directory, commandLine } = context;
  if (commandLine.flags.has('for-later')) return prepareGoodbye(context);
  const enrolment = readEnrolment(directory);
  const goodbye = await sayGoodbye(context);
  // Commands that still hang are remembered: forgetting them would start a second one.
  const deleted = stateFiles.filter((name) => name !== 'stuck.json' && directory.remove(name)).map((name) => directory.fileOf(name));
  try {
    rmdirSync(`${directory.path}/spool`);
  } catch {
    // Not there, or not empty: not ours then.
  }
  const isEmpty = deleted.length === 0;
  if (commandLine.flags.has('quiet')) return isEmpty ? exitCode.notEnrolled : exitCode.done;
  const print = (text: string) => context.print(safeLine(text));
  if (commandLine.flags.has('json')) print(JSON.stringify({ deleted, goodbye }));
  if (isEmpty) {
    context.complain('This node is not enrolled; there was nothing to delete.');
    return exitCode.notEnrolled;
  }
  if (commandLine.flags.has('json')) return exitCode.done;
  if (enrolment !== undefined) {
    const { answer, server, nodeName } = enrolment;
    print(`${nodeName} no longer speaks for ${answer.tenantName} / ${answer.clusterName} at ${server}.`);
  }
  print('Deleted:');
  for (const path of deleted) print(`  ${path}`);
  if (goodbye !== '') print(goodbye);
  return exitCode.done;
}

/** Whatever comes of it, nobody is kept: it takes a few seconds at most and its failure stops nothing. Answers a sentence. */
async function sayGoodbye(context: Context): Promise<string> {
  const { commandLine, directory, elapsedMs } = context;
  const identity = readIdentity(context);
  if (!identity.ok) return '';
  const { enrolment, key } = identity.value;
  // Its goodbye would remove the machine this one is a copy of.
  if (isCopied(context, enrolment)) return "The server was not told: this key was made on another machine, and is still that one's.";
  const way = wayTo(context, enrolment.server, enrolment);
  let why = way.ok ? 'nobody asked' : way.error;
  if (way.ok && commandLine.goodbyeSeconds > 0) {
    const { outcome } = await deliver(context, { key, keyid: enrolment.answer.keyid, way: way.value }, readMemory(directory), {
      path: goodbyePath,
      contentType: 'application/json',
      bodyFor: () => goodbyeBody,
      readAnswer: ({ removed }) => (removed === true ? true : undefined),
      until: elapsedMs() / 1000 + commandLine.goodbyeSeconds,
    });
    if (outcome.kind === 'accepted') return 'The server was told: the node is removed there, and its history stays.';
    if (outcome.kind === 'refused' && isUnknownHere(outcome.reason)) return 'The server did not know this node any more.';
    why = outcome.says;
  }
  return `The server was not told (${why}): it still lists the node, and calls it silent from now on.`;
}
