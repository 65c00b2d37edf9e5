/** What is read along with the state of a node: since when guests run, how pools are, what failed, what keeps LVM's locks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeFacts, readSnapshot } from '../../../worker/analyzer';
import type { Capture } from '../../../worker/wire/snapshot';
import { capturesOf, type FakeNode, text, uptimeSeconds } from './support/fake-node';

const node: FakeNode = {
  name: 'pve1',
  guests: [
    { vmid: 100, node: 'pve1', config: '' },
    { vmid: 200, node: 'pve1', type: 'lxc', config: '' },
  ],
  runsSince: { 100: 3600, 200: 86_400 },
};
const factsOf = (captures: readonly Capture[]): NodeFacts => readSnapshot(captures, {}).facts;
const withCapture = (id: string, change: Partial<Capture>) => factsOf(capturesOf(node).map((one) => (one.id === id ? { ...one, ...change } : one)));
const withText = (id: string, out: string) => withCapture(id, text(id, out));

describe('since when guests run', () => {
  it('is counted to the first reading of the device mapper, and never too long', () =>
    expect(factsOf(capturesOf(node)).runningFor).toEqual({ status: 'known', value: { 100: 3600 - 70, 200: 86_400 - 70 } }));

  it('is read from the readings of a message', () => {
    const along = ['guest.pids', 'guest.processes', 'host.uptime'];
    const captures = capturesOf(node);
    const [state, readings] = [captures.filter(({ id }) => !along.includes(id)), captures.filter(({ id }) => along.includes(id))];
    expect(readSnapshot(state, {}, { captures: readings }).facts.runningFor).toEqual(factsOf(captures).runningFor);
    expect(readSnapshot(state, {}).facts.runningFor).toEqual({ status: 'unknown', why: { reason: 'not_captured', capture: 'guest.pids' } });
  });

  it('never takes a reading for the state of the same name', () => {
    const { facts } = readSnapshot(capturesOf(node), {}, { captures: [text('dm.info.1', 'nonsense')] });
    expect(facts.mappings.status).toBe('known');
  });

  it('of a container is that of its first process, not of its monitor', () =>
    expect(withText('guest.processes', '10200 1 S 100 7 lxc-start\n').runningFor).toEqual({ status: 'known', value: {} }));

  it('of a guest whose process is gone, or whose file says nothing, is not in it', () => {
    expect(withText('guest.processes', '').runningFor).toEqual({ status: 'known', value: {} });
    const files = [{ path: '/run/qemu-server/100.pid', status: 'ok' as const, out: 'x\n', length: 2 }];
    expect(withCapture('guest.pids', { files }).runningFor).toEqual({ status: 'known', value: {} });
  });

  it('of one that has just begun is nothing', () =>
    expect(withText('guest.processes', `10100 1 S ${uptimeSeconds * 100} 7 kvm\n`).runningFor).toEqual({ status: 'known', value: { 100: 0 } }));

  it.each([
    ['guest.pids', { status: 'unreadable' as const }, 'unreadable'],
    ['guest.processes', { status: 'skipped' as const }, 'skipped'],
    ['guest.processes', { truncated: 3 }, 'truncated'],
    ['host.uptime', text('host.uptime', 'x'), 'unparseable'],
  ])('is not known without %s', (id, change, reason) => expect(withCapture(id, change).runningFor).toMatchObject({ why: { reason } }));
});

describe('thin pools', () => {
  const pools = (out: string) => withText('dm.thin-pool.mode', out).thinPools;
  it('are read line by line', () =>
    expect(
      pools(
        'pve-data-tpool: rw - queue_if_no_space data=80 meta=0\nx-y: out_of_data_space needs_check error_if_no_space data=95 meta=85\nz: Fail - - data=- meta=-\n',
      ),
    ).toEqual({
      status: 'known',
      value: [
        { name: 'pve-data-tpool', mode: 'rw', needsCheck: false, waitsWhenFull: true, dataAbove: 80, metaAbove: 0, line: 1 },
        { name: 'x-y', mode: 'out_of_data_space', needsCheck: true, waitsWhenFull: false, dataAbove: 95, metaAbove: 85, line: 2 },
        { name: 'z', mode: 'fail', needsCheck: false, waitsWhenFull: false, dataAbove: null, metaAbove: null, line: 3 },
      ],
    }));
  it.each(['', 'No devices found\n'])('are none in %j', (out) => expect(pools(out)).toEqual({ status: 'known', value: [] }));
  it.each([
    ['?\n', 1],
    ['a: rw - - data=0 meta=0\nb: rw\n', 2],
    ['a: rw - - data=0 meta=0', 1],
  ])('are not known from %j', (out, line) =>
    expect(pools(out)).toEqual({ status: 'unknown', why: { reason: 'unparseable', capture: 'dm.thin-pool.mode', line } }),
  );
});

describe('tasks that failed', () => {
  const tasks = (...outs: readonly string[]) =>
    withCapture('pve.tasks.failed', {
      files: outs.map((out, at) => ({ path: `/var/log/pve/tasks/index${at}`, status: 'ok' as const, out, length: out.length })),
    }).failedTasks;
  it('come newest first from both files, at most fifty', () => {
    expect(tasks("100 qmstart 119 can't activate LV '/dev/a/b': …\n50 vzdump - \n", '75 imgdel 131@san \n')).toEqual({
      status: 'known',
      value: [
        { type: 'qmstart', id: '119', endedAt: 100, says: "can't activate LV '/dev/a/b': …" },
        { type: 'imgdel', id: '131@san', endedAt: 75, says: '' },
        { type: 'vzdump', id: '', endedAt: 50, says: '' },
      ],
    });
    const many = tasks(Array.from({ length: 99 }, (_, at) => `${at} qmstart 1 x${'y'.repeat(400)}\n`).join(''));
    expect(many).toMatchObject({ value: { length: 50, 0: { endedAt: 98 } } });
    expect(many.status === 'known' && many.value.every(({ says }) => says.length <= 200)).toBe(true);
  });
  it('are not known when a file was cut', () => {
    const files = [{ path: '/var/log/pve/tasks/index', status: 'ok' as const, out: '1 a b c\n', length: 900 }];
    expect(withCapture('pve.tasks.failed', { files }).failedTasks).toMatchObject({ why: { reason: 'truncated' } });
  });
});

describe("LVM's locks", () => {
  it('and cookies are read', () => {
    const { lvmLocks, cookies } = withText('lvm.locks', 'V_san1vg 0 W wait ?\nV_san1vg 4711 W hold vgs\ncookie 0x0d4d1a2b\ncookie 0x0d4d1a2c\n');
    expect(lvmLocks).toEqual({
      status: 'known',
      value: [
        { lock: 'V_san1vg', pid: 0, isWaiting: true, command: '', line: 1 },
        { lock: 'V_san1vg', pid: 4711, isWaiting: false, command: 'vgs', line: 2 },
      ],
    });
    expect(cookies).toEqual({ status: 'known', value: 2 });
  });
  it('are not known from a line that is none', () => {
    const { lvmLocks, cookies } = withText('lvm.locks', 'V_a 1 W hold vgs\nnonsense\n');
    expect([lvmLocks, cookies]).toEqual(Array(2).fill({ status: 'unknown', why: { reason: 'unparseable', capture: 'lvm.locks', line: 2 } }));
  });
});

describe('autoactivation', () => {
  const group = { name: 'san', volumes: [{ name: 'a', autoactivation: true }, { name: 'b' }, { name: '[hidden]' }] };
  const read = (captures: readonly Capture[]) => {
    const { groups } = factsOf(captures);
    return groups.status === 'known' ? groups.value[0]?.volumes.map(({ autoactivation }) => autoactivation) : groups;
  };
  it('is known of every volume LVM lists, and of no other', () =>
    expect(read(capturesOf({ ...node, groups: [group] }))).toEqual([true, false, undefined]));
  it('is not known where LVM does not know the column', () =>
    expect(
      read(capturesOf({ ...node, groups: [group] }).map((one) => (one.id === 'lvm.autoactivation' ? { ...one, status: 'failed', exit: 5 } : one))),
    ).toEqual([undefined, undefined, undefined]));
});

it('whatever these captures hold, nothing throws and nothing else changes', () => {
  const ids = ['guest.pids', 'guest.processes', 'host.uptime', 'dm.thin-pool.mode', 'pve.tasks.failed', 'lvm.locks', 'lvm.autoactivation'];
  const { mappings, membership } = factsOf(capturesOf(node));
  fc.assert(
    fc.property(fc.constantFrom(...ids), fc.string({ unit: 'binary', maxLength: 200 }), (id, out) => {
      const garbage = { ...text(id, out), files: [{ path: out, status: 'ok' as const, out, length: out.length }] };
      const facts = factsOf(capturesOf(node).map((one) => (one.id === id ? garbage : one)));
      expect([facts.mappings, facts.membership]).toEqual([mappings, membership]);
    }),
    { numRuns: 300 },
  );
});
