/** Looks at the machine once: captures, filters, and remembers what got stuck. */
import { existsSync } from 'node:fs';
import { buildSnapshot, type Snapshot } from './build-snapshot';
import { catalogue } from './captures/catalogue';
import { type Context, runSeconds } from './context';
import { openMachine } from './machine';
import { readStuck, writeStuck } from './memory';
import type { ProcessStart } from './redact/tasks';
import { startTimeOf } from './start-time';
import { takeCaptures } from './take-captures';

export async function takeSnapshot({ commandLine: { root }, directory, script }: Context): Promise<Snapshot> {
  const before = readStuck(directory);
  const { raw, stuck } = await takeCaptures(catalogue, openMachine(root, script), runSeconds.captures, before);
  if (stuck.length > 0 || directory.read('stuck.json') !== undefined) {
    try {
      writeStuck(directory, stuck);
    } catch {
      // Looking works without being allowed to remember.
    }
  }
  return buildSnapshot(catalogue, raw, processStartBelow(root));
}

/** Gone is only what is provably gone: others' processes may be hidden from anybody but root. */
export function processStartBelow(root: string): ProcessStart {
  const isProof = existsSync(`${root}/proc/stat`) && (root !== '' || process.getuid?.() === 0);
  return (pid) => {
    if (!existsSync(`${root}/proc/${pid}`)) return isProof ? undefined : 'cannot-tell';
    return startTimeOf(pid, root) ?? 'cannot-tell';
  };
}
