/** Who this node is at its server: the enrolment and the key that belongs to it. */
import { readFileSync } from 'node:fs';
import type { Context } from '../context';
import { hashMachineId } from '../redact/redact';
import { err, ok, type Result } from '../result';
import { type NodeKey, readKey } from '../server/signing';
import { type Enrolment, readEnrolment } from './memory';

export type Identity = { readonly enrolment: Enrolment; readonly key: NodeKey };

/** The error is a sentence. */
export function readIdentity({ directory, program }: Pick<Context, 'directory' | 'program'>): Result<Identity, string> {
  const files = [directory.read('enrolment.json'), directory.read('key')];
  const enrolment = readEnrolment(directory);
  const key = readKey(files[1] ?? '');
  if (enrolment !== undefined && key !== undefined) return ok({ enrolment, key });
  const again = `${program} enroll --server URL`;
  if (files[0] === undefined) return err(`This node is not enrolled. Run: ${again}`);
  const broken = directory.fileOf(enrolment === undefined ? 'enrolment.json' : 'key');
  return err(`${broken} is damaged, or of a newer collector. If it cannot be brought back: ${program} unenroll, then ${again}`);
}

/** A disk image of another machine: what is done with its key is done to that one. */
export function isCopied({ commandLine: { root } }: Pick<Context, 'commandLine'>, { machineId }: Enrolment): boolean {
  try {
    return machineId !== undefined && machineId !== hashMachineId(readFileSync(`${root}/etc/machine-id`, 'latin1'));
  } catch {
    return false; // cannot be told
  }
}
