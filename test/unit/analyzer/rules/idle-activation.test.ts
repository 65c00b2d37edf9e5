/** dm.idle-activation: a stopped guest's thick disk is active and closed. */
import { describe, expect, it } from 'vitest';
import { capturesOf, dmUuid, type FakeNode, mapped, uuidOf } from '../support/fake-node';
import { judge, memberOf, statusOf } from '../support/judge';

const rule = 'dm.idle-activation';
const disk = mapped('san1vg', 'vm-104-disk-0', 1);
const node: FakeNode = {
  name: 'pve1',
  members: ['pve1'],
  guests: [{ vmid: 104, node: 'pve1', config: 'scsi0: san-prod:vm-104-disk-0\n' }],
  groups: [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-0' }] }],
  mappings: [disk],
  stopped: [104],
};
const found = (one: FakeNode) => judge(one).nodes[0]?.findings.filter(({ ruleId }) => ruleId === rule) ?? [];

it('is information, with a deactivation by uuid', () => {
  expect(found(node)).toMatchObject([
    {
      severity: 'info',
      subject: disk.uuid,
      guests: [104],
      heldBack: null,
      counts: 'none',
      remedy: { kind: 'deactivate-volume', vgUuid: uuidOf('san1vg'), lvUuid: uuidOf('san1vg/vm-104-disk-0') },
      explanation: { sentence: 'pve1 has vm-104-disk-0 active. VM 104 lives here and is stopped.' },
    },
  ]);
});

it('on a local thick storage too', () => expect(found({ ...node, storages: 'lvm: san-prod\n\tvgname san1vg\n' })).toHaveLength(1));

it('is left as it is when it has a snapshot', () => {
  const mappings = [
    mapped('san1vg', 'vm-104-disk-0', 1, { uses: '253:2' }),
    { ...mapped('san1vg', 'vm-104-disk-0', 2, { open: 1 }), name: 'san1vg-vm--104--disk--0-real', uuid: dmUuid('san1vg', 'vm-104-disk-0', 'real') },
  ];
  const groups = [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-0', attr: 'owi-XX----' }] }];
  expect(found({ ...node, groups, mappings })).toMatchObject([{ remedy: null, explanation: { commands: [], safe: [] } }]);
});

describe('says nothing', () => {
  const thin = { groups: [{ name: 'pve', device: '8:3', volumes: [{ name: 'vm-104-disk-0', attr: 'Vwi-XXtz--', pool: 'data' }] }] };
  it.each<[why: string, node: FakeNode]>([
    ['of a guest that runs', { ...node, stopped: [] }],
    ['of a disk that is open', { ...node, mappings: [mapped('san1vg', 'vm-104-disk-0', 1, { open: 1 })] }],
    ['of a template', { ...node, guests: [{ vmid: 104, node: 'pve1', config: 'template: 1\nscsi0: san-prod:vm-104-disk-0\n' }] }],
    ['of a thin volume', { ...node, ...thin, guests: [{ vmid: 104, node: 'pve1', config: 'scsi0: local-lvm:vm-104-disk-0\n' }] }],
    ['of a disk nobody names', { ...node, guests: [{ vmid: 104, node: 'pve1', config: 'name: x\n' }] }],
    ['of a disk somebody mentions', { ...node, mentions: '/dev/san1vg/vm-104-disk-0' }],
    [
      'of a disk another guest here runs with',
      { ...node, guests: [...(node.guests ?? []), { vmid: 105, node: 'pve1', config: 'scsi3: san-prod:vm-104-disk-0\n' }] },
    ],
    ['of a table with errors', { ...node, mappings: [{ ...disk, table: '0 65536 error' }] }],
    [
      'of an old size',
      {
        ...node,
        groups: [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-0', sectors: 131072 }] }],
        mappings: [{ ...disk, table: '0 65536 linear 8:16 2048' }],
      },
    ],
    ['of an old name', { ...node, groups: [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-9', uuid: uuidOf('san1vg/vm-104-disk-0') }] }] }],
  ])('%s', (_why, one) => expect(found(one)).toEqual([]));

  it('of a disk that lives elsewhere: that is the wrong node', () => {
    const there = { ...node, guests: [{ vmid: 104, node: 'pve2', config: 'scsi0: san-prod:vm-104-disk-0\n' }], members: ['pve1', 'pve2'] };
    const report = judge(there, { ...there, name: 'pve2', mappings: [] });
    expect(report.nodes[0]?.findings.map(({ ruleId }) => ruleId)).toEqual(['dm.foreign-activation']);
  });
});

describe('is neither idle nor not', () => {
  it.each<[why: string, node: FakeNode]>([
    ['during a backup of the stopped guest', { ...node, tasks: 'UPID:pve1:00001234:00005678:6740A000:vzdump:104:root@pam: 0\n' }],
    ['while the guest is being made', { ...node, guests: [{ vmid: 104, node: 'pve1', config: 'lock: create\nscsi0: san-prod:vm-104-disk-0\n' }] }],
  ])('%s', (_why, one) => expect([found(one), statusOf(judge(one), rule)]).toEqual([[], 'unknown']));

  it('where the running tasks of the node could not be read', () => {
    const captures = capturesOf(node).filter(({ id }) => !id.startsWith('pve.tasks'));
    expect(statusOf(judge(memberOf('pve1', captures)), rule)).toBe('unknown');
  });
});

it('is not idle where a process of the guest has begun', () => {
  const begun = { ...node, runsSince: { 104: 3 } };
  expect([found(begun), statusOf(judge(begun), rule)]).toEqual([[], 'clean']);
});

describe('is left as it is for now', () => {
  it('where a guest uses a device by its number', () => {
    const guests = [...(node.guests ?? []), { vmid: 105, node: 'pve1', config: 'scsi0: /dev/dm-1\n' }];
    expect(found({ ...node, guests })).toMatchObject([{ heldBack: 'a guest here uses /dev/dm-1, which may be this disk' }]);
  });

  it('where the processes of the node could not be read', () => {
    const captures = capturesOf(node).filter(({ id }) => !id.startsWith('guest.'));
    const [finding] = judge(memberOf('pve1', captures)).nodes[0]?.findings.filter(({ ruleId }) => ruleId === rule) ?? [];
    expect(finding?.heldBack).toBe('the processes of this node could not be read');
  });
});

describe('is not checked', () => {
  it('where the group was not seen whole', () => {
    const one = { ...node, groups: [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-0' }], vg: { vg_partial: 'partial' } }] };
    expect([found(one), statusOf(judge(one), rule)]).toEqual([[], 'unknown']);
  });

  it('without the list of guests', () => {
    const captures = capturesOf(node).filter(({ id }) => id !== 'qm.list');
    expect(statusOf(judge(memberOf('pve1', captures)), rule)).toBe('unknown');
  });
});

it('does not apply without an lvm storage', () => {
  expect(statusOf(judge({ ...node, storages: 'dir: local\n\tpath /var/lib/vz\n' }), rule)).toBe('not_applicable');
});
