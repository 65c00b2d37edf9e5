/** dm.stale-table: the live table is not what LVM has. Every guard that keeps it silent, and each of its remedies. */
import { describe, expect, it } from 'vitest';
import type { ClusterReport } from '../../../../worker/analyzer';
import { task, without } from '../support/change-node';
import { pair, san, vm } from '../support/corpus-parts';
import { capturesOf, dmUuid, type FakeMapping, type FakeNode, type FakeVolume, mapped, uuidOf } from '../support/fake-node';
import { foundIn, judge, memberOf } from '../support/judge';

const disk = 'vm-100-disk-0';
const grownTable = '0 8192 linear 8:16 2048';
const movedTable = '0 65536 linear 8:16 4196352';
const shrunkTable = '0 131072 linear 8:16 2048';
const found = 'dm.stale-table san1vg-vm--100--disk--0';
const here = (table: string, more: Partial<FakeMapping> = {}) => mapped('san1vg', disk, 1, { table, ...more });

function nodes(mapping: FakeMapping, both: Partial<FakeNode> = {}, one: Partial<FakeNode> = {}) {
  return pair({ guests: [vm(100, 'pve1', `scsi0: san-prod:${disk}\n`)], groups: [san(disk)], ...both }, { mappings: [mapping], ...one });
}
/** A disk with a thick snapshot, its table older than its last resize. */
const withSnapshot: readonly FakeVolume[] = [
  { name: disk, attr: 'owi-XX----' },
  { name: 'before', attr: 'swi-XX----', origin: disk },
];
const layers = [
  here('0 8192 snapshot-origin 253:2', { uses: '253:2' }),
  { ...mapped('san1vg', disk, 2, { table: grownTable, open: 2 }), name: 'san1vg-vm--100--disk--0-real', uuid: dmUuid('san1vg', disk, 'real') },
  { ...mapped('san1vg', 'before', 3, { open: 1 }), name: 'san1vg-before-cow', uuid: dmUuid('san1vg', 'before', 'cow') },
  mapped('san1vg', 'before', 4, { uses: '253:2,253:3' }),
];

const findingOf = (report: ClusterReport) => report.nodes[0]?.findings.find(({ ruleId }) => ruleId === 'dm.stale-table');
const whyNot = (report: ClusterReport) =>
  report.nodes[0]?.outcomes.find(({ ruleId }) => ruleId === 'dm.stale-table')?.notChecked.map(({ why }) => why.reason);

describe('it is found', () => {
  it.each([
    ['closed and grown', grownTable, 0, 'warning', 'refresh-volume'],
    ['closed and moved', movedTable, 0, 'warning', 'refresh-volume'],
    ['closed and shrunk', shrunkTable, 0, 'warning', 'refresh-volume'],
    ['open and grown', grownTable, 1, 'warning', 'refresh-volume'],
    ['open and moved', movedTable, 1, 'critical', undefined],
    ['open and shrunk', shrunkTable, 1, 'critical', undefined],
  ] as const)('%s', (_what, table, open, severity, remedy) => {
    const report = judge(...nodes(here(table, { open })));
    expect(foundIn(report)).toEqual([found]);
    const finding = findingOf(report);
    expect([finding?.severity, finding?.remedy?.kind, finding?.heldBack]).toEqual([severity, remedy, null]);
    expect(finding?.explanation.commands).toHaveLength(remedy === undefined ? 0 : 1);
    expect(finding?.explanation.safe?.length).toBe(remedy === undefined ? 0 : 4);
    expect(finding).toMatchObject({ guests: [100], subject: dmUuid('san1vg', disk) });
  });

  it('with its sizes in words, and the command by uuid', () => {
    const { sentence, commands } = findingOf(judge(...nodes(here(grownTable))))?.explanation ?? {};
    expect(sentence).toBe('pve1 maps 4 MiB of vm-100-disk-0; the disk has 32 MiB since it was resized on another node.');
    expect(commands?.[0]).toMatch(/^lvchange --refresh -S 'vg_uuid=[0-9a-f-]{38} && lv_uuid=[0-9a-f-]{38}'$/);
  });

  it('with the disks its blocks belong to now', () => {
    const report = judge(...nodes(here(shrunkTable, { open: 1 }), { groups: [san(disk, 'vm-101-disk-0')] }, { runsSince: { 100: 900 } }));
    expect(findingOf(report)?.explanation.breaks).toContain('Of the blocks it maps, 32 MiB now belong to vm-101-disk-0.');
    expect(findingOf(report)?.detail).toMatchObject({ landsIn: [{ group: 'san1vg', volume: 'vm-101-disk-0', sectors: 65_536 }] });
  });

  it('on the lower layer of a disk with a snapshot, for hands', () => {
    const report = judge(...nodes(here(grownTable), { groups: [san(...withSnapshot)] }, { mappings: layers }));
    expect(foundIn(report)).toEqual([`${found}-real`]);
    expect(findingOf(report)).toMatchObject({ remedy: null, explanation: { commands: [] } });
  });

  it('on that layer also where its guest lives elsewhere, while something has the disk open', () => {
    const both = { guests: [vm(100, 'pve2', `scsi0: san-prod:${disk}\n`)], groups: [san(...withSnapshot)] };
    const [origin, ...below] = layers;
    const report = judge(...nodes(here(grownTable), both, { mappings: [{ ...here('', origin), open: 1 }, ...below] }));
    expect(foundIn(report)).toEqual([`${found}-real`]);
  });

  it('closed although the guest of its number lives elsewhere, where nobody shares the group', () => {
    const storages = 'lvm: local\n\tvgname san1vg\n\tcontent images\n';
    const both = { storages, guests: [vm(100, 'pve2', '')] };
    const report = judge(...pair(both, { groups: [san(disk)], mappings: [here(grownTable)] }));
    expect(findingOf(report)?.remedy?.kind).toBe('refresh-volume');
  });

  it('open on a node its guest does not live on and does not run on: for hands, also when it only grew', () => {
    const report = judge(...nodes(here(grownTable, { open: 1 }), { guests: [vm(100, 'pve2', `scsi0: san-prod:${disk}\n`)] }));
    expect(findingOf(report)).toMatchObject({ remedy: null, detail: { isForeign: true } });
  });
});

