/** A run that a signal ends while a command hangs: nothing of it stays, and what cannot be ended is remembered. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readProcess } from '../../collector/machine/process-table';
import { type FakeNode, makeFakeNode } from './support/fake-node';

let node: FakeNode;
let child: ChildProcess | undefined;
beforeEach(async () => {
  node = await makeFakeNode();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await node.remove();
});

async function until(isDone: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400 && !isDone(); attempt++) await wait(25);
}

it('a signal in the middle of a command that ignores it leaves no process behind', { timeout: 30_000 }, async () => {
  const pidFile = join(node.root, 'hanging.pid');
  await node.stub('lvm', `trap "" TERM; echo $$ >${pidFile}.new; mv ${pidFile}.new ${pidFile}; while :; do sleep 0.1; done`);
  await mkdir(join(node.root, 'var/lib/sexton'), { recursive: true, mode: 0o700 });
  child = spawn(process.execPath, [join(node.root, '../sexton-collector.mjs'), 'collect', '--root', node.root], {
    env: { PATH: `${node.bin}:${process.env.PATH}` },
    stdio: 'ignore',
  });
  await until(() => existsSync(pidFile));
  const pid = Number(await readFile(pidFile, 'utf8'));
  const ended = new Promise((resolve) => child?.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(143);

  await until(() => readProcess(pid) === undefined || readProcess(pid)?.state === 'Z');
  expect([undefined, 'Z']).toContain(readProcess(pid)?.state);
  // Written down in case the kernel would not let it go, unless it was gone by then; the next run forgets it.
  const file = join(node.root, 'var/lib/sexton/stuck.json');
  const remembered: readonly { command: string }[] = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')).commands : [];
  expect(remembered.filter(({ command }) => command !== 'lvm fullreport')).toEqual([]);
  await node.stub('lvm', 'echo "{}"');
  const { code, err } = await node.run(['collect']);
  expect([code, err, existsSync(file)]).toEqual([0, '', false]);
});
