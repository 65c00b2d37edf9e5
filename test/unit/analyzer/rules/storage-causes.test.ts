/** One cause instead of fifty symptoms: pools that do not work, groups that are gone, `shared` told wrong, locks that are kept. */
import { describe, expect, it } from 'vitest';
import type { ClusterReport, Found } from '../../../../worker/analyzer';
import { without } from '../support/change-node';
import { group, local, localLayers, localStorage, pair, san, sanStorage, thin, thinMapped, vm } from '../support/corpus-parts';
import { capturesOf, type FakeNode, mapped, uuidOf } from '../support/fake-node';
import { judge, memberOf, statusOf } from '../support/judge';

const foundBy = (rule: string, report: ClusterReport): readonly Found[] =>
  [...report.nodes, report.cluster].flatMap(({ findings }) => findings).filter(({ ruleId }) => ruleId === rule);
const only = (rule: string, ...nodes: readonly FakeNode[]): Found | undefined => {
  const [first, ...more] = foundBy(rule, judge(...nodes));
  expect(more).toEqual([]);
  return first;
};

const disks = Array.from({ length: 41 }, (_, index) => `vm-${104 + index}-disk-0`);
const pool: FakeNode = {
  name: 'pve1',
  storages: localStorage,
  guests: disks.map((disk, index) => vm(104 + index, 'pve1', `scsi0: local-lvm:${disk}\n`)),
  groups: [local(...disks.map((disk) => thin(disk)))],
  mappings: [...localLayers, ...disks.map((disk, index) => thinMapped(disk, 10 + index, { open: 1 }))],
};
const saying = (line: string): FakeNode => ({ ...pool, pools: `pve-data-tpool: ${line}\n` });

