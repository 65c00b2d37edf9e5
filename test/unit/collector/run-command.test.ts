import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type CommandLimits, type CommandOutcome, runCommand } from '../../../collector/run-command';

const env = { PATH: process.env.PATH ?? '' };
const limits: CommandLimits = { limitSeconds: 5, maxOutBytes: 10_000, maxErrBytes: 1000, graceMs: { term: 200, kill: 200, close: 200 } };
const sh = (script: string, more: Partial<CommandLimits> = {}): Promise<CommandOutcome> =>
  runCommand(['sh', '-c', script], env, { ...limits, ...more });

/** A zombie that nobody collects is dead too. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

async function dies(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 40 && isAlive(pid); attempt++) await wait(25);
  return !isAlive(pid);
}

describe('runCommand', () => {
  it('gives back what a command printed, and that it ended well', async () => {
    const outcome = await sh('echo out; echo err >&2');
    expect(outcome).toMatchObject({ status: 'ok', exit: 0 });
    expect([outcome.out.toString(), outcome.err.toString(), outcome.truncated]).toEqual(['out\n', 'err\n', undefined]);
  });

  it('keeps the output of a command that failed', async () => {
    const outcome = await sh('echo half; exit 7');
    expect(outcome).toMatchObject({ status: 'failed', exit: 7 });
    expect(outcome.out.toString()).toBe('half\n');
  });

  it('calls a command that does not exist absent', async () => {
    expect(await runCommand(['sexton-no-such-command'], env, limits)).toMatchObject({ status: 'absent', reason: 'ENOENT' });
  });

  it('calls a file that may not be run unreadable', async () => {
    expect(await runCommand(['/etc/passwd'], env, limits)).toMatchObject({ status: 'unreadable', reason: 'EACCES' });
  });

  it('names the signal a command died by', async () => {
    expect(await sh('kill -SEGV $$')).toMatchObject({ status: 'failed', signal: 'SIGSEGV' });
  });

  it('ends a command that hangs, after its time, and what it started', async () => {
    const outcome = await sh('sleep 60 & echo $!; wait', { limitSeconds: 0.3 });
    expect(outcome).toMatchObject({ status: 'timeout' });
    expect(outcome.ms).toBeLessThan(2000);
    expect(await dies(Number(outcome.out.toString()))).toBe(true);
  });

  it('kills a command that ignores SIGTERM', async () => {
    const outcome = await sh('trap "" TERM; echo $$; while :; do sleep 0.05; done', { limitSeconds: 0.3 });
    expect(outcome.status).toBe('timeout');
    expect(await dies(Number(outcome.out.toString()))).toBe(true);
  });

  it('says timeout also when the command answers SIGTERM with exit 0', async () => {
    expect((await sh('trap "exit 0" TERM; while :; do sleep 0.05; done', { limitSeconds: 0.3 })).status).toBe('timeout');
  });

  it('keeps the first bytes of a flood and ends it', async () => {
    const outcome = await sh('yes aaaaaaa');
    expect(outcome).toMatchObject({ status: 'failed', reason: 'too much output', truncated: 10_000 });
    expect(outcome.out.length).toBe(10_000);
    expect(outcome.ms).toBeLessThan(2000);
  });

  it('bounds standard error by its own limit', async () => {
    const outcome = await sh('yes aaaaaaa >&2');
    expect(outcome).toMatchObject({ status: 'failed', truncated: 1000 });
    expect(outcome.err.length).toBe(1000);
  });

  it('never cuts a character in two', async () => {
    const outcome = await sh('while :; do printf "a€"; done', { maxOutBytes: 1002 });
    expect(outcome.truncated).toBe(1001);
    expect(Buffer.from(outcome.out.toString())).toEqual(outcome.out);
  });

  it('passes binary output on untouched', async () => {
    expect((await sh("printf '\\377\\000\\200'")).out).toEqual(Buffer.from([255, 0, 128]));
  });

  it('does not wait for a grandchild that keeps the output open, and does not call that output whole', async () => {
    const outcome = await sh('echo begun; sleep 60 & echo $! >&2');
    expect(outcome).toMatchObject({ status: 'failed', exit: 0, reason: 'a process it left behind kept the output open' });
    expect(outcome.out.toString()).toBe('begun\n');
    expect(outcome.ms).toBeLessThan(2000);
    expect(await dies(Number(outcome.err.toString()))).toBe(true);
  });

  it('gives a command no input, no environment of ours, no working directory of ours and a group of its own', async () => {
    process.env.SEXTON_TEST_SECRET = 'hidden';
    const outcome = await sh('cat; pwd; echo "[$SEXTON_TEST_SECRET]"; read -r _ _ _ _ group _ < /proc/$$/stat; echo $group; echo $$');
    delete process.env.SEXTON_TEST_SECRET;
    const [directory, secret, ...ids] = outcome.out.toString().trim().split('\n');
    expect([directory, secret]).toEqual(['/', '[]']);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  it('never hands an argument to a shell', async () => {
    const outcome = await runCommand(['echo', '$(id)', '; id'], env, limits);
    expect(outcome.out.toString()).toBe('$(id) ; id\n');
  });
});
