/**
 * Runs one command, bounded in time and bytes, and survives a child that cannot be killed. Never a shell: an argument
 * vector, no standard input, a clean environment, a process group of its own. Whatever of that group is still there when
 * the command has ended is ended too; what cannot be is left behind and named.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { keepStart } from './keep-start';
import { isGroupEmpty, type LeftBehind, livingMembers, signalGroup } from './process-group';

export type CommandLimits = {
  /** What people call it, where the command itself does not say it. */
  readonly name?: string;
  readonly limitSeconds: number;
  readonly maxOutBytes: number;
  readonly maxErrBytes: number;
  /** From SIGTERM to SIGKILL, from SIGKILL to leaving it behind, from its exit to the end of its output. */
  readonly graceMs: { readonly term: number; readonly kill: number; readonly close: number };
};

export const defaultGraceMs = { term: 2000, kill: 1000, close: 1000 } as const;

export type CommandOutcome = {
  readonly status: 'ok' | 'failed' | 'timeout' | 'stuck' | 'absent' | 'unreadable';
  readonly exit?: number;
  readonly signal?: string;
  readonly reason?: string;
  readonly out: Buffer;
  readonly err: Buffer;
  /** Bytes kept of the stream that was cut. */
  readonly truncated?: number;
  readonly ms: number;
  /** Set when SIGKILL did not end all of it. */
  readonly left?: readonly LeftBehind[];
};

/** Groups that run right now, by the pid of their first process: whoever ends this process early ends them too. */
const running = new Map<number, string>();

/** Ends them at once, for there is no time to ask, and answers who they are: what waits in the kernel stays. */
export function endRunningCommands(): readonly (LeftBehind & { readonly command: string })[] {
  return [...running].flatMap(([group, command]) => {
    const members = livingMembers(group);
    signalGroup(group, 'SIGKILL');
    return members.map((member) => ({ ...member, command }));
  });
}

export function runCommand(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  limits: CommandLimits,
): Promise<CommandOutcome> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  const [command, ...args] = argv;
  let child: ChildProcess;
  try {
    child = spawn(command, args, { cwd: '/', env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  } catch (error) {
    return Promise.resolve({ ...notStarted(error), ms: ms() });
  }
  if (child.pid !== undefined) running.set(child.pid, limits.name ?? commandName(argv));
  return new Promise((resolve) => watch(child, limits, (outcome) => resolve({ ...outcome, ms: ms() })));
}

/** What people call it: `lvm fullreport`, `lvs`. */
export function commandName([command, verb = '-']: readonly [string, ...string[]]): string {
  return verb.startsWith('-') ? command : `${command} ${verb}`;
}

type Verdict = Pick<CommandOutcome, 'status' | 'exit' | 'signal' | 'reason'>;

function watch(child: ChildProcess, limits: CommandLimits, resolve: (outcome: Omit<CommandOutcome, 'ms'>) => void): void {
  const { graceMs, limitSeconds } = limits;
  const { pid } = child;
  const timers: NodeJS.Timeout[] = [];
  let ending: 'timeout' | 'flood' | undefined;
  let exited: { readonly code: number | null; readonly signal: string | null } | undefined;
  let isDone = false;

  // Whoever writes more than is read gets no reader any more.
  const flood = (stream: ChildProcess['stdout']) => () => {
    stream?.destroy();
    end('flood');
  };
  const out = keepStart(limits.maxOutBytes, flood(child.stdout));
  const err = keepStart(limits.maxErrBytes, flood(child.stderr));
  child.stdout?.on('data', out.add).on('error', () => undefined);
  child.stderr?.on('data', err.add).on('error', () => undefined);
  const after = (delayMs: number, action: () => void) => timers.push(setTimeout(action, delayMs));

  function finish(verdict: Verdict, left: readonly LeftBehind[] = []): void {
    for (const timer of timers) clearTimeout(timer);
    if (pid !== undefined) running.delete(pid);
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
    const isWhole = verdict.status === 'ok' || (verdict.status === 'failed' && verdict.reason === undefined);
    const cut = out.cutAt() ?? err.cutAt();
    resolve({
      ...verdict,
      out: out.bytes(isWhole),
      err: err.bytes(isWhole),
      ...(cut === undefined ? {} : { truncated: cut }),
      ...(left.length === 0 ? {} : { left }),
    });
  }

  function end(why: 'timeout' | 'flood'): void {
    if (ending !== undefined || isDone) return;
    ending = why;
    if (pid !== undefined) signalGroup(pid, 'SIGTERM');
    after(graceMs.term, () => conclude(false));
  }

  /** Once: ends what is left of the group, and waits a little for that. */
  function conclude(isOutputOpen: boolean): void {
    if (isDone || pid === undefined) return;
    isDone = true;
    if (exited === undefined || !isGroupEmpty(pid)) signalGroup(pid, 'SIGKILL');
    waitForEnd(pid, performance.now() + graceMs.kill, isOutputOpen);
  }

  function waitForEnd(group: number, giveUpAt: number, isOutputOpen: boolean): void {
    const isGone = exited !== undefined && isGroupEmpty(group);
    if (!isGone && performance.now() < giveUpAt) {
      setTimeout(waitForEnd, 20, group, giveUpAt, isOutputOpen);
      return;
    }
    const left = isGone ? [] : livingMembers(group);
    const isHanging = left.length > 0 && (exited === undefined || ending !== undefined);
    finish(isHanging ? { status: 'stuck', reason: 'still there after SIGKILL, left behind' } : say(isOutputOpen), left);
  }

  function say(isOutputOpen: boolean): Verdict {
    const { code = null, signal: by = null } = exited ?? {};
    if (ending === 'timeout') return { status: 'timeout', reason: `after ${Math.round(limitSeconds)} s` };
    if (ending === 'flood') return { status: 'failed', reason: 'too much output' };
    if (by !== null) return { status: 'failed', signal: by };
    if (isOutputOpen) return { status: 'failed', exit: code ?? 255, reason: 'a process it left behind kept the output open' };
    return { status: code === 0 ? 'ok' : 'failed', exit: code ?? 255 };
  }

  after(limitSeconds * 1000, () => end('timeout'));
  child.on('error', (error) => {
    if (pid !== undefined || isDone) return;
    isDone = true;
    finish(notStarted(error));
  });
  child.on('exit', (code, by) => {
    exited = { code, signal: by };
    after(graceMs.close, () => conclude(true));
  });
  child.on('close', () => {
    if (exited !== undefined) conclude(false);
  });
}

function notStarted(error: unknown): Verdict & Pick<CommandOutcome, 'out' | 'err'> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return { status: code === 'ENOENT' ? 'absent' : 'unreadable', reason: code, out: Buffer.alloc(0), err: Buffer.alloc(0) };
}
