import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../collector/captures/catalogue';
import { whyCaptured } from '../../../collector/captures/why';
import type { CommandOutcome } from '../../../collector/run-command';
import { type Machine, takeCaptures } from '../../../collector/take-captures';

const nothing = Buffer.alloc(0);

/** A machine that counts and whose clock moves only by what commands take. */
function machineWhere(outcomeOf: (argv: readonly string[]) => Partial<CommandOutcome>): Machine & { readonly seen: string[] } {
  let clockMs = 0;
  const seen: string[] = [];
  return {
    seen,
    run: async (argv, _env, limitSeconds) => {
      const outcome: CommandOutcome = { status: 'ok', exit: 0, out: nothing, err: nothing, ms: 1, ...outcomeOf(argv) };
      seen.push(`${argv.slice(0, 2).join(' ')}`);
      clockMs += Math.min(outcome.ms, limitSeconds * 1000 + 4000);
      return outcome;
    },
    readDirect: (requests) => {
      seen.push(...requests.map(({ source }) => ('path' in source ? source.path : 'files')));
      return requests.map(() => ({ status: 'ok', out: nothing }));
    },
    readFenced: async (requests) => {
      seen.push(`fenced ${requests.length}`);
      return { answers: requests.map(() => ({ status: 'ok', out: nothing })) };
    },
    elapsedMs: () => clockMs,
  };
}

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
      ...['pve.datacenter', 'pve.tasks.1', 'host.stat.1', 'pve.guests', 'pve.storage', 'dm.info.1', 'lvm.report', 'dm.table', 'dm.info.2'],
      ...['pve.vmlist.2', 'pve.ha.2', 'pve.tasks.2', 'qm.list', 'pct.list', 'host.packages', 'host.mentions'],
      ...['host.uptime', 'host.loadavg', 'host.meminfo', 'host.stat.2', 'host.root'],
    ]);
    expect(catalogue.map(({ step }) => step)).toEqual(catalogue.map(({ step }) => step).sort());
  });

  it('takes what it takes in the order of the catalogue', async () => {
    const machine = machineWhere(() => ({}));
    const { raw } = await takeCaptures(catalogue, machine, 70, []);
    expect(machine.seen.filter((one) => !one.startsWith('/'))).toEqual([
      ...['fenced 6', 'fenced 2', 'dmsetup info', 'lvm fullreport', 'dmsetup table', 'dmsetup info', 'fenced 2', 'files'],
      ...['qm list', 'pct list', 'dpkg-query -W', 'df -P'],
    ]);
    expect([...raw.values()].every(({ status }) => status === 'ok')).toBe(true);
  });

  it('never starts a second one of a command that got stuck, and goes on with the rest', async () => {
    const machine = machineWhere(([command, verb]) => (command === 'dmsetup' && verb === 'info' ? { status: 'stuck', pid: 4711, ms: 13_000 } : {}));
    const { raw, stuck } = await takeCaptures(catalogue, machine, 70, []);
    expect(machine.seen.filter((one) => one === 'dmsetup info')).toHaveLength(1);
    expect(raw.get('dm.info.2')).toMatchObject({ status: 'stuck' });
    expect(raw.get('lvm.report')).toMatchObject({ status: 'ok' });
    expect(stuck.map(({ pid }) => pid)).toEqual([4711]);
  });

  it('leaves alone what an earlier run left behind', async () => {
    const machine = machineWhere(() => ({}));
    const { raw } = await takeCaptures(catalogue, machine, 70, [
      { command: 'qm list', pid: 99 },
      { command: 'read /etc/pve', pid: 98 },
    ]);
    expect(machine.seen).not.toContain('qm list');
    expect(machine.seen.filter((one) => one.startsWith('fenced'))).toEqual([]);
    expect(raw.get('pve.guests')).toMatchObject({ status: 'stuck' });
    expect(raw.get('qm.list')).toMatchObject({ status: 'stuck', reason: 'an earlier one is still there (pid 99)' });
  });

  it('skips what has no time left, by name, and never runs over', async () => {
    const machine = machineWhere(() => ({ status: 'timeout', ms: 60_000 }));
    const { raw } = await takeCaptures(catalogue, machine, 50, []);
    expect(machine.elapsedMs()).toBeLessThanOrEqual(50_000);
    expect(raw.get('qm.list')).toMatchObject({ status: 'skipped', reason: 'no time left' });
    expect([...raw.keys()].sort()).toEqual(catalogue.map(({ id }) => id).sort());
  });

  it('asks the device mapper again when a mapping went while it listed, and keeps the failure when it stays', async () => {
    let tries = 0;
    const flaky = machineWhere((argv) => (argv[1] === 'info' && ++tries <= 2 ? { status: 'failed', exit: 1 } : {}));
    const { raw } = await takeCaptures(catalogue, flaky, 70, []);
    expect([raw.get('dm.info.1')?.status, raw.get('dm.info.2')?.status, tries]).toEqual(['ok', 'ok', 4]);
    const broken = machineWhere((argv) => (argv[0] === 'dmsetup' ? { status: 'failed', exit: 1 } : {}));
    expect((await takeCaptures(catalogue, broken, 70, [])).raw.get('dm.info.1')?.status).toBe('failed');
    expect(broken.seen.filter((command) => command === 'dmsetup info')).toHaveLength(6);
  });

  it('never asks again what hung', async () => {
    const hanging = machineWhere((argv) => (argv[0] === 'dmsetup' ? { status: 'timeout', ms: 10_000 } : {}));
    await takeCaptures(catalogue, hanging, 70, []);
    expect(hanging.seen.filter((command) => command === 'dmsetup info')).toHaveLength(2);
  });
});
