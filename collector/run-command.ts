/**
 * Runs one command, bounded in time and bytes, and survives a child that cannot be killed. Never a shell: an argument
 * vector, no standard input, a clean environment, a process group of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { keepStart } from './keep-start';

export type CommandLimits = {
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
  /** Set when it was left behind. */
  readonly pid?: number;
};

/** Groups that run right now: whoever ends this process early ends them too. */
const running = new Set<number>();

export function endRunningCommands(): void {
  for (const group of running) signalGroup(group, 'SIGTERM');
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
  return new Promise((resolve) => watch(child, limits, (outcome) => resolve({ ...outcome, ms: ms() })));
}

type Ending = 'timeout' | 'flood';

function watch(child: ChildProcess, limits: CommandLimits, resolve: (outcome: Omit<CommandOutcome, 'ms'>) => void): void {
  const { graceMs, limitSeconds } = limits;
  const { pid } = child;
  const timers: NodeJS.Timeout[] = [];
  let ending: Ending | undefined;
  let exited: { readonly code: number | null; readonly signal: string | null } | undefined;
  let isDone = false;

  const out = keepStart(limits.maxOutBytes, () => end('flood'));
  const err = keepStart(limits.maxErrBytes, () => end('flood'));
  child.stdout?.on('data', out.add).on('error', () => undefined);
  child.stderr?.on('data', err.add).on('error', () => undefined);

  const after = (delayMs: number, action: () => void) => timers.push(setTimeout(action, delayMs));
  const signal = (name: NodeJS.Signals) => pid !== undefined && signalGroup(pid, name);

  function finish(verdict: Pick<CommandOutcome, 'status' | 'exit' | 'signal' | 'reason' | 'pid'>): void {
    if (isDone) return;
    isDone = true;
    for (const timer of timers) clearTimeout(timer);
    if (pid !== undefined) running.delete(pid);
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
    const isWhole = verdict.status === 'ok' || (verdict.status === 'failed' && verdict.reason === undefined);
    const cut = out.cutAt() ?? err.cutAt();
    resolve({ ...verdict, out: out.bytes(isWhole), err: err.bytes(isWhole), ...(cut === undefined ? {} : { truncated: cut }) });
  }

  function end(why: Ending): void {
    if (ending !== undefined || isDone) return;
    ending = why;
    signal('SIGTERM');
    after(graceMs.term, () => {
      signal('SIGKILL');
      after(graceMs.kill, () => {
        if (exited === undefined)
          finish({ status: 'stuck', reason: 'still there after SIGKILL, left behind', ...(pid === undefined ? {} : { pid }) });
      });
    });
  }

  function finishExited(isOutputOpen: boolean): void {
    if (ending !== undefined || isOutputOpen) signal('SIGKILL'); // what it left behind in its group
    const { code = null, signal: by = null } = exited ?? {};
    if (ending === 'timeout') finish({ status: 'timeout', reason: `after ${Math.round(limitSeconds)} s` });
    else if (ending === 'flood') finish({ status: 'failed', reason: 'too much output' });
    else if (by !== null) finish({ status: 'failed', signal: by });
    else if (isOutputOpen) finish({ status: 'failed', exit: code ?? 255, reason: 'a process it left behind kept the output open' });
    else finish({ status: code === 0 ? 'ok' : 'failed', exit: code ?? 255 });
  }

  if (pid !== undefined) running.add(pid);
  after(limitSeconds * 1000, () => end('timeout'));
  child.on('error', (error) => {
    if (pid === undefined) finish(notStarted(error));
  });
  child.on('exit', (code, by) => {
    exited = { code, signal: by };
    after(graceMs.close, () => finishExited(true));
  });
  child.on('close', () => {
    if (exited !== undefined) finishExited(false);
  });
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone already.
  }
}

function notStarted(error: unknown): Omit<CommandOutcome, 'ms'> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return { status: code === 'ENOENT' ? 'absent' : 'unreadable', reason: code, out: Buffer.alloc(0), err: Buffer.alloc(0) };
}
