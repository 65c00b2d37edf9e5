/** The longest a run may take: every command hangs and ignores SIGTERM, and the server takes the message and never answers. */
import { readdir, readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { state } from '../../worker/wire/snapshot';
import { enrolled, useNodeAndServer } from './support/node-and-server';

const stage = useNodeAndServer();
const hang = 'trap "" TERM; echo begun; while :; do sleep 0.2; done';

/** Processes of stub commands that are still there. */
async function leftOf(bin: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')));
  return lines.filter((line) => line.includes(`${bin}/`));
}

it('a whole run ends within 90 seconds, says of everything what it was, and leaves nothing running', { timeout: 150_000 }, async () => {
  stage.server.reply = () => enrolled();
  expect((await stage.enroll()).code).toBe(0);
  const names = (await readdir(stage.node.bin)).filter((name) => name !== 'outputs');
  for (const name of names) await stage.node.stub(name, hang);
  stage.server.reply = () => ({ ...enrolled(), hangs: true });

  const started = performance.now();
  const { code, err } = await stage.node.run(['send', '--quiet']);
  expect((performance.now() - started) / 1000).toBeLessThan(90);
  expect(code, err).toBe(4);

  const lines = stage.server.arrived.find(({ path }) => path === '/v1/snapshots')?.lines ?? [];
  const { captures } = state.parse(JSON.parse(lines[1] ?? ''));
  const statuses = Object.fromEntries(captures.map(({ id, status }) => [id, status]));
  expect(statuses).toMatchObject({ 'dm.info.1': 'timeout', 'lvm.report': 'skipped', 'pve.guests': 'ok', 'host.boot-id': 'ok' });
  expect(Object.values(statuses).filter((status) => status === 'stuck')).toEqual([]);
  expect(await leftOf(stage.node.bin)).toEqual([]);
});
