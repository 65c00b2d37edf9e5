import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listBlockedTasks } from '../../../collector/machine/blocked-tasks';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sexton-blocked-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const stat = (id: number, comm: string, state: string, threads: number) =>
  `${id} (${comm}) ${state} 1 ${id} ${id} 0 -1 4194560 100 0 0 0 70 30 0 0 20 0 ${threads} 0 555 1000000 200 1\n`;

async function process(pid: number, comm: string, threads: readonly (readonly [number, string, string])[]): Promise<void> {
  const directory = join(root, 'proc', String(pid));
  for (const [tid, state, wchan] of threads) {
    await mkdir(join(directory, 'task', String(tid)), { recursive: true });
    await writeFile(join(directory, 'task', String(tid), 'stat'), stat(tid, 'worker', state, threads.length));
    await writeFile(join(directory, 'task', String(tid), 'wchan'), wchan);
    await writeFile(join(directory, 'task', String(tid), 'schedstat'), '100 200 7\n');
  }
  await writeFile(join(directory, 'stat'), stat(pid, comm, threads[0]?.[1] ?? 'S', threads.length));
}

it('finds a thread that waits behind a first one that does not, by the name of its process', async () => {
  await process(100, 'kvm', [
    [100, 'S', 'do_poll'],
    [101, 'R', '0'],
    [102, 'D', 'blk_mq_get_tag'],
  ]);
  expect(listBlockedTasks(root)).toEqual([{ pid: 100, tid: 102, comm: 'kvm', wchan: 'blk_mq_get_tag', moment: '555 100 100 200 7' }]);
});

it('finds processes of one thread, and leaves out whoever only sleeps', async () => {
  await process(10, 'lvs', [[10, 'D', 'folio_wait_bit_common']]);
  await process(11, 'idle', [[11, 'I', '0']]);
  await process(12, 'sh', [[12, 'S', 'do_wait']]);
  expect(listBlockedTasks(root).map(({ pid, comm }) => `${pid} ${comm}`)).toEqual(['10 lvs']);
});

it('finds none where there are no processes to be seen', () => {
  expect(listBlockedTasks(join(root, 'nowhere'))).toEqual([]);
});

it('finds its way on this machine', () => {
  expect(Array.isArray(listBlockedTasks(''))).toBe(true);
});
