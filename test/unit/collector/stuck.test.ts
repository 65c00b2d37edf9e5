/** What is remembered of commands that could not be ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isStillThere } from '../../../collector/machine/process-group';
import { readProcess } from '../../../collector/machine/process-table';
import { describeStuck, type Stuck, sayStuck } from '../../../collector/machine/stuck';
import { readStuck, rememberStuck } from '../../../collector/state/memory';
import { openStateDirectory, type StateDirectory } from '../../../collector/state/state-directory';

let root: string;
let directory: StateDirectory;
let child: ChildProcess;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sexton-stuck-'));
  directory = openStateDirectory(root);
  child = spawn('sleep', ['60']);
});
afterEach(async () => {
  child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

const since = new Date(2026, 10, 27, 8, 41).getTime();
const stuckAs = (command: string, { pid = 0 }: Pick<ChildProcess, 'pid'>): Stuck => ({
  command,
  pid,
  startTime: readProcess(pid)?.start ?? -1,
  since,
});

describe('commands that could not be ended', () => {
  it('are remembered as long as the same process lives, and no longer', () => {
    const here = stuckAs('still here', child);
    rememberStuck(directory, [
      here,
      { ...here, command: 'another of this pid', startTime: here.startTime - 1 },
      { ...here, command: 'gone', pid: 999_999_999 },
    ]);
    expect(readStuck(directory)).toEqual([here]);
  });

  it('are forgotten with the boot they hung in', async () => {
    rememberStuck(directory, [stuckAs('lvm fullreport', child)]);
    const text = await readFile(directory.fileOf('stuck.json'), 'utf8');
    await writeFile(directory.fileOf('stuck.json'), text.replace(/"bootId":"../, '"bootId":"zz'));
    expect(readStuck(directory)).toEqual([]);
  });

  it('are not forgotten by a run that knows only others: two may look at once', () => {
    const other = spawn('sleep', ['60']);
    rememberStuck(directory, [stuckAs('lvm fullreport', child)]);
    rememberStuck(directory, [stuckAs('qm list', other)]);
    expect(readStuck(directory).map(({ command }) => command)).toEqual(['lvm fullreport', 'qm list']);
    other.kill('SIGKILL');
  });

  it('leave no file behind once they are gone', async () => {
    rememberStuck(directory, [stuckAs('lvm fullreport', child)]);
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
    rememberStuck(directory, []);
    expect(directory.read('stuck.json')).toBeUndefined();
  });

  it('take nothing from a file that is not ours to believe', async () => {
    await mkdir(directory.path, { recursive: true });
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    for (const commands of [
      null,
      {},
      [null],
      [7],
      [{}],
      [{ command: 'x', pid: '1', startTime: 1, since: 1 }],
      [{ command: 'x', pid: 1.5, startTime: 1, since: 1 }],
    ]) {
      await writeFile(directory.fileOf('stuck.json'), JSON.stringify({ version: 1, bootId, commands }));
      expect(readStuck(directory)).toEqual([]);
    }
  });

  it('do not stop a run that may not remember', async () => {
    await writeFile(join(root, 'var'), 'a file where a directory should be');
    expect(() => rememberStuck(directory, [stuckAs('lvm fullreport', child)])).not.toThrow();
    expect(readStuck(directory)).toEqual([]);
    await rm(join(root, 'var'));
    await mkdir(directory.path, { recursive: true });
    await chmod(directory.path, 0o000);
    expect(() => readStuck(directory)).not.toThrow();
  });

  it('are described as they stand now', async () => {
    for (let attempt = 0; attempt < 100 && readProcess(child.pid ?? 0)?.state !== 'S'; attempt++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const described = describeStuck(stuckAs('lvm fullreport', child));
    expect(described).toMatchObject({ command: 'lvm fullreport', pid: child.pid, state: 'S', since });
    expect(sayStuck({ ...described, pid: 4711, state: 'D', wchan: 'folio_wait_bit_common' })).toBe(
      'lvm fullreport (pid 4711, D, wchan folio_wait_bit_common, since 08:41)',
    );
    expect(sayStuck({ ...described, pid: 4711, wchan: '' })).toBe('lvm fullreport (pid 4711, S, since 08:41)');
  });

  it('are not zombies: those hang nowhere', async () => {
    // The shell becomes sleep and never collects the child that ends at once.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
    const pid = Number(await new Promise<string>((resolve) => parent.stdout.once('data', (text) => resolve(String(text)))));
    for (let attempt = 0; attempt < 100 && readProcess(pid)?.state !== 'Z'; attempt++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(readProcess(pid)?.state).toBe('Z');
    expect(isStillThere({ pid, startTime: readProcess(pid)?.start ?? -1 })).toBe(false);
    parent.kill('SIGKILL');
  });
});
