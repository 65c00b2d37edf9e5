/** Looks at the machine once: captures, filters, and remembers what got stuck. */
import { existsSync } from 'node:fs';
import { catalogue } from '../captures/catalogue';
import { type Context, runSeconds } from '../context';
import { openMachine } from '../machine/machine';
import { endRunningCommands } from '../machine/run-command';
import { startTimeOf } from '../machine/start-time';
import { describeStuck, sayStuck } from '../machine/stuck';
import { takeCaptures } from '../machine/take-captures';
import type { ProcessStart } from '../redact/tasks';
import { safeLine } from '../safe-text';
import { readCountersBefore, readStuck, rememberStuck, writeCounters } from '../state/memory';
import { buildSnapshot, type Snapshot } from './build-snapshot';

export async function takeSnapshot({ commandLine: { root, command }, directory, script, complain, now, onEarlyEnd }: Context): Promise<Snapshot> {
  onEarlyEnd(() => {
    const ended = endRunningCommands();
    if (ended.length > 0)
      rememberStuck(
        directory,
        ended.map((one) => ({ ...one, since: now() })),
      );
  });
  const { raw, stuck } = await takeCaptures(catalogue, openMachine(root, script), runSeconds.captures, readStuck(directory), (one) =>
    rememberStuck(directory, [one]),
  );
  rememberStuck(directory, stuck);
  const described = stuck.map(describeStuck);
  for (const one of described)
    complain(safeLine(`Left alone, because it cannot be ended: ${sayStuck(one)}. It ends when the storage answers or the node reboots.`));
  const snapshot = buildSnapshot(catalogue, raw, processStartBelow(root), described, readCountersBefore(directory));
  // Only a look that is sent is the one before the next.
  if (command === 'send' && snapshot.counters !== undefined) writeCounters(directory, snapshot.counters);
  return snapshot;
}

/** Gone is only what is provably gone: others' processes may be hidden from anybody but root. */
export function processStartBelow(root: string): ProcessStart {
  const isProof = existsSync(`${root}/proc/stat`) && (root !== '' || process.getuid?.() === 0);
  return (pid) => {
    if (!existsSync(`${root}/proc/${pid}`)) return isProof ? undefined : 'cannot-tell';
    return startTimeOf(pid, root) ?? 'cannot-tell';
  };
}
