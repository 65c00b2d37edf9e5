/** Keeps the gates of one run: who hangs already, what was found, and for how long an open one needs no new look. */
import type { CaptureEntry, Need } from '../captures/entry';
import { findTrouble, type GateMachine } from './gates';
import { commandName } from './run-command';

export type RunSoFar = {
  /** Commands left behind that still hang. */
  readonly hanging: () => readonly string[];
  /** Commands that had to be ended in this run. */
  readonly slow: ReadonlySet<string>;
  readonly elapsedMs: () => number;
};

const openForMs = 5000;
export const fencedReader = 'read /etc/pve';

/** Why an entry may not start now; undefined: it may. What hangs or was slow itself is said by whoever would start it. */
export function keepGates(
  entries: readonly CaptureEntry[],
  run: RunSoFar,
  machine: GateMachine,
): (entry: CaptureEntry) => Promise<string | undefined> {
  const closed = new Map<Need, string>();
  const openUntilMs = new Map<Need, number>();

  return async ({ needs, source }) => {
    if (needs === undefined || source.kind !== 'command' || run.hanging().includes(commandName(source.argv))) return undefined;
    const trouble = findHanging(needs) ?? closed.get(needs);
    if (trouble !== undefined) return trouble;
    if ((openUntilMs.get(needs) ?? 0) > run.elapsedMs()) return undefined;
    const found = await findTrouble(needs, machine);
    if (found === undefined) openUntilMs.set(needs, run.elapsedMs() + openForMs);
    else closed.set(needs, found);
    return found;
  };

  /** One that hangs is proof enough: no other one of its kind goes after it. */
  function findHanging(need: Need): string | undefined {
    const hanging = run.hanging();
    const kin = entries.flatMap(({ needs, source }) => (needs === need && source.kind === 'command' ? [commandName(source.argv)] : []));
    const stuck = kin.find((command) => hanging.includes(command));
    if (stuck !== undefined) return `${stuck} hangs in the kernel`;
    const slow = kin.find((command) => run.slow.has(command));
    if (slow !== undefined) return `${slow} did not answer in time`;
    const isPveSilent = hanging.includes(fencedReader) || run.slow.has(fencedReader);
    return need === 'no-blocked-qemu' && isPveSilent ? '/etc/pve does not answer: qm and pct would wait for it' : undefined;
  }
}