describe('storage.thin-pool-down', () => {
  const rule = 'storage.thin-pool-down';
  const gone: FakeNode = { ...pool, mappings: localLayers.slice(0, 2) };

  it('is one finding for 41 disks, which says first what not to do, and offers no script', () => {
    const found = only(rule, gone);
    expect(found).toMatchObject({ severity: 'critical', remedy: null, detail: { disks: 41, how: 'absent' } });
    expect(found?.explanation.sentence).toBe('Thin pool pve/data does not come up on pve1: 41 disks missing.');
    expect(found?.explanation.messages[0]).toBe(
      "activating LV 'pve/vm-104-disk-0' failed:   Check of pool pve/data failed (status:1). Manual repair required!",
    );
    expect(found?.explanation.todo).toMatch(/^Do not remove pve\/data_meta0\. .*No script is offered\.$/);
    expect(found?.explanation.breaks).toContain('VM 104, VM 105, VM 106, VM 107, VM 108, VM 109, VM 110, VM 111 and 33 more');
  });

  it('is only a warning while no guest in it runs and no task has failed on it', () => {
    const captures = capturesOf(gone).map((one) => (one.id === 'qm.list' ? { ...one, out: '', length: 0 } : one));
    const quiet = judge(memberOf('pve1', captures));
    expect(foundBy(rule, quiet)[0]).toMatchObject({ severity: 'warning', detail: { isProven: false } });
    const says = "1795590000 qmstart 104 activating LV 'pve/vm-104-disk-0' failed:   Check of pool pve/data failed (status:1).\n";
    const index = [{ path: '/var/log/pve/tasks/index', status: 'ok' as const, out: says, length: says.length }];
    const failed = judge(
      memberOf(
        'pve1',
        captures.map((one) => (one.id === 'pve.tasks.failed' ? { ...one, files: index } : one)),
      ),
    );
    expect(foundBy(rule, failed)[0]).toMatchObject({ severity: 'critical', alreadyHit: expect.stringContaining('qmstart 104') });
  });

  it.each([
    ['ro - queue_if_no_space data=0 meta=95', 'takes no writes', 'switching pool to read-only mode'],
    ['out_of_data_space - queue_if_no_space data=95 meta=0', 'is full', 'switching pool to out-of-data-space (queue IO) mode'],
    ['out_of_data_space - error_if_no_space data=95 meta=0', 'is full', 'switching pool to out-of-data-space (error IO) mode'],
    ['Fail - - data=- meta=-', 'has failed', 'switching pool to fail mode'],
    ['Error - - data=- meta=-', 'has failed', 'switching pool to fail mode'],
    ['rw needs_check queue_if_no_space data=0 meta=0', 'wants a check', 'Manual repair required!'],
  ])('says of %s: %s', (line, sentence, message) => {
    const { explanation, severity, remedy } = only(rule, saying(line)) ?? {};
    expect([severity, remedy]).toEqual(['critical', null]);
    expect(explanation?.sentence).toContain(sentence);
    expect(explanation?.messages.join('\n')).toContain(message);
    expect(foundBy('storage.thin-pool-full', judge(saying(line)))).toEqual([]);
  });

  it.each([
    ['a pool that works', pool],
    ['a pool that works and is filled', saying('rw - queue_if_no_space data=95 meta=0')],
    ['guests of this node have no disk in it', { ...gone, guests: [vm(104, 'pve2', 'scsi0: local-lvm:vm-104-disk-0\n')] }],
    ['the storage is switched off', { ...gone, storages: `${localStorage}\tdisable\n` }],
    ['the storage is for other nodes', { ...gone, storages: `${localStorage}\tnodes pve7\n` }],
    ['no storage means the pool', { ...gone, storages: 'lvmthin: other\n\tthinpool data2\n\tvgname pve\n' }],
    ['two groups have the name', { ...gone, groups: [local(thin('vm-104-disk-0')), { ...local(), uuid: uuidOf('twin') }] }],
  ] as readonly [string, FakeNode][])('leaves alone: %s', (_what, node) => expect(foundBy(rule, judge(node))).toEqual([]));

  it('does not know how a pool is when an older collector did not ask, and still sees that one is gone', () => {
    const old = (node: FakeNode) => judge(memberOf('pve1', without(capturesOf(node), 'dm.thin-pool.mode')));
    expect(statusOf(old(pool), rule)).toBe('unknown');
    expect(statusOf(old(gone), rule)).toBe('found');
  });

  it.each(['lvm.report', 'pve.storage', 'dm.info.2'])('is not checked without %s', (id) =>
    expect(statusOf(judge(memberOf('pve1', without(capturesOf(gone), id))), rule)).toBe('unknown'),
  );

  it('types no name that must not be typed', () => {
    const storages = 'lvmthin: x\n\tthinpool data\n\tvgname $(reboot)\n';
    const node = {
      ...gone,
      storages,
      groups: [{ ...local(thin('vm-104-disk-0')), name: '$(reboot)' }],
      guests: [vm(104, 'pve1', 'scsi0: x:vm-104-disk-0\n')],
    };
    for (const { explanation } of foundBy(rule, judge(node))) expect(explanation.commands.join('\n')).not.toContain('reboot');
  });
});

describe('storage.thin-pool-full', () => {
  const rule = 'storage.thin-pool-full';
  it.each([
    ['data=80 meta=0', 'info'],
    ['data=0 meta=70', 'info'],
    ['data=90 meta=0', 'warning'],
    ['data=0 meta=85', 'warning'],
    ['data=95 meta=0', 'critical'],
    ['data=0 meta=95', 'critical'],
  ])('%s is %s', (levels, severity) => expect(only(rule, saying(`rw - queue_if_no_space ${levels}`))).toMatchObject({ severity, remedy: null }));

  it('tells how much is promised, which changes only with the disks', () => {
    const found = only(rule, saying('rw - error_if_no_space data=90 meta=0'));
    expect(found?.detail).toMatchObject({ promised: 410, disks: 41, waitsWhenFull: false });
    expect(found?.explanation.because).toContain('41 times what it holds: more is promised than there is');
  });

  it('is silent below every mark and not checked without the kernel’s word', () => {
    expect(statusOf(judge(pool), rule)).toBe('clean');
    expect(statusOf(judge(memberOf('pve1', without(capturesOf(pool), 'dm.thin-pool.mode'))), rule)).toBe('unknown');
    expect(statusOf(judge({ ...pool, storages: sanStorage }), rule)).toBe('not_applicable');
  });
});

