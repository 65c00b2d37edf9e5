/** `collect | less`: whoever reads slowly costs a hypervisor no processor, and gets everything in the end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
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

it('waits for a reader that pauses, and writes all of it', async () => {
  const guests = `${node.root}/etc/pve/nodes/pve1/qemu-server`;
  for (let vmid = 2000; vmid < 8000; vmid++) await writeFile(`${guests}/${vmid}.conf`, `name: guest-${vmid}\nscsi0: san-prod:vm-${vmid}-disk-0\n`);
  const run = spawn(process.execPath, [join(node.root, '../sexton-collector.mjs'), 'collect', '--root', node.root], {
    env: { PATH: `${node.bin}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child = run;
  const pid = run.pid ?? 0;
  const ticks = () => readProcess(pid)?.ticks ?? 0;
  // Nothing is read: the pipe is full, and the program has nothing more to do than to wait.
  let before = -1;
  for (let look = 0; look < 100 && (ticks() === 0 || ticks() - before > 5); look++) {
    before = ticks();
    await wait(500);
  }
  expect(readProcess(pid), 'it waits for its reader').toBeDefined();
  before = ticks();
  await wait(1000);
  expect(ticks() - before).toBeLessThan(20); // of 100
  const said = await text(run.stdout);
  expect(said.length).toBeGreaterThan(500_000);
  expect(
    said
      .trimEnd()
      .split('\n')
      .map((line) => typeof JSON.parse(line)),
  ).toEqual(['object', 'object', 'object']);
});
