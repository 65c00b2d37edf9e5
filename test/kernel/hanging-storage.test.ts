/**
 * Storage that really hangs: a multipath map without a path that queues, a suspended mapping, a guest in uninterruptible
 * sleep, an /etc/pve that never answers. The collector must end, say what hangs, accuse nobody, start nothing twice, and
 * see everything again when the storage is back. hanging-storage.sh makes all of it, in one boot.
 */
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCollector } from '../../scripts/build-collector.mjs';
import { sayUnknown } from '../../worker/analyzer';
import * as wire from '../../worker/wire/snapshot';
import { judge, listFound, nameSubjects, openSnapshot } from './judge';
import { buildImage, runInMachine } from './machine';

const now = Date.UTC(2026, 0, 1);
let directory: string;

type Look = {
  readonly body: string;
  readonly state: string;
  readonly status: (capture: string) => string;
  readonly reason: (capture: string) => string | undefined;
  /** Captures of commands and files that cannot know that something holds a mapping open. */
  readonly apartFromDevices: readonly wire.Capture[];
  readonly stuck: readonly wire.StuckCommand[];
  readonly exitCode: number;
  readonly seconds: number;
  readonly said: string;
  readonly remembered: readonly { readonly command: string; readonly pid: number }[];
  /** Processes still there after the run. */
  readonly left: readonly string[];
};