describe('it waits', () => {
  it.each([
    ['a task on its guest', { tasks: task('qmigrate', '100') }, /task qmigrate/],
    ['a lock', { guests: [vm(100, 'pve1', `scsi0: san-prod:${disk}\nlock: backup\n`)] }, /locked \(backup\)/],
    ['no quorum', { quorate: false }, /this node has no quorum/],
  ] as const)('while there is %s', (_what, both, says) => expect(findingOf(judge(...nodes(here(grownTable), both)))?.heldBack).toMatch(says));

  it('while who uses it is not known', () => {
    const [one, other] = nodes(here(grownTable));
    const blind = memberOf(
      'pve1',
      capturesOf(one).filter(({ id }) => id !== 'pve.storage'),
    );
    expect(findingOf(judge(blind, other))?.heldBack).toMatch(/who uses it could not be read/);
  });
});

describe('it says nothing', () => {
  const silent: readonly (readonly [string, readonly FakeNode[], readonly string[]])[] = [
    ['of a table that is what LVM has', nodes(mapped('san1vg', disk, 1)), []],
    ['of a kind of table nobody compares', nodes(here('0 65536 raid raid1 3 0 region_size 4096 2 - 8:16 - 8:16')), []],
    ['of a disk with another name than LVM has', nodes({ ...here(grownTable), name: 'san1vg-vm--100--disk--9' }), ['dm.stale-name']],
    [
      'of a closed disk whose guest lives elsewhere',
      nodes(here(grownTable), { guests: [vm(100, 'pve2', `scsi0: san-prod:${disk}\n`)] }),
      ['dm.foreign-activation'],
    ],
    [
      'of a disk with a snapshot whose guest lives elsewhere',
      nodes(here(grownTable), { guests: [vm(100, 'pve2', `scsi0: san-prod:${disk}\n`)], groups: [san(...withSnapshot)] }, { mappings: layers }),
      ['dm.foreign-activation'],
    ],
    [
      'of a disk a guest has open that lives elsewhere',
      nodes(here(movedTable, { open: 1 }), { guests: [vm(100, 'pve2', `scsi0: san-prod:${disk}\n`)] }, { runsSince: { 100: 900 } }),
      ['dm.foreign-open'],
    ],
    ['of a leftover', nodes(mapped('san1vg', 'vm-777-disk-0', 1, { table: grownTable })), ['dm.stale-mapping']],
    ['of a map made by hand', nodes({ name: 'rescue', uuid: '', minor: 1, table: grownTable }), []],
  ];
  it.each(silent)('%s', (_what, members, others) => {
    const report = judge(...members);
    expect(report.nodes[0]?.findings.map(({ ruleId }) => ruleId)).toEqual(others);
    expect(whyNot(report)).toEqual([]);
  });
});

describe('it is not checked', () => {
  const damaged = (table: string | null) => nodes(here('', { table }));
  it.each([
    ['without its table', damaged(null), 'changed_during_capture'],
    ['with a table the filter took away', damaged('?'), 'unparseable'],
    ['with segments that do not add up', nodes(here(grownTable), { groups: [san({ name: disk, segments: [] })] }), 'unparseable'],
    ['in a group that was not seen whole', nodes(here(grownTable), { groups: [{ ...san(disk), vg: { vg_partial: 'partial' } }] }), 'group_not_whole'],
    ['when it changed meanwhile', nodes(here(grownTable), {}, { mappingsBefore: [] }), 'changed_during_capture'],
    ['when LVM reads another copy of the LUN', nodes(here(grownTable, { uses: '8:99' })), 'foreign_device'],
  ] as const)('%s', (_what, members, reason) => {
    const report = judge(...members);
    expect(findingOf(report)).toBeUndefined();
    expect(whyNot(report)).toEqual([reason]);
  });

  it('where the collector takes no tables, and nothing else changes', () => {
    const [pve1, pve2] = nodes(mapped('san1vg', 'vm-777-disk-0', 1));
    const report = judge(memberOf('pve1', without(capturesOf(pve1), 'dm.table')), memberOf('pve2', without(capturesOf(pve2), 'dm.table')));
    expect(foundIn(report)).toEqual(['dm.stale-mapping san1vg-vm--777--disk--0']);
    expect(whyNot(report)).toEqual(['not_captured']);
  });
});

it('says who else maps its blocks, and nothing hostile in a command', () => {
  const other = { ...mapped('san1vg', 'vm-101-disk-0', 2, { table: movedTable }), name: 'san1vg-$(reboot)' };
  const report = judge(
    ...nodes(
      here(movedTable),
      { groups: [san(disk, { name: '$(reboot)', uuid: uuidOf('san1vg/vm-101-disk-0') })] },
      { mappings: [here(movedTable), other] },
    ),
  );
  const finding = report.nodes[0]?.findings.find(({ subject }) => subject === dmUuid('san1vg', disk));
  expect(finding?.explanation.because).toContain('san1vg-$(reboot) maps blocks of it as well.');
  const commands = report.nodes.flatMap(({ findings }) => findings.flatMap(({ explanation }) => explanation.commands));
  expect(commands.filter((command) => command.includes('reboot'))).toEqual([]);
});
