/** A node whose server is away, refuses it or asks it to wait; and clocks that jump. The timer comes every five minutes in all of them. */
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { enrolled, problem, useNodeAndServer } from './support/node-and-server';
import { passSeconds, reboot, runInside } from './support/run-inside';
import type { ServerReply } from './support/test-server';

const accepted: ServerReply = {
  status: 200,
  body: { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 0, info: 0 }, page: 'http://127.0.0.1/n' },
};
vi.setConfig({ testTimeout: 60_000 }); // hours of a timer, on a machine that may be busy

const stage = useNodeAndServer();
const { own } = stage;
const away = () => problem(503, 'unavailable');
const timer = () => runInside(stage, ['send', '--quiet']);
const sent = () => stage.server.arrived.filter(({ path }) => path === '/v1/snapshots').length;
/** Comes every five minutes and answers at which of them it sent something. */
async function timerFor(minutes: number): Promise<number[]> {
  const at: number[] = [];
  for (let minute = 0; minute < minutes; minute += 5) {
    const before = sent();
    await timer();
    if (sent() > before) at.push(minute);
    await passSeconds(stage, 300);
  }
  return at;
}

beforeEach(async () => {
  stage.server.reply = () => enrolled();
  await stage.enroll();
  stage.server.reply = () => accepted;
});

