/** dm.autoactivation: volumes of a shared group that every rebooting node activates. */
import { describe, expect, it } from 'vitest';
import { capturesOf, type FakeNode, type FakeVolume, uuidOf } from '../support/fake-node';
import { judge, memberOf, statusOf } from '../support/judge';

const rule = 'dm.autoactivation';
const tool = '/usr/share/pve-manager/migrations/pve-lvm-disable-autoactivation';
const on = (name: string, more: Partial<FakeVolume> = {}): FakeVolume => ({ name, autoactivation: true, ...more });
const nodeWith = (volumes: readonly FakeVolume[], more: Partial<FakeNode> = {}): FakeNode => ({
  name: 'pve1',
  members: ['pve1'],
  guests: [
    { vmid: 100, node: 'pve1', config: 'scsi0: san-prod:vm-100-disk-0\n' },
    { vmid: 200, node: 'pve2', config: 'scsi0: san-prod:vm-200-disk-0\n' },
  ],
  groups: [{ name: 'san1vg', volumes }],
  ...more,
});
const found = (node: FakeNode | ReturnType<typeof memberOf>) => judge(node).nodes[0]?.findings.filter(({ ruleId }) => ruleId === rule) ?? [];

describe('a shared group with autoactivation', () => {
  const node = nodeWith([on('vm-100-disk-0'), on('vm-200-disk-0'), { name: 'vm-200-disk-1' }]);

  it('is one finding for the group, in the words of Proxmox VE, with its own tool and no script', () => {
    expect(found(node)).toMatchObject([
      {
        severity: 'warning',
        subject: uuidOf('san1vg'),
        remedy: null,
        detail: { volumes: 2, foreign: 1, release: 9 },
        explanation: {
          sentence: '2 disks in san1vg are activated on every node that boots. This is where most leftover mappings come from.',
          messages: ["NOTICE: storage 'san-prod' has guest volumes with autoactivation enabled"],
          commands: [tool],
        },
      },
    ]);
    const [finding] = found(node);
    expect(finding?.explanation.breaks).toContain('At its next reboot pve1 will activate 1 disk of guests on other nodes.');
    expect(finding?.explanation.todo).toContain('Not lvchange --setautoactivation by hand');
    expect(JSON.stringify(finding?.explanation.commands)).not.toContain('lvchange');
  });

  it('stays the same finding when a disk more or less has it', () => {
    const detailOf = (count: number) => found(nodeWith(Array.from({ length: count }, (_, at) => on(`vm-100-disk-${at}`))))[0]?.detail;
    expect(detailOf(214)).toEqual(detailOf(219));
    expect(detailOf(214)).toMatchObject({ volumes: 200 });
  });

  it.each([
    ['pve-manager 8.4.1\n', 8, 'not with 8'],
    ['pve-manager 7.4-16\n', 7, 'not with 7'],
    ['lvm2 2.03.16-2\n', null, 'not with older ones'],
  ])('names no tool the release does not have: %j', (packages, release, says) => {
    const captures = capturesOf(node).map((capture) =>
      capture.id === 'host.packages' ? { ...capture, status: 'ok' as const, out: packages, length: packages.length } : capture,
    );
    const [finding] = found(memberOf('pve1', captures as ReturnType<typeof capturesOf>));
    expect(finding).toMatchObject({ detail: { release }, explanation: { commands: [] } });
    expect(finding?.explanation.todo).toContain(says);
    expect(finding?.explanation.todo).not.toContain(tool);
  });

  it('does not count other nodes’ disks where nobody knows whose they are', () => {
    const [finding] = found({ ...node, members: ['pve1', 'pve2', 'pve3'], quorate: false });
    expect(finding).toMatchObject({ detail: { volumes: 2, foreign: null } });
    expect(finding?.explanation.breaks).not.toContain('next reboot');
  });
});

describe('leaves alone', () => {
  it.each<[why: string, node: FakeNode, status: string]>([
    ['disks made with the flag off', nodeWith([{ name: 'vm-100-disk-0' }]), 'clean'],
    ['disks whose activation is skipped', nodeWith([on('vm-100-disk-0', { attr: '-wi-XX---k' })]), 'clean'],
    ["what is no guest's", nodeWith([on('backup')]), 'clean'],
    ['a local group', nodeWith([on('vm-100-disk-0')], { storages: 'lvm: san-prod\n\tvgname san1vg\n' }), 'not_applicable'],
    [
      'a storage of other nodes',
      nodeWith([on('vm-100-disk-0')], { storages: 'lvm: san-prod\n\tvgname san1vg\n\tshared 1\n\tnodes pve2\n' }),
      'not_applicable',
    ],
    [
      'a storage that is switched off',
      nodeWith([on('vm-100-disk-0')], { storages: 'lvm: san-prod\n\tvgname san1vg\n\tshared 1\n\tdisable\n' }),
      'not_applicable',
    ],
  ])('%s', (_why, node, status) => expect([found(node), statusOf(judge(node), rule)]).toEqual([[], status]));
});

describe('is not checked, which is not "off"', () => {
  it.each([
    ['LVM does not know the column', { exit: 5, out: '' }],
    ['the answer was cut', { exit: 0, out: '  {\n      "report": [' }],
  ])('when %s', (_why, answer) => {
    const captures = capturesOf(nodeWith([on('vm-100-disk-0')])).map((capture) =>
      capture.id === 'lvm.autoactivation' ? { id: capture.id, status: 'ok' as const, ...answer, length: answer.out.length } : capture,
    );
    const report = judge(memberOf('pve1', captures));
    expect([found(memberOf('pve1', captures)), statusOf(report, rule)]).toEqual([[], 'unknown']);
  });

  it('when the group was not seen', () => expect(statusOf(judge(nodeWith([], { groups: [] })), rule)).toBe('unknown'));
});
