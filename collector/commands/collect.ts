/** `collect`: prints exactly what `send` would send, uncompressed. Needs no enrolment, uses no sequence number, sends nothing. */
import type { Context } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { takeSnapshot } from '../look/take-snapshot';
import { safeJson } from '../safe-text';
import { composeMessage } from '../server/message';
import { readMemory } from '../state/memory';

export async function collect(context: Context): Promise<ExitCode> {
  const message = composeMessage(await takeSnapshot(context));
  const { full } = message.lines({ sequence: nextSequence(context), report: 'none' });
  const isIndented = context.terminal.isStdout && !context.commandLine.flags.has('raw');
  for (const line of full) context.print(isIndented ? safeJson(JSON.parse(line)) : line);
  return exitCode.done;
}

/** Whoever may not read the key's directory may still look at the rest. */
function nextSequence({ directory }: Context): number {
  try {
    return readMemory(directory).sequence + 1;
  } catch {
    return 1;
  }
}
