/** `unenroll`: this node forgets its key and everything about its server. */
import { rmdirSync } from 'node:fs';
import type { Context } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { readEnrolment } from '../memory';
import { safeLine } from '../safe-text';
import { stateFiles } from '../state-directory';

export function unenroll({ directory, commandLine, print, complain }: Context): ExitCode {
  const enrolment = readEnrolment(directory);
  // Commands that still hang are remembered: forgetting them would start a second one.
  const deleted = stateFiles.filter((name) => name !== 'stuck.json' && directory.remove(name)).map((name) => directory.fileOf(name));
  try {
    rmdirSync(`${directory.path}/spool`);
  } catch {
    // Not there, or not empty: not ours then.
  }
  if (commandLine.flags.has('json')) print(JSON.stringify({ deleted }));
  if (deleted.length === 0) {
    complain('This node is not enrolled; there was nothing to delete.');
    return exitCode.notEnrolled;
  }
  if (commandLine.flags.has('json')) return exitCode.done;
  if (enrolment !== undefined) {
    const { answer, server, nodeName } = enrolment;
    print(safeLine(`${nodeName} no longer speaks for ${answer.tenantName} / ${answer.clusterName} at ${server}.`));
  }
  print('Deleted:');
  for (const path of deleted) print(safeLine(`  ${path}`));
  if (enrolment !== undefined) print('The server still lists the node, and calls it silent from now on.');
  return exitCode.done;
}
