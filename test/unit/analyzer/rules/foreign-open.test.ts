/** dm.foreign-open: a guest's process runs away from its configuration. Every guard that keeps it silent, and what it says. */
import { describe, expect, it } from 'vitest';
import type { ClusterReport, Member } from '../../../../worker/analyzer';
import { unknown } from '../../../../worker/analyzer/evidence';
import { task } from '../support/change-node';
import { pair, san, vm } from '../support/corpus-parts';
import { capturesOf, type FakeMapping, type FakeNode, mapped } from '../support/fake-node';
import { foundIn, judge, memberOf, now } from '../support/judge';

const volume = 'vm-122-disk-0';
const open = mapped('san1vg', volume, 24, { open: 1 });
const found = 'dm.foreign-open san1vg-vm--122--disk--0';

function nodes(here: Partial<FakeNode> = {}, there: Partial<FakeNode> = {}, both: Partial<FakeNode> = {}) {
  const config = 'scsi0: san-prod:vm-122-disk-0\n';
  return pair(
    { guests: [vm(122, 'pve2', config)], groups: [san(volume)], ...both },
    { mappings: [open], runsSince: { 122: 300 }, ...here },
    { ...there },
  );
}
const whyNot = (report: ClusterReport) =>
  report.nodes[0]?.outcomes.find(({ ruleId }) => ruleId === 'dm.foreign-open')?.notChecked.map(({ why }) => why.reason);
const locked = (word: string): Partial<FakeNode> => ({ guests: [vm(122, 'pve2', `scsi0: san-prod:vm-122-disk-0\nlock: ${word}\n`)] });

it('is found, and nothing else is said of that disk', () => {
  const report = judge(...nodes());
  expect(foundIn(report)).toEqual([found]);
  const [finding] = report.nodes[0]?.findings ?? [];
  expect(finding).toMatchObject({ severity: 'critical', remedy: null, guests: [122], subject: open.uuid });
  expect(finding?.explanation.sentence).toBe('pve1 runs VM 122 and has vm-122-disk-0 open. The configuration of VM 122 lies on pve2.');
  expect(finding?.explanation.todo).toMatch(/^No script\./);
});

describe('it is not said', () => {
  const silent: readonly (readonly [string, readonly (FakeNode | Member)[]])[] = [
    ['of a guest that lives here', nodes({}, {}, { guests: [vm(122, 'pve1', 'scsi0: san-prod:vm-122-disk-0\n')] })],
    ['of a closed disk', nodes({ mappings: [mapped('san1vg', volume, 24)], runsSince: {} })],
    [
      'when a second guest that names the disk lives here',
      nodes(
        {},
        {},
        {
          guests: [vm(122, 'pve2', 'scsi0: san-prod:vm-122-disk-0\n'), vm(123, 'pve1', 'scsi1: san-prod:vm-122-disk-0\n')],
        },
      ),
    ],
    ['when an argument of some guest names the disk', nodes({ mentions: 'vm-122-disk-0\n' })],
    ['of a local group', nodes({}, { groups: [] }, { storages: 'lvm: local\n\tvgname san1vg\n\tcontent images\n' })],
    [
      'of a disk only a mapping on top holds',
      nodes({
        mappings: [
          { ...open, holders: 'san1vg-vm--122--disk--0p1' },
          { name: 'san1vg-vm--122--disk--0p1', uuid: `part1-${open.uuid}`, minor: 25, uses: '253:24' },
        ],
        runsSince: {},
      }),
    ],
  ];
  it.each(silent)('%s', (_case, members) => {
    const report = judge(...members);
    expect(foundIn(report)).not.toContain(found);
    expect(whyNot(report)).toEqual([]);
  });
});

describe('it is not checked, and never clean,', () => {
  const unsure: readonly (readonly [string, readonly (FakeNode | Member)[], string])[] = [
    ['while it migrates (lock)', nodes({}, {}, locked('migrate')), 'in_flight'],
    ['while it migrates (task on the other node)', nodes({}, { tasks: task('qmigrate', '122') }), 'in_flight'],
    ['while HA moves it', nodes({}, {}, { ha: '{"service_status":{"vm:122":{"node":"pve2","state":"recovery"}}}' }), 'in_flight'],
    ['while members disagree where it lives', nodes({}, { guests: [vm(122, 'pve1', 'scsi0: san-prod:vm-122-disk-0\n')] }), 'in_flight'],
    ['without quorum', nodes({ quorate: false }), 'no_quorum'],
    ['when no process of it is here', nodes({ runsSince: {} }), 'holder_unknown'],
    ['when processes were not read', [blind(nodes()[0]), nodes()[1]], 'not_captured'],
    ['while no second node has shown the group', nodes({}, { groups: [] }), 'not_enrolled'],
  ];
  it.each(unsure)('%s', (_case, members, reason) => {
    const report = judge(...members);
    expect(foundIn(report)).not.toContain(found);
    expect(whyNot(report)).toContain(reason);
  });
});

function blind(node: FakeNode): Member {
  const member = memberOf(node.name, capturesOf(node));
  if (member.facts === undefined) throw new Error('a node with facts');
  return { ...member, facts: { ...member.facts, runningFor: unknown({ reason: 'not_captured', capture: 'guest.processes' }) } };
}

it('stands while the node its guest lives on is silent, and says so', () => {
  const [here, there] = nodes();
  const report = judge(here, memberOf('pve2', capturesOf(there), { lastSeenAt: now - 3_600_000 }));
  expect(foundIn(report)).toContain(found);
  expect(report.nodes[0]?.findings[0]?.explanation.because).toContain('Not checked: pve2 itself');
});

it('a process of it with the disk still closed is something under way, no leftover', () => {
  const report = judge(...nodes({ mappings: [mapped('san1vg', volume, 24)] }));
  expect(foundIn(report)).toEqual([]);
  expect(report.nodes[0]?.outcomes.find(({ ruleId }) => ruleId === 'dm.foreign-activation')?.notChecked).toMatchObject([
    { why: { reason: 'in_flight', says: 'a process of it runs on this node' } },
  ]);
});

it('names what is hostile without putting it into a command', () => {
  const name = 'vm-122-disk-0;reboot';
  const mapping: FakeMapping = { ...mapped('san1vg', name, 24, { open: 1 }) };
  const config = `scsi0: san-prod:${name}\n`;
  const report = judge(...nodes({ mappings: [mapping] }, {}, { groups: [san(name)], guests: [vm(122, 'pve2', config)] }));
  const [finding] = report.nodes[0]?.findings ?? [];
  expect(finding?.ruleId).toBe('dm.foreign-open');
  expect(finding?.explanation.commands.join('\n')).not.toContain('reboot');
});
