/** What must hold before LVM, qm and pct may start. */
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../collector/captures/catalogue';
import type { BlockedTask } from '../../../collector/machine/blocked-tasks';
import { findDeadMaps } from '../../../collector/machine/gates';
import type { CommandOutcome } from '../../../collector/machine/run-command';
import { takeCaptures } from '../../../collector/machine/take-captures';
import { fakeMachine } from './fake-machine';

const alive = 'mpathb: 0 2097152 multipath 2 0 0 0 2 1 A 0 1 2 8:16 A 0 0 1 E 0 1 2 8:32 F 3 0 1 \n';
const dead = 'mpathc: 0 2097152 multipath 2 1 0 0 1 1 A 0 2 2 8:48 F 1 0 1 8:64 F 2 0 1 \n';
const row = (name: string, suspended: string) => `${name}|LVM-x|252|1|0|L--w|${suspended}|Writeable|Live|1|8:3|\n`;

type Looks = {
  readonly mappings?: (look: number) => string;
  readonly multipath?: (look: number) => string;
  readonly tasks?: () => readonly BlockedTask[];
};

/** Runs the catalogue; `look` counts from 0, the captured one. */
async function run(
  { mappings = () => '', multipath = () => '', tasks = () => [] }: Looks,
  outcomeOf: (name: string) => Partial<CommandOutcome> = () => ({}),
) {
  const looks = { info: 0, status: 0 };
  const machine = fakeMachine(
    (argv) => {
      if (argv[1] === 'info') return { out: Buffer.from(mappings(looks.info++)) };
      if (argv[4] === 'multipath') return { out: Buffer.from(multipath(looks.status++)) };
      return outcomeOf(argv.slice(0, 2).join(' '));
    },
    { listBlockedTasks: tasks },
  );
  const { raw } = await takeCaptures(catalogue, machine, 70, []);
  return { raw, seen: machine.seen, seconds: machine.elapsedMs() / 1000 };
}

const task = (more: Partial<BlockedTask>): BlockedTask => ({
  pid: 4711,
  tid: 4711,
  comm: 'lvs',
  wchan: 'folio_wait_bit_common',
  moment: '1 2 3',
  ...more,
});

describe('the gate before LVM', () => {
  it('is open when every map has a working path, and costs no waiting', async () => {
    const { raw, seconds } = await run({ multipath: () => alive, mappings: () => row('mpathb', 'Active') });
    expect(raw.get('lvm.report')?.status).toBe('ok');
    expect(seconds).toBeLessThan(1);
  });

  it('is closed by a map without a working path, which it names, and LVM is not started at all', async () => {
    const { raw, seen } = await run({ multipath: () => `${alive}${dead}` });
    const skipped = { status: 'skipped', reason: 'multipath map mpathc has no working path: LVM commands would hang', ms: 0 };
    expect([raw.get('lvm.report'), raw.get('lvm.autoactivation')]).toEqual([skipped, skipped]);
    expect(seen.filter((command) => command.startsWith('lv'))).toEqual([]);
    expect([raw.get('dm.table')?.status, raw.get('qm.list')?.status]).toEqual(['ok', 'ok']);
  });

  it('stays open for a path that was lost for a moment', async () => {
    const { raw, seen } = await run({ multipath: (look) => (look < 2 ? dead : alive.replace('mpathb', 'mpathc')) });
    expect(raw.get('lvm.report')?.status).toBe('ok');
    expect(seen.filter((command) => command === 'lvm fullreport')).toHaveLength(1);
  });

  it('is closed by a mapping that stays suspended, not by one that a snapshot suspends for a moment', async () => {
    const closed = await run({ mappings: () => `${row('san-vm--1--disk--0', 'Suspended')}${row('other', 'Active')}` });
    expect(closed.raw.get('lvm.report')?.reason).toBe('mapping san-vm--1--disk--0 is suspended: LVM commands would hang');
    // In every look another one is in the middle of its snapshot.
    const busy = await run({ mappings: (look) => row(`vm${look}`, 'Suspended') });
    expect(busy.raw.get('lvm.report')?.status).toBe('ok');
  });

  it('names three of many, and nothing that is no name', async () => {
    const maps = ['m1', 'm2', 'm\u001b[2J3', 'm4', 'm5'].map((name) => dead.replace('mpathc', name)).join('');
    const { raw } = await run({ multipath: () => maps });
    expect(raw.get('lvm.report')?.reason).toBe('multipath maps m?[2J3, m1, m2 and 2 more have no working path: LVM commands would hang');
    const long = await run({ multipath: () => ['a', 'b', 'c', 'd'].map((letter) => dead.replace('mpathc', letter.repeat(127))).join('') });
    expect(long.raw.get('lvm.report')?.reason?.length).toBeLessThanOrEqual(200);
  });

  it('is closed while a task has not moved in ten seconds of waiting for storage', async () => {
    const { raw, seconds } = await run({ tasks: () => [task({})] });
    expect(raw.get('lvm.report')).toMatchObject({
      status: 'skipped',
      reason: 'a process waits in the kernel for storage that does not answer: LVM commands would hang',
    });
    expect(seconds).toBeGreaterThanOrEqual(10);
    expect(seconds).toBeLessThan(15); // once, not for each of the commands
  });

  it('stays open while tasks wait and move: a busy disk is no dead one', async () => {
    let moment = 0;
    const { raw, seconds } = await run({ tasks: () => [task({ moment: String(moment++) })] });
    expect(raw.get('lvm.report')?.status).toBe('ok');
    expect(seconds).toBeLessThan(2);
  });

  it('stays open for tasks that wait for something else, or where the kernel does not say', async () => {
    const { raw } = await run({ tasks: () => [task({ wchan: 'msleep' }), task({ wchan: '' }), task({ wchan: 'fuse_wait_answer' })] });
    expect(raw.get('lvm.report')?.status).toBe('ok');
  });

  it('is closed where the device mapper does not say how it is: not known is not healthy', async () => {
    for (const outcome of [
      { status: 'absent' },
      { status: 'failed', exit: 1 },
      { status: 'timeout', ms: 10_000 },
      { status: 'stuck', left: [{ pid: 7, startTime: 1 }] },
    ] as const) {
      const machine = fakeMachine(([command]) => (command === 'dmsetup' ? outcome : {}));
      const { raw } = await takeCaptures(catalogue, machine, 70, []);
      expect(raw.get('lvm.report')).toMatchObject({
        status: 'skipped',
        reason: 'dmsetup does not tell the state of the storage: LVM commands might hang',
      });
      expect(machine.seen).not.toContain('lvm fullreport');
    }
  });

  it('is closed behind an LVM command that hangs or was too slow', async () => {
    const hanging = await run({}, (name) => (name === 'lvm fullreport' ? { status: 'stuck', left: [{ pid: 4711, startTime: 1 }], ms: 33_000 } : {}));
    expect(hanging.raw.get('lvm.autoactivation')).toMatchObject({ status: 'skipped', reason: 'lvm fullreport hangs in the kernel' });
    const slow = await run({}, (name) => (name === 'lvm fullreport' ? { status: 'timeout', ms: 30_000 } : {}));
    expect(slow.raw.get('lvm.autoactivation')).toMatchObject({ status: 'skipped', reason: 'lvm fullreport did not answer in time' });
    expect(slow.seen).not.toContain('lvs --readonly');
  });

  it('says in the next run what it said in the one that met the trouble', async () => {
    const left = [{ pid: 4711, startTime: 1 }];
    const machine = fakeMachine(([command]) => (command === 'lvm' ? { status: 'stuck', left, ms: 33_000, err: Buffer.from('half a line') } : {}));
    const first = await takeCaptures(catalogue, machine, 70, []);
    const next = await takeCaptures(
      catalogue,
      fakeMachine(() => ({})),
      70,
      first.stuck,
    );
    for (const id of ['lvm.report', 'lvm.autoactivation']) expect({ ...next.raw.get(id), ms: 0 }).toEqual({ ...first.raw.get(id), ms: 0 });
  });
});

