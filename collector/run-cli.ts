/** From the command line to a command: checks what must be there, takes the lock where one run at a time matters. */
import { statSync } from 'node:fs';
import { parseArguments } from './arguments';
import { collect } from './commands/collect';
import { enroll } from './commands/enroll';
import { helpText } from './commands/help';
import { endEarly, send } from './commands/send';
import { showStatus } from './commands/status';
import { unenroll } from './commands/unenroll';
import { type Context, isAttended } from './context';
import { errnoOf } from './errno';
import { type ExitCode, exitCode } from './exit-codes';
import { safeLine } from './safe-text';
import { readConfigFile } from './state/config-file';
import { type RunLock, takeRunLock } from './state/run-lock';
import { isWithoutRoom, openStateDirectory } from './state/state-directory';
import { trimEndOf } from './trim-end';
import { version } from './version';

export type Surroundings = Omit<Context, 'commandLine' | 'config' | 'directory'> & { readonly resolvePath: (path: string) => string };

export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { complain, print, program, resolvePath } = surroundings;
  const parsed = parseArguments(argv);
  if (!parsed.ok) {
    complain(safeLine(parsed.error));
    complain(`See: ${program} help`);
    return exitCode.usage;
  }
  if (parsed.value.command === 'version') print(`sexton-collector ${version}`);
  if (parsed.value.command === 'help') print(helpText);
  if (parsed.value.command === 'version' || parsed.value.command === 'help') return exitCode.done;

  const root = parsed.value.root === '' ? '' : trimEndOf(resolvePath(parsed.value.root), /\//);
  const config = isDirectory(root) ? readConfigFile(root, parsed.value.config) : { ok: false as const, error: `${root}: no such directory` };
  if (!config.ok) {
    complain(safeLine(config.error));
    return exitCode.usage;
  }
  // Commands that are printed must mean the same node.
  const here = root === '' ? program : `${program} --root ${root}`;
  const context: Context = {
    ...surroundings,
    program: here,
    commandLine: { ...parsed.value, root },
    config: config.value,
    directory: openStateDirectory(root),
  };
  try {
    return await runCommandNamed(parsed.value.command, context);
  } catch (error) {
    const errno = errnoOf(error);
    if (!/^(?:EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|ELOOP|EEXIST)$/.test(errno)) throw error;
    complain(safeLine(`${context.directory.path} cannot be used (${errno}).${/^E(?:ACCES|PERM)$/.test(errno) ? ' Run it as root.' : ''}`));
    return exitCode.usage;
  }
}

async function runCommandNamed(command: 'enroll' | 'collect' | 'send' | 'status' | 'unenroll', context: Context): Promise<ExitCode> {
  if (command === 'status') return showStatus(context);
  // Looking alone changes nothing and may be done by anybody; commands that hang are remembered without a lock.
  if (command === 'collect') return collect(context);
  const early = command === 'send' ? endEarly(context) : undefined;
  if (early !== undefined) return early;
  const stranger = context.directory.claim();
  if (stranger !== undefined) {
    context.complain(safeLine(stranger));
    return exitCode.usage;
  }
  const lock = takeLock(context);
  if (lock === undefined) {
    if (command === 'send' && !isAttended(context)) return exitCode.done; // the other one does it
    context.complain('Another run is going on. Nothing was done.');
    return exitCode.usage;
  }
  context.onEarlyEnd(lock.release);
  try {
    if (command === 'enroll') return await enroll(context);
    return command === 'send' ? await send(context) : await unenroll(context);
  } finally {
    lock.release();
  }
}

/** Where nothing can be written nothing can be locked; systemd starts one at a time all the same, and the server orders the rest. */
function takeLock({ directory: { path, spare } }: Context): RunLock | undefined {
  for (const place of [path, spare]) {
    try {
      return takeRunLock(place);
    } catch (error) {
      if (!isWithoutRoom(error)) throw error;
    }
  }
  return { release: () => undefined };
}

function isDirectory(root: string): boolean {
  try {
    return statSync(root === '' ? '/' : root).isDirectory();
  } catch {
    return false;
  }
}
