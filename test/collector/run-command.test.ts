import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { livingMembers } from '../../collector/machine/process-group';
import { type CommandLimits, type CommandOutcome, commandName, runCommand } from '../../collector/machine/run-command';

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

  it('ends what a command left running in its group, also when it ended well and shut its output', async () => {
    const outcome = await sh('sleep 60 >/dev/null 2>&1 & echo $!');
    expect(outcome).toMatchObject({ status: 'ok', exit: 0 });
    expect(outcome.left).toBeUndefined();
    expect(await dies(Number(outcome.out.toString()))).toBe(true);
  });

  it('kills what a command started that ignores SIGTERM, although the command itself obeys', async () => {
    const outcome = await sh('(trap "" TERM; while :; do sleep 0.05; done) & echo $!; wait', { limitSeconds: 0.3 });
    expect(outcome).toMatchObject({ status: 'timeout' });
    expect(await dies(Number(outcome.out.toString()))).toBe(true);
  });

  it('does not wait for a daemon of another session that keeps the output open', async () => {
    const outcome = await sh('setsid sh -c "sleep 60 & echo \\$! >&2; wait" & sleep 0.3; echo begun');
    const daemon = Number(outcome.err.toString());
    expect(outcome).toMatchObject({ status: 'failed', reason: 'a process it left behind kept the output open' });
    expect(outcome.ms).toBeLessThan(3000);
    process.kill(daemon, 'SIGKILL');
  });

  it('ends a command that multiplies', async () => {
    const outcome = await sh(
      'trap "" TERM; fork() { [ $1 -gt 4 ] || { fork $(($1 + 1)) & fork $(($1 + 1)) & }; while :; do sleep 0.1; done; }; echo $$; fork 0',
      {
        limitSeconds: 1,
      },
    );
    expect(outcome.status).toBe('timeout');
    expect(outcome.left).toBeUndefined();
    expect(livingMembers(Number(outcome.out.toString()))).toEqual([]);
  });

  it('reads no more from whoever floods, even when it does not mind', async () => {
    const outcome = await sh('trap "" TERM PIPE; while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 2>/dev/null; done', { maxOutBytes: 100 });
    expect(outcome).toMatchObject({ status: 'failed', reason: 'too much output', truncated: 100 });
  });

  it('is not held up by a zombie in its group', async () => {
    const outcome = await sh('setsid sh -c "sleep 0 & exec sleep 1" >/dev/null 2>&1 & sh -c "sleep 0 & exec sleep 0.2"; echo done');
    expect(outcome).toMatchObject({ status: 'ok', exit: 0 });
    expect(outcome.left).toBeUndefined();
  });
});

describe('commandName', () => {
  it('is what people call it', () => {
    expect([['lvm', 'fullreport', '-a'], ['lvs', '--readonly'], ['stat']].map(([first = '', ...rest]) => commandName([first, ...rest]))).toEqual([
      'lvm fullreport',
      'lvs',
      'stat',
    ]);
  });
});