describe('storage.group-missing', () => {
  const rule = 'storage.group-missing';
  const guests = [vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-0\nscsi1: san-prod:vm-100-disk-1\n')];
  const whole = { groups: [san('vm-100-disk-0')] };

  it('is critical where guests are configured on it, and names who sees it', () => {
    const found = only(rule, ...pair({ guests }, { groups: [], mappings: [mapped('san1vg', 'vm-100-disk-0', 1, { open: 1 })] }, whole));
    expect(found).toMatchObject({
      severity: 'critical',
      guests: [100],
      remedy: null,
      detail: { how: 'hidden', disks: 2, elsewhere: 'pve2', isStillMapped: true },
    });
    expect(found?.explanation.messages[0]).toBe("can't activate LV '/dev/san1vg/vm-100-disk-0':   Cannot process volume group san1vg");
  });

  it('is a warning where nobody needs it yet: migration and HA fail there', () => {
    const found = only(rule, ...pair({ guests }, whole, { groups: [] }));
    expect(found).toMatchObject({ severity: 'warning', guests: [], detail: { guests: '', elsewhere: 'pve1' } });
  });

  it.each([
    [{ vg_missing_pv_count: '1' }, 'partial'],
    [{ vg_partial: 'partial' }, 'partial'],
    [{ vg_exported: 'exported' }, 'exported'],
  ] as const)('tells %j apart from a hidden one', (vg, how) => {
    const found = only(rule, { name: 'pve1', storages: sanStorage, guests, groups: [{ ...san('vm-100-disk-0'), vg }] });
    expect(found).toMatchObject({ severity: 'critical', detail: { how } });
    expect(found?.explanation.todo).toContain('No script is offered.');
  });

  it.each([
    ['the storage is switched off', `${sanStorage}\tdisable\n`],
    ['the storage is for other nodes', `${sanStorage}\tnodes pve2\n`],
  ])('leaves alone: %s', (_what, storages) => expect(foundBy(rule, judge(...pair({ guests, storages }, { groups: [] }, whole)))).toEqual([]));

  it('leaves alone an entry nobody uses and nobody sees, a complaint of LVM, and two of one name', () => {
    expect(foundBy(rule, judge({ name: 'pve1', storages: sanStorage, groups: [] }))).toEqual([]);
    const complained = { name: 'pve1', storages: sanStorage, guests, ...whole, lvmSays: '  WARNING: the moon is full.\n' };
    expect(foundBy(rule, judge(complained))).toEqual([]);
    expect(foundBy(rule, judge({ ...complained, lvmSays: '', groups: [san(), { ...san(), uuid: uuidOf('twin') }] }))).toEqual([]);
  });

  it.each(['lvm.report', 'pve.storage', 'pve.guests', 'dm.info.2'])('is not checked without %s', (id) =>
    expect(statusOf(judge(memberOf('pve1', without(capturesOf({ name: 'pve1', storages: sanStorage, guests, groups: [] }), id))), rule)).toBe(
      'unknown',
    ),
  );
});

describe('storage.shared-wrong', () => {
  const rule = 'storage.shared-wrong';
  const one = { groups: [san('vm-100-disk-0')] };
  const called = (storages: string, here: Partial<FakeNode> = one, there: Partial<FakeNode> = one) => pair({ storages }, here, there);

  it('one group called local is a warning, with the command that marks it', () => {
    const found = only(rule, ...called('lvm: san-prod\n\tvgname san1vg\n'));
    expect(found).toMatchObject({ severity: 'warning', subject: `local/${uuidOf('san1vg')}`, remedy: null });
    expect(found?.explanation.commands).toEqual(['pvesm set san-prod --shared 1']);
  });

  it('a thin pool two nodes may use is critical and never to be marked shared', () => {
    const groups = [san({ name: 'data', attr: 'twi-XXtz--' }, thin('vm-100-disk-0'))];
    const found = only(rule, ...called('lvmthin: san-thin\n\tvgname san1vg\n\tthinpool data\n', { groups }, { groups }));
    expect(found).toMatchObject({ severity: 'critical', detail: { how: 'thin' } });
    expect(found?.explanation.commands.join()).not.toContain('--shared');
  });

  it('groups of their own called shared are critical', () => {
    const found = only(rule, ...called(sanStorage, one, { groups: [{ ...san(), uuid: uuidOf('another disk') }] }));
    expect(found).toMatchObject({ severity: 'critical', subject: 'shared/san1vg', detail: { count: 2, nodes: 'pve1 and pve2' } });
  });

  it.each([
    ['marked, and one group', called(sanStorage)],
    ['local, and groups of their own', called('lvm: x\n\tvgname san1vg\n', one, { groups: [{ ...san('vm-100-disk-0'), uuid: uuidOf('other') }] })],
    [
      'local, made from one image: no guest’s disk in common',
      called('lvm: x\n\tvgname san1vg\n', { groups: [san('root')] }, { groups: [san('root')] }),
    ],
    ['local, offered on one of them', called('lvm: x\n\tvgname san1vg\n\tnodes pve1\n')],
    ['switched off', called('lvm: x\n\tvgname san1vg\n\tdisable\n')],
    ['a node shows two groups of the name', called(sanStorage, one, { groups: [san(), { ...san(), uuid: uuidOf('twin') }] })],
    ['a group no storage means', called('', { groups: [group('x', '8:16', 'vm-1-disk-0')] }, { groups: [group('x', '8:16', 'vm-1-disk-0')] })],
    [
      'one member has the mark already',
      [{ ...called('lvm: x\n\tvgname san1vg\n')[0], storages: 'lvm: x\n\tvgname san1vg\n\tshared 1\n' }, called('lvm: x\n\tvgname san1vg\n')[1]],
    ],
  ] as readonly [string, readonly FakeNode[]][])('leaves alone: %s', (_what, nodes) => expect(foundBy(rule, judge(...nodes))).toEqual([]));
});

describe('lvm.commands-hang', () => {
  const rule = 'lvm.commands-hang';
  const locked = (locks: string): FakeNode => ({ name: 'pve1', storages: sanStorage, groups: [san()], locks });

  it('names the process, its lock, and whether others wait; and ends nothing', () => {
    const found = only(rule, locked('P_global 4711 W hold lvcreate\nV_san1vg 0 W wait ?\nV_san1vg 4711 W hold lvcreate\n'));
    expect(found).toMatchObject({
      severity: 'warning',
      subject: 'process/4711',
      remedy: null,
      detail: { pid: 4711, command: 'lvcreate', hasWaiters: true },
    });
    expect(found?.explanation.todo).toContain('never dmsetup udevcomplete_all');
    expect(found?.explanation.commands.join('\n')).not.toMatch(/kill|udevcomplete/);
  });

  it.each(['dmeventd', 'pvmove', 'lvconvert', '?'])('%s counts only while others wait', (command) => {
    expect(only(rule, locked(`V_san1vg 9 W hold ${command}\n`))).toBeUndefined();
    expect(only(rule, locked(`V_san1vg 0 W wait ?\nV_san1vg 9 W hold ${command}\n`))).toMatchObject({ subject: 'process/9' });
  });

  it('tells waiters whose holder nobody could date, and cookies alone as information', () => {
    expect(only(rule, locked('V_san1vg 0 R wait ?\n'))).toMatchObject({ severity: 'warning', subject: 'waiting', detail: { pid: 0 } });
    expect(only(rule, locked('cookie 0x0d4d0001\ncookie 0x0d4d0002\n'))).toMatchObject({ severity: 'info', subject: 'udev', detail: { cookies: 2 } });
  });

  it('is clean without locks, and not checked where an older collector did not look', () => {
    expect(statusOf(judge(locked('')), rule)).toBe('clean');
    expect(statusOf(judge(memberOf('pve1', without(capturesOf(locked('')), 'lvm.locks'))), rule)).toBe('unknown');
  });
});
