/** dm.duplicate-mapping: two mappings on the same blocks, and no metadata that says which is wrong. */
import { describe, expect, it } from 'vitest';
import type { ClusterReport } from '../../../../worker/analyzer';
import { task } from '../support/change-node';
import { group, pair, san, vm } from '../support/corpus-parts';
import { dmUuid, type FakeMapping, type FakeNode, mapped } from '../support/fake-node';
import { judge } from '../support/judge';

const disk = 'vm-150-disk-0';
const live = mapped('san1vg', disk, 1, { open: 1 });
const lost = mapped('old1vg', 'vm-151-disk-0', 2, { table: '0 65536 linear 8:16 2048' });

function nodes(mappings: readonly FakeMapping[], both: Partial<FakeNode> = {}, here: Partial<FakeNode> = {}) {
  return pair({ guests: [vm(150, 'pve1', `scsi0: san-prod:${disk}\n`)], groups: [san(disk)], ...both }, { mappings, ...here });
}
const rulesOf = (report: ClusterReport) => report.nodes[0]?.findings.map(({ ruleId }) => ruleId);
const findingOf = (report: ClusterReport) => report.nodes[0]?.findings.find(({ ruleId }) => ruleId === 'dm.duplicate-mapping');
const whyNot = (report: ClusterReport) =>
  report.nodes[0]?.outcomes.find(({ ruleId }) => ruleId === 'dm.duplicate-mapping')?.notChecked.map(({ name, why }) => `${name} ${why.reason}`);

it('is found once, on the mapping metadata does not speak for', () => {
  const report = judge(...nodes([live, lost]));
  expect(rulesOf(report)).toEqual(['dm.duplicate-mapping']);
  const finding = findingOf(report);
  expect(finding).toMatchObject({ severity: 'critical', subject: lost.uuid, remedy: null, guests: [151, 150], counts: 'duplicate' });
  expect(finding?.explanation).toMatchObject({
    sentence: 'On pve1 old1vg-vm--151--disk--0 and san1vg-vm--150--disk--0 map the same blocks of one device.',
    commands: [],
  });
  expect(finding?.explanation.because).toContain('LVM knows only san1vg-vm--150--disk--0.');
  expect(finding?.explanation.todo).toContain('No script is offered.');
});

it('is one finding for two that nobody knows, whatever their order', () => {
  const other = mapped('old2vg', 'vm-152-disk-0', 3, { table: '0 65536 linear 8:16 2048' });
  const both = [lost, other].map((one) => ({ ...one, table: '0 65536 linear 8:99 2048' }));
  const [one, reversed] = [both, [...both].reverse()].map((list) => findingOf(judge(...nodes(list))));
  expect(one?.subject).toBeDefined();
  expect(reversed?.subject).toBe(one?.subject);
  expect(one?.explanation.because).toContain('LVM shows the group of neither');
});

it('is found where two groups claim one device', () => {
  const twin = group('san2vg', '8:16', 'vm-153-disk-0');
  const report = judge(...nodes([live, mapped('san2vg', 'vm-153-disk-0', 3)], { groups: [san(disk), twin] }));
  expect(rulesOf(report)).toContain('dm.duplicate-mapping');
  expect(findingOf(report)?.explanation.because).toContain('two groups claim one device');
});

describe('it is the other finding that says it', () => {
  const at = (volume: string, table = '0 65536 linear 8:16 2048') => mapped('san1vg', volume, 5, { table });
  it.each([
    ['a leftover', at('vm-777-disk-0'), 'dm.stale-mapping', {}],
    ['a leftover with a name that lives', at(disk), 'dm.impostor-mapping', {}],
    ['an old table', at('vm-154-disk-0'), 'dm.stale-table', { groups: [san(disk, 'vm-154-disk-0')] }],
  ] as const)('%s', (_what, mapping, rule, both) => {
    const impostor = { ...mapping, uuid: mapping.name === live.name ? dmUuid('san1vg', 'before') : mapping.uuid };
    const mappings =
      mapping.name === live.name
        ? [impostor, { ...lost, uuid: dmUuid('san1vg', 'vm-155-disk-0'), name: 'san1vg-vm--155--disk--0' }]
        : [live, mapping];
    const report = judge(...nodes(mappings, both));
    expect(rulesOf(report)).toContain(rule);
    expect(findingOf(report)).toBeUndefined();
    const told = report.nodes[0]?.findings.find(({ ruleId }) => ruleId === rule);
    expect(told?.explanation.because).toMatch(/ maps blocks of it as well\.$/);
  });
});

describe('it says nothing', () => {
  const same = { table: '0 65536 linear 8:16 2048' };
  it.each([
    ['of a layer', { ...mapped('old1vg', 'x', 2, same), name: 'old1vg-x-real', uuid: dmUuid('old1vg', 'x', 'real') }],
    ['of a partition', { name: 'san1vg-vm--150--disk--0p1', uuid: `part1-${live.uuid}`, minor: 2, ...same }],
    ['of encryption', { name: 'luks', uuid: 'CRYPT-LUKS2-x', minor: 2, ...same }],
    ['of a rescue map made by hand', { name: 'rescue', uuid: '', minor: 2, ...same }],
    ['of another device', { ...lost, table: '0 65536 linear 8:32 2048' }],
    ['of blocks beside', { ...lost, table: '0 65536 linear 8:16 67584' }],
    ['of a table that is not linear', { ...lost, table: '0 65536 mirror core 1 1024 2 8:16 2048 8:32 2048' }],
  ])('%s', (_what, other) => {
    const report = judge(...nodes([live, other]));
    expect(findingOf(report)).toBeUndefined();
    expect(whyNot(report)).toEqual([]);
  });
});

it('waits while something is under way', () =>
  expect(findingOf(judge(...nodes([live, lost], { tasks: task('qmrestore', '151') })))?.heldBack).toMatch(/qmrestore/));

it('is not checked for a mapping whose table was not read, or that is in the middle of something', () => {
  expect(whyNot(judge(...nodes([live, { ...lost, table: null }])))).toEqual([`${lost.name} changed_during_capture`]);
  expect(whyNot(judge(...nodes([live, { ...lost, tables: 'Live,Inactive' }])))).toEqual([`${lost.name} changed_during_capture`]);
});

it('never names a hostile mapping in something to type', () => {
  const report = judge(...nodes([live, { ...lost, name: 'old1vg-x;reboot' }]));
  expect(findingOf(report)?.explanation.todo).toContain('dmsetup table -j 253 -m 2');
  expect(findingOf(report)?.explanation.todo).not.toContain(';reboot');
});