beforeAll(async () => {
  const image = await buildImage();
  directory = await mkdtemp(join(tmpdir(), 'sexton-hanging-'));
  await mkdir(join(directory, 'dist'));
  await Promise.all([
    buildCollector({ outfile: join(directory, 'dist/sexton-collector.mjs') }),
    cp(join(import.meta.dirname, 'scenario'), join(directory, 'scenario'), { recursive: true }),
    cp(join(import.meta.dirname, 'hanging-storage.sh'), join(directory, 'hanging-storage.sh')),
  ]);
  const { exitCode, stdout, stderr } = await runInMachine(image, {
    directory,
    script: 'hanging-storage.sh',
    disks: ['san:256M', 'local:256M', 'config:64M', 'slow:64M'],
    limitSeconds: 1200,
  });
  const { KEEP_HANGING: keep } = process.env;
  if (keep !== undefined) await cp(directory, keep, { recursive: true });
  if (exitCode !== 0) throw new Error(`the machine ended with exit code ${exitCode}\n${stdout}\n${stderr}`);
}, 1_300_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

const read = (name: string) => readFile(join(directory, 'out', name), 'utf8');

async function look(name: string): Promise<Look> {
  const body = await read(`${name}.snapshot`);
  const [, state = '', readings = ''] = body.split('\n');
  const { captures } = wire.state.parse(JSON.parse(state));
  const find = (id: string) => captures.find((capture) => capture.id === id);
  return {
    body,
    state,
    status: (id) => find(id)?.status ?? 'not captured',
    reason: (id) => find(id)?.reason,
    apartFromDevices: captures.filter(({ id }) => !id.startsWith('dm.')),
    stuck: wire.readings.parse(JSON.parse(readings)).stuck ?? [],
    exitCode: Number(await read(`${name}.exit`)),
    seconds: Number(await read(`${name}.seconds`)),
    said: await read(`${name}.said`),
    remembered: JSON.parse(await read(`${name}.status`)).stuck,
    left: (await read(`${name}.left`)).split('\n').filter((line) => line !== ''),
  };
}

/** Everything the analyzer says of one look alone. */
function judgeOne({ body }: Look) {
  const snapshot = openSnapshot(body, now);
  const report = judge([snapshot], now);
  const reasons = report.nodes.flatMap(({ outcomes }) => outcomes.flatMap(({ notChecked }) => notChecked.map(({ why }) => sayUnknown(why))));
  return { found: listFound(report, nameSubjects([snapshot])).filter(({ where }) => where === 'pve1'), reasons: [...new Set(reasons)] };
}

const names = [
  ...['healthy', 'dead-map', 'dead-map-again', 'lost-path', 'lost-path-again', 'path-back', 'suspended', 'late-suspend', 'late-suspend-again'],
  ...['late-suspend-forgotten', 'resumed', 'blocked-guest', 'silent-pve', 'silent-pve-again', 'all-well'],
];
const whole = ['healthy', 'path-back', 'resumed', 'all-well'];

describe('every run', () => {
  it.each(names)('ends in time, and well: %s', async (name) => {
    const { exitCode, seconds } = await look(name);
    expect(exitCode).toBe(0);
    expect(seconds).toBeLessThanOrEqual(90);
  });

  it.each(names)('accuses nobody: %s', async (name) => {
    const found = judgeOne(await look(name)).found.map(({ ruleId, name: about }) => `${ruleId} ${about}`);
    // True, and told only where LVM could be asked: a stopped guest's disk is active, in a group every node activates at boot.
    expect(found).toEqual(whole.includes(name) ? ['dm.autoactivation san1vg', 'dm.idle-activation san1vg-vm--100--disk--0'] : []);
  });

  it.each(whole)('sees everything while all is well: %s', async (name) => {
    const { status, stuck, remembered, left, said } = await look(name);
    for (const id of ['lvm.report', 'dm.info.2', 'pve.guests', 'qm.list', 'pct.list']) expect([id, status(id)]).toEqual([id, 'ok']);
    expect({ stuck, remembered, left, said }).toEqual({ stuck: [], remembered: [], left: [], said: '' });
  });
});

describe('a multipath map without a working path', () => {
  it('keeps LVM from being started, by name, and everything else goes on', async () => {
    const seen = await look('dead-map');
    expect([seen.status('lvm.report'), seen.status('lvm.autoactivation')]).toEqual(['skipped', 'skipped']);
    expect(seen.reason('lvm.report')).toBe('multipath map mpathc has no working path: LVM commands would hang');
    expect([seen.status('dm.table'), seen.status('qm.list'), seen.left]).toEqual(['ok', 'ok', []]);
    expect(judgeOne(seen).reasons.join('\n')).toContain('multipath map mpathc has no working path');
  });

  it('is the same state as long as it lasts', async () => {
    expect((await look('dead-map-again')).state).toBe((await look('dead-map')).state);
  });
});

describe.each([
  ['lost-path', 'a path that goes after the look'],
  ['late-suspend', 'a mapping suspended after the look'],
])('%s: %s', (name) => {
  it('leaves a command behind that no signal reaches, and says so', async () => {
    const seen = await look(name);
    expect(seen.status('lvm.report')).toBe('stuck');
    expect(seen.reason('lvm.autoactivation')).toBe('lvm fullreport hangs in the kernel');
    expect(seen.left).toEqual(['D lvm']);
    expect(seen.stuck).toMatchObject([{ command: 'lvm fullreport', state: 'D' }]);
    expect(seen.stuck[0]?.wchan).toMatch(/^[a-z_]\w+$/);
    expect(seen.said).toMatch(/^Left alone, because it cannot be ended: lvm fullreport \(pid \d+, D, wchan \w+, since \d\d:\d\d\)\./);
    expect(judgeOne(seen).reasons.join('\n')).toMatch(/lvm fullreport \(pid \d+\) hangs in the kernel since .* UTC\./);
  });

  it('starts no second one while it hangs, and the state stays the same', async () => {
    const [first, again] = [await look(name), await look(`${name}-again`)];
    expect(again.left).toEqual(['D lvm']);
    expect(again.stuck.map(({ pid }) => pid)).toEqual(first.stuck.map(({ pid }) => pid));
    expect(again.remembered).toMatchObject([{ command: 'lvm fullreport', pid: first.stuck[0]?.pid }]);
    // What hangs holds the map open: that alone is news to the second run.
    expect(again.apartFromDevices).toEqual(first.apartFromDevices);
    expect(again.seconds).toBeLessThan(first.seconds);
  });
});

describe('a suspended mapping', () => {
  it('is reason enough where nothing could be remembered of the command that hangs', async () => {
    const { reason, left } = await look('late-suspend-forgotten');
    expect([reason('lvm.report'), left]).toEqual(['mapping mpathc is suspended: LVM commands would hang', ['D lvm']]);
  });

  it('keeps LVM from being started', async () => {
    const { reason, left } = await look('suspended');
    expect([reason('lvm.report'), left]).toEqual(['mapping mpathc is suspended: LVM commands would hang', []]);
  });
});

describe('a virtual machine that waits for a disk in the kernel', () => {
  it('keeps qm, pct and LVM from being started', async () => {
    const { reason, left } = await look('blocked-guest');
    expect(reason('lvm.report')).toBe('a process waits in the kernel for storage that does not answer: LVM commands would hang');
    expect(reason('qm.list')).toBe('a virtual machine hangs in the kernel: qm and pct would wait for it');
    expect([reason('pct.list'), left]).toEqual([reason('qm.list'), []]);
  });
});

describe('an /etc/pve that does not answer', () => {
  it('costs its own captures and no others, and one reader for all runs', async () => {
    const [first, again] = [await look('silent-pve'), await look('silent-pve-again')];
    for (const { status, reason, left } of [first, again]) {
      expect([status('pve.guests'), status('pve.vmlist.1'), status('dm.info.2'), status('pve.tasks.2')]).toEqual(['stuck', 'stuck', 'ok', 'ok']);
      expect(reason('qm.list')).toBe('/etc/pve does not answer: qm and pct would wait for it');
      expect(left).toEqual(['D node']);
    }
    expect(again.state).toBe(first.state);
    expect(again.stuck).toMatchObject([{ command: 'read /etc/pve', pid: first.stuck[0]?.pid, state: 'D' }]);
  });

  it('is an answer for enroll too, which starts no reader either', async () => {
    expect(await read('enroll.exit')).toBe('2\n');
    expect(await read('enroll.said')).toMatch(/^\/etc\/pve does not answer\. Nothing was enrolled\. .*read \/etc\/pve \(pid \d+, D/);
  });
});