describe('the timer', () => {
  it('sends when the server expects it, and is silent and cheap in between', async () => {
    expect(await timerFor(50)).toEqual([0, 15, 30, 45]);
    await timer();
    await writeFile(`${stage.node.root}/etc/pve/local-is-not-looked-at`, '');
    const { mtimeMs } = await stat(own('state.json'));
    const began = performance.now();
    expect(await timer()).toEqual({ code: 0, out: [], err: [], slept: [] });
    expect(performance.now() - began).toBeLessThan(500);
    expect((await stat(own('state.json'))).mtimeMs).toBe(mtimeMs);
  });

  it('prints one line for the journal when it sent', async () => {
    const { out, err } = await timer();
    expect([out.length, err.length]).toEqual([1, 0]);
    expect(out[0]).toMatch(/^pve1: .*nothing open; next \d\d:\d\d$/);
  });

  it('spreads a fleet that was started in the same second, but lets nobody wait at the enrolment', async () => {
    expect((await timer()).slept).toEqual([]);
    await passSeconds(stage, 900);
    expect((await timer()).slept).toEqual([5000]);
    await passSeconds(stage, 900);
    // A look that took long leaves no time for it.
    expect((await runInside(stage, ['send', '--quiet'], { elapsedMs: () => 60_000 })).slept).toEqual([]);
  });

  it.each([['--now'], ['--report'], ['--all'], ['--json']])('does not keep somebody waiting who asks with %s', async (flag) => {
    await timer();
    await runInside(stage, ['send', flag]);
    expect(sent()).toBe(2);
  });

  it('does not keep a terminal waiting', async () => {
    await timer();
    await runInside(stage, ['send'], { terminal: { isStdout: true, hasColour: false, askHidden: undefined } });
    expect(sent()).toBe(2);
  });

  it('lets another run that is going on do it, without a word', async () => {
    const started = (await readFile(`/proc/${process.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19];
    await writeFile(own('run.lock'), `${process.pid} ${started}\n`);
    expect(await timer()).toMatchObject({ code: 0, out: [], err: [] });
    expect(await runInside(stage, ['send', '--now'])).toMatchObject({ code: 2, err: ['Another run is going on. Nothing was done.'] });
  });

  it('says nothing on a node that was never enrolled', async () => {
    await runInside(stage, ['unenroll', '--goodbye-seconds', '0']);
    expect(await timer()).toMatchObject({ code: 3, out: [], err: [] });
    expect((await runInside(stage, ['send'])).err).toEqual([
      'This node is not enrolled. Run: sexton-collector --root '.concat(stage.node.root, ' enroll --server URL'),
    ]);
  });
});

describe('a server that is away', () => {
  it('is asked less and less often, never later than after half an hour, and at once when it is back', async () => {
    stage.server.reply = away;
    expect(await timerFor(120)).toEqual([0, 5, 15, 30, 50, 70, 90, 110]);
    stage.server.reply = () => accepted;
    expect(await timerFor(20)).toEqual([10]);
    const state = JSON.parse(await readFile(own('state.json'), 'utf8'));
    expect([state.missed, state.lastFailure]).toEqual([undefined, undefined]);
  });

  it('finds the newest message kept in one file of root, and nothing of it afterwards', async () => {
    stage.server.reply = away;
    await timer();
    await writeFile(`${stage.node.root}/etc/pve/nodes/pve1/qemu-server/104.conf`, 'name: build-01\nlock: backup\n');
    const { err, code } = await runInside(stage, ['send', '--now']);
    expect([code, err.length]).toEqual([4, 1]);
    expect(err[0]).toMatch(/^says unavailable Nothing is lost: .* at \d\d:\d\d or when send is run\. This one is kept in .*\/spool\/newest\.$/);
    expect((await stat(own('spool/newest'))).mode & 0o777).toBe(0o600);
    expect(gunzipSync(await readFile(own('spool/newest'))).toString()).toContain('lock: backup');
    stage.server.reply = () => accepted;
    await runInside(stage, ['send', '--now']);
    expect(existsSync(own('spool/newest'))).toBe(false);
    // Also when the server knows this state already, and only a hash was on its way.
    stage.server.reply = away;
    await runInside(stage, ['send', '--now']);
    expect(
      gunzipSync(await readFile(own('spool/newest')))
        .toString()
        .split('\n'),
    ).toHaveLength(3);
  });

  it('is given the time it asks for, an hour at most', async () => {
    stage.server.reply = () => ({ ...away(), headers: { 'retry-after': '2400' } });
    expect(await timerFor(60)).toEqual([0, 45]);
    await passSeconds(stage, 3600);
    stage.server.reply = () => ({ ...away(), headers: { 'retry-after': '99999999' } });
    expect(await timerFor(120)).toEqual([0, 70]);
  });

  it('is tried at once after a boot, and the counting begins anew', async () => {
    stage.server.reply = away;
    await timerFor(45);
    await reboot(stage, '11111111-2222-4333-8444-555555555555');
    expect(await timerFor(20)).toEqual([0, 5, 15]);
  });
});

describe('a clock that jumps', () => {
  it.each([-3_600_000, 3_600_000, -86_400_000 * 400, 86_400_000 * 400])('by %d ms neither silences a node nor makes it chatter', async (jump) => {
    await timer();
    await passSeconds(stage, 300);
    const now = () => Date.now() + jump;
    const before = sent();
    await runInside(stage, ['send', '--quiet'], { now });
    expect(sent()).toBe(before);
    await passSeconds(stage, 600);
    expect((await runInside(stage, ['send', '--quiet'], { now })).code).toBe(0);
    expect(sent()).toBe(before + 1);
    await passSeconds(stage, 900);
    expect((await timer()).code).toBe(0);
    expect(sent()).toBe(before + 2);
  });
});

describe('a server that refuses', () => {
  it('is a node that was removed: one line, exit code 3, asked again once a day', async () => {
    stage.server.reply = () => problem(401, 'node_unknown');
    const first = await timer();
    expect([first.code, first.out, first.err.length]).toEqual([3, [], 1]);
    expect(first.err[0]).toMatch(/does not know this node any more\. To enrol it again: sexton-collector .* enroll --new-key\./);
    await passSeconds(stage, 300);
    expect(await timer()).toMatchObject({ code: 3, out: [], err: [] });
    expect(sent()).toBe(1);
    await passSeconds(stage, 86_400);
    expect(await timer()).toMatchObject({ code: 3, out: [], err: [] });
    expect(sent()).toBe(2);
    expect((await runInside(stage, ['send', '--now'])).err).toHaveLength(1);
    const { out } = await runInside(stage, ['status']);
    expect(out.join('\n')).toMatch(/refused: says node_unknown(?:.|\n)*next {12}\d+ \w{3}.*, or at once: sexton-collector/);
  });

  it('goes on when the node is known again', async () => {
    stage.server.reply = () => problem(401, 'node_unknown');
    await timer();
    stage.server.reply = () => accepted;
    await runInside(stage, ['send', '--now']);
    await passSeconds(stage, 900);
    expect(await timer()).toMatchObject({ code: 0, err: [] });
    expect(sent()).toBe(3);
  });

  it('says once which collector it needs, and asks the next one at once', async () => {
    stage.server.reply = () => problem(426, 'collector_outdated');
    const first = await timer();
    expect([first.code, first.err]).toEqual([5, ['says collector_outdated This one is sexton-collector 0.0.0-dev.']]);
    await passSeconds(stage, 300);
    expect(await timer()).toMatchObject({ code: 0, err: [] });
    expect(sent()).toBe(1);
    const state = JSON.parse(await readFile(own('state.json'), 'utf8'));
    await writeFile(own('state.json'), JSON.stringify({ ...state, wait: { ...state.wait, collector: '0.0.1' } }));
    await timer();
    expect(sent()).toBe(2);
  });

  it('says something else when it is told something else', async () => {
    stage.server.reply = () => problem(413, 'too_large');
    expect(await timer()).toMatchObject({ code: 5, err: ['says too_large'] });
    await passSeconds(stage, 3600);
    expect(await timer()).toMatchObject({ code: 5, err: [] });
    await passSeconds(stage, 3600);
    stage.server.reply = () => problem(400, 'bad_request');
    expect(await timer()).toMatchObject({ code: 5, err: ['says bad_request'] });
  });
});

describe('a run that has little time left', () => {
  /** As if looking had taken this long. */
  const runAfter = (seconds: number) => {
    const began = performance.now();
    return runInside(stage, ['send', '--now'], { elapsedMs: () => seconds * 1000 + performance.now() - began });
  };

  it('does not wait for a server beyond its 90 seconds', async () => {
    stage.server.reply = () => ({ ...accepted, hangs: true });
    const began = performance.now();
    const { code, err } = await runAfter(86);
    expect([code, err[0]]).toEqual([4, expect.stringContaining('did not answer within')]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('does not sign anew for ever either', async () => {
    stage.server.reply = ({ sequence }) => problem(409, 'sequence_used', { last: sequence });
    expect((await runAfter(86)).code).toBe(4);
    expect(sent()).toBe(1);
  });

  it('still brings the state that is asked for in the same run', async () => {
    await runInside(stage, ['send', '--now']);
    stage.server.reply = ({ lines }) => (lines.length === 1 ? { status: 200, body: { ...Object(accepted.body), want: 'state' } } : accepted);
    expect((await runAfter(85)).code).toBe(0);
    expect(stage.server.arrived.slice(-2).map(({ lines }) => lines.length)).toEqual([1, 3]);
  });
});

describe('databases that were restored', () => {
  it('at the server: an older last number stops nothing, the state is brought again', async () => {
    await runInside(stage, ['send', '--now']);
    await writeFile(own('state.json'), JSON.stringify({ ...JSON.parse(await readFile(own('state.json'), 'utf8')), sequence: 5000 }));
    stage.server.reply = ({ lines }) => (lines.length === 1 ? { status: 200, body: { ...Object(accepted.body), want: 'state' } } : accepted);
    expect((await runInside(stage, ['send', '--now'])).code).toBe(0);
    expect(stage.server.arrived.slice(-2).map(({ sequence, lines }) => [sequence, lines.length])).toEqual([
      [5001, 1],
      [5002, 3],
    ]);
  });

  it('at the node: the number goes on from what the server says', async () => {
    stage.server.reply = ({ sequence }) => (sequence <= 5000 ? problem(409, 'sequence_used', { last: 5000 }) : accepted);
    expect((await runInside(stage, ['send', '--now'])).code).toBe(0);
    expect(JSON.parse(await readFile(own('state.json'), 'utf8')).sequence).toBe(5001);
    expect((await runInside(stage, ['send', '--now'])).code).toBe(0);
    expect(sent()).toBe(3);
  });
});