describe('the gate before qm and pct', () => {
  it('is closed while a virtual machine hangs, in whichever of its threads', async () => {
    const { raw, seen } = await run({ tasks: () => [task({ comm: 'kvm', tid: 4720, wchan: 'anything' })] });
    const skipped = { status: 'skipped', reason: 'a virtual machine hangs in the kernel: qm and pct would wait for it', ms: 0 };
    expect([raw.get('qm.list'), raw.get('pct.list')]).toEqual([skipped, skipped]);
    expect(seen).not.toContain('qm list');
    expect(raw.get('lvm.report')?.status).toBe('ok');
  });

  it('stays open for one that waits for an instant, and for other processes', async () => {
    let moment = 0;
    const { raw } = await run({ tasks: () => [task({ comm: 'kvm', moment: String(moment++) }), task({ comm: 'rsync', wchan: 'msleep' })] });
    expect([raw.get('qm.list')?.status, raw.get('pct.list')?.status]).toEqual(['ok', 'ok']);
  });

  it('is closed while /etc/pve does not answer, which is not asked a second time', async () => {
    const fenced: number[] = [];
    const machine = fakeMachine(() => ({}), {
      readFenced: async (requests) => {
        fenced.push(requests.length);
        return { answers: requests.map(() => ({ status: 'timeout', reason: 'reading /etc/pve: after 10 s' })) };
      },
    });
    const { raw } = await takeCaptures(catalogue, machine, 70, []);
    expect(fenced).toHaveLength(1);
    expect(raw.get('pve.guests')).toMatchObject({ status: 'timeout' });
    expect(raw.get('qm.list')).toMatchObject({ status: 'skipped', reason: '/etc/pve does not answer: qm and pct would wait for it' });
    expect([raw.get('lvm.report')?.status, raw.get('dm.table')?.status, raw.get('pve.tasks.2')?.status]).toEqual(['ok', 'ok', 'ok']);
  });
});

describe('findDeadMaps', () => {
  it('counts what works, in every group, behind options of any kind', () => {
    expect(findDeadMaps(`${alive}${dead}`)).toEqual(['mpathc']);
    expect(findDeadMaps('36001405aabbccdd0: 0 2097152 multipath 2 0 1 1 alua 2 2 E 0 1 2 8:16 F 1 0 1 A 0 1 2 8:32 A 0 0 1 ')).toEqual([]);
    expect(findDeadMaps('a:b c: 0 2097152 multipath 2 0 0 0 1 1 A 0 1 2 8:32 A 0 0 1 ')).toEqual([]);
  });

  it('calls a map without any path dead, and takes a state of a group for no path', () => {
    expect(findDeadMaps('empty: 0 2097152 multipath 2 0 0 0 0 1 ')).toEqual(['empty']);
    expect(findDeadMaps('gone: 0 2097152 multipath 2 0 0 0 1 1 A 0 0 2 ')).toEqual(['gone']);
  });

  it('finds nothing where there is nothing', () => {
    for (const text of ['', 'No devices found\n', 'pve-data-tpool: 0 8 thin-pool 4 420/4096 8/16 - rw\n']) expect(findDeadMaps(text)).toEqual([]);
  });
});
