import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../collector/captures/catalogue';
import { whyCaptured } from '../../../collector/captures/why';
import { takeCaptures } from '../../../collector/machine/take-captures';
import { fakeMachine } from './fake-machine';

describe('the catalogue', () => {
  it('says of each of its entries, in its order, why it is captured', () => {
    expect(Object.keys(whyCaptured)).toEqual(catalogue.map(({ id }) => id));
    expect(Object.values(whyCaptured).filter((why) => !/^[A-Za-z].{10,}\.$/.test(why))).toEqual([]);
  });
});

describe('takeCaptures', () => {
  it('keeps the order the analyzer relies on: guests, then the device mapper, LVM, and the device mapper again', () => {
    expect(catalogue.map(({ id }) => id)).toEqual([
      ...['host.boot-id', 'host.machine-id', 'host.name', 'host.kernel', 'pve.local', 'pve.version', 'pve.vmlist.1', 'pve.members', 'pve.ha.1'],
      ...['pve.datacenter', 'pve.tasks.1', 'host.stat.1', 'pve.guests', 'pve.storage', 'dm.info.1', 'dm.multipath'],
      ...[
        'lvm.report',
        'lvm.autoactivation',
        'host.devices',
        'dm.table',
        'dm.info.2',
        'dm.thin-pool.mode',
        'dm.thin-pool',
        'dm.cookies',
        'lvm.locks',
      ],
      ...[
        'pve.vmlist.2',
        'pve.ha.2',
        'pve.tasks.2',
        'pve.tasks.failed',
        'qm.list',
        'pct.list',
        'guest.pids',
        'guest.processes',
        'host.packages',
        'host.mentions',
      ],
      ...['host.uptime', 'host.loadavg', 'host.meminfo', 'host.processor', 'host.network', 'host.mounts', 'host.stat.2'],
      ...['host.file-systems', 'zfs.pools'],
    ]);
    expect(catalogue.map(({ step }) => step)).toEqual(catalogue.map(({ step }) => step).sort());
  });

  it('takes what it takes in the order of the catalogue', async () => {
    const machine = fakeMachine(() => ({}));
    const { raw } = await takeCaptures(catalogue, machine, 70, []);
    // Before LVM the storage is looked at once more, in two commands.
    expect(machine.seen.filter((one) => !one.startsWith('/'))).toEqual([
      ...['fenced 6', 'fenced 2', 'dmsetup info', 'dmsetup status', 'dmsetup info', 'dmsetup status', 'lvm fullreport', 'lvs --readonly'],
      ...[
        'dmsetup table',
        'dmsetup info',
        'dmsetup status',
        'dmsetup status',
        'dmsetup udevcookies',
        'fenced 3',
        'qm list',
        'pct list',
        'dpkg-query -W',
        'stat -f',
      ],
      'zpool list',
    ]);
    expect([...raw.values()].every(({ status }) => status === 'ok')).toBe(true);
    expect(machine.seen.filter((one) => !one.startsWith('/')).length).toBeLessThanOrEqual(30);
  });

  it('never starts a second one of a command that got stuck, and goes on with the rest', async () => {
    const left = [{ pid: 4711, startTime: 99 }];
    const machine = fakeMachine(([command, verb]) => (command === 'dmsetup' && verb === 'table' ? { status: 'stuck', left, ms: 13_000 } : {}));
    const told: unknown[] = [];
    const twice = [...catalogue, ...catalogue.filter(({ id }) => id === 'dm.table').map((entry) => ({ ...entry, id: 'again', step: 6 as const }))];
    const { raw, stuck } = await takeCaptures(twice, machine, 70, [], (one) => told.push(one));
    expect(machine.seen.filter((one) => one === 'dmsetup table')).toHaveLength(1);
    expect([raw.get('dm.table'), raw.get('again')]).toMatchObject([
      { status: 'stuck', reason: 'hangs in the kernel and was left alone', ms: 13_000 },
      { status: 'stuck', reason: 'hangs in the kernel and was left alone', ms: 0 },
    ]);
    expect(raw.get('qm.list')).toMatchObject({ status: 'ok' });
    expect(stuck).toEqual([{ command: 'dmsetup table', pid: 4711, startTime: 99, since: expect.any(Number) }]);
    expect(told).toEqual(stuck);
  });

  it('starts it again once what it left behind is gone', async () => {
    const machine = fakeMachine(() => ({}));
    machine.gone.add(99);
    const { raw, stuck } = await takeCaptures(catalogue, machine, 70, [{ command: 'qm list', pid: 99, startTime: 1, since: 1 }]);
    expect([raw.get('qm.list')?.status, stuck]).toEqual(['ok', []]);
  });

  it('leaves alone what an earlier run left behind', async () => {
    const machine = fakeMachine(() => ({}));
    const { raw, stuck } = await takeCaptures(catalogue, machine, 70, [
      { command: 'qm list', pid: 99, startTime: 1, since: 1 },
      { command: 'read /etc/pve', pid: 98, startTime: 1, since: 1 },
    ]);
    expect(machine.seen).not.toContain('qm list');
    expect(machine.seen.filter((one) => one.startsWith('fenced'))).toEqual([]);
    expect(raw.get('pve.guests')).toMatchObject({ status: 'stuck' });
    expect(raw.get('qm.list')).toEqual({ status: 'stuck', reason: 'hangs in the kernel and was left alone', ms: 0 });
    expect(stuck).toHaveLength(2);
  });

  it('skips what has no time left, by name, and never runs over', async () => {
    const machine = fakeMachine(() => ({ status: 'timeout', ms: 60_000 }));
    const { raw } = await takeCaptures(catalogue, machine, 50, []);
    expect(machine.elapsedMs()).toBeLessThanOrEqual(50_000);
    expect(raw.get('host.packages')).toMatchObject({ status: 'skipped', reason: 'no time left' });
    expect([...raw.keys()].sort()).toEqual(catalogue.map(({ id }) => id).sort());
  });

  it.each(['timeout', 'stuck'] as const)('ends in its time when every command is a %s, whatever the gates wait for', async (status) => {
    const left = [{ pid: 4711, startTime: 1 }];
    const machine = fakeMachine(() => ({ status, ms: 60_000, ...(status === 'stuck' ? { left } : {}) }), {
      listBlockedTasks: () => [{ pid: 1, tid: 1, comm: 'kvm', wchan: 'io_schedule', moment: '' }],
    });
    await takeCaptures(catalogue, machine, 70, []);
    expect(machine.elapsedMs()).toBeLessThanOrEqual(70_000);
    const gatesOnly = fakeMachine(({ length }) => ({ ms: length > 0 ? 4000 : 0 }), {
      listBlockedTasks: () => [{ pid: 1, tid: 1, comm: 'kvm', wchan: 'io_schedule', moment: '' }],
    });
    await takeCaptures(catalogue, gatesOnly, 70, []);
    expect(gatesOnly.elapsedMs()).toBeLessThanOrEqual(70_000);
  });

  it('asks the device mapper again when a mapping went while it listed, and keeps the failure when it stays', async () => {
    let tries = 0;
    const flaky = fakeMachine((argv) => (argv[1] === 'info' && ++tries <= 2 ? { status: 'failed', exit: 1 } : {}));
    const { raw } = await takeCaptures(catalogue, flaky, 70, []);
    expect([raw.get('dm.info.1')?.status, raw.get('dm.info.2')?.status, tries]).toEqual(['ok', 'ok', 5]);
    const broken = fakeMachine((argv) => (argv[0] === 'dmsetup' ? { status: 'failed', exit: 1 } : {}));
    expect((await takeCaptures(catalogue, broken, 70, [])).raw.get('dm.info.1')?.status).toBe('failed');
    expect(broken.seen.filter((command) => command === 'dmsetup info')).toHaveLength(9);
  });

  it('never asks again what hung', async () => {
    const hanging = fakeMachine((argv) => (argv[0] === 'dmsetup' ? { status: 'timeout', ms: 10_000 } : {}));
    await takeCaptures(catalogue, hanging, 70, []);
    expect(hanging.seen.filter((command) => command === 'dmsetup info')).toHaveLength(1);
  });
});
