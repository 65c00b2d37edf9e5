/** dm.missing-mapping: a guest runs and a disk of its configuration has no mapping here. */
import { describe, expect, it } from 'vitest';
import { capturesOf, type FakeNode, mapped, uuidOf } from '../support/fake-node';
import { judge, memberOf, statusOf } from '../support/judge';

const rule = 'dm.missing-mapping';
const node: FakeNode = {
  name: 'pve1',
  members: ['pve1'],
  guests: [{ vmid: 104, node: 'pve1', config: 'scsi0: san-prod:vm-104-disk-0\nscsi1: san-prod:vm-104-disk-1\n' }],
  groups: [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-0' }, { name: 'vm-104-disk-1' }] }],
  mappings: [mapped('san1vg', 'vm-104-disk-0', 1, { open: 1 })],
  runsSince: { 104: 3600 },
};
const found = (one: FakeNode) => judge(one).nodes[0]?.findings.filter(({ ruleId }) => ruleId === rule) ?? [];
const guest = (config: string, more = {}) => [{ vmid: 104, node: 'pve1', config, ...more }];

it('is told for the disk, with its guest, and by hand', () => {
  expect(found(node)).toMatchObject([
    {
      severity: 'warning',
      subject: `${uuidOf('san1vg')}${uuidOf('san1vg/vm-104-disk-1')}`,
      guests: [104],
      remedy: null,
      explanation: { sentence: 'VM 104 runs on pve1, but vm-104-disk-1 from its configuration has no mapping on pve1.', commands: [] },
    },
  ]);
});

it("counts a container's mount points too", () => {
  const ct = guest('rootfs: san-prod:vm-104-disk-0\nmp0: san-prod:vm-104-disk-1,mp=/srv\n', { type: 'lxc' });
  expect(found({ ...node, guests: ct })[0]?.explanation.sentence).toMatch(/^CT 104 runs on pve1, but vm-104-disk-1/);
});

describe('says nothing', () => {
  const thin = (withPool: boolean): FakeNode => ({
    ...node,
    guests: guest('scsi0: local-lvm:vm-104-disk-0\n'),
    groups: [
      {
        name: 'pve',
        device: '8:3',
        volumes: [
          { name: 'data', attr: 'twi-XXtz--' },
          { name: 'vm-104-disk-0', attr: 'Vwi-XXtz--', pool: 'data' },
        ],
      },
    ],
    mappings: withPool
      ? [{ ...mapped('pve', 'data', 1, { uses: '8:3' }), name: 'pve-data-tpool', uuid: `${mapped('pve', 'data', 1).uuid}-tpool` }]
      : [],
  });

  it.each<[why: string, node: FakeNode]>([
    ['a guest that runs no process here', { ...node, runsSince: {} }],
    ['a guest that started less than a minute ago', { ...node, runsSince: { 104: 59 } }],
    ['a pending drive', { ...node, guests: guest('scsi0: san-prod:vm-104-disk-0\n[PENDING]\nscsi1: san-prod:vm-104-disk-1\n') }],
    ['an unused one', { ...node, guests: guest('scsi0: san-prod:vm-104-disk-0\nunused0: san-prod:vm-104-disk-1\n') }],
    ["a snapshot's", { ...node, guests: guest('scsi0: san-prod:vm-104-disk-0\n[s1]\nscsi1: san-prod:vm-104-disk-1\n') }],
    [
      'a cloud-init drive, an ISO, an empty drive',
      { ...node, guests: guest('ide0: san-prod:vm-104-cloudinit,media=cdrom\nide2: local:iso/a.iso,media=cdrom\nide3: none,media=cdrom\n') },
    ],
    [
      'a guest of another node whose disks are not here',
      { ...node, guests: [{ vmid: 104, node: 'pve2', config: 'scsi1: san-prod:vm-104-disk-1\n' }] },
    ],
    [
      'a disk that came while the node was read',
      { ...node, mappingsBefore: [], mappings: [...(node.mappings ?? []), mapped('san1vg', 'vm-104-disk-1', 2)] },
    ],
    ['a disk that went while the node was read', { ...node, mappingsBefore: [mapped('san1vg', 'vm-104-disk-1', 2)] }],
    ['a volume whose pool is not active: told for the pool', thin(false)],
    ['a disk LVM does not have: told of the configuration', { ...node, groups: [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-0' }] }] }],
    ['a storage that is switched off', { ...node, storages: 'lvm: san-prod\n\tvgname san1vg\n\tdisable\n' }],
    [
      'a name that leads elsewhere: told of the name',
      {
        ...node,
        mappings: [
          ...(node.mappings ?? []),
          { ...mapped('san1vg', 'vm-104-disk-1', 2, { open: 1 }), uuid: `LVM-${uuidOf('san1vg')}${uuidOf('gone')}` },
        ],
      },
    ],
  ])('of %s', (_why, one) => expect(found(one)).toEqual([]));

  it('but tells it of a thin volume whose pool is active', () => expect(found(thin(true))).toHaveLength(1));
});

describe('is not checked', () => {
  it.each<[why: string, node: FakeNode]>([
    ['where the group was not seen whole', { ...node, groups: (node.groups ?? []).map((group) => ({ ...group, vg: { vg_missing_pv_count: '1' } })) }],
    ['where the group is not visible', { ...node, groups: [] }],
    ['of a guest in the middle of a task', { ...node, tasks: 'UPID:pve1:00001234:00005678:6740A000:qmmove:104:root@pam: 0\n' }],
    ['of a locked guest', { ...node, guests: guest('lock: backup\nscsi0: san-prod:vm-104-disk-0\nscsi1: san-prod:vm-104-disk-1\n') }],
    ['without quorum', { ...node, members: ['pve1', 'pve2', 'pve3'], quorate: false }],
  ])('%s', (_why, one) => expect([found(one), statusOf(judge(one), rule)]).toEqual([[], 'unknown']));

  it('without the processes of the node', () => {
    const captures = capturesOf(node).filter(({ id }) => !id.startsWith('guest.'));
    expect(statusOf(judge(memberOf('pve1', captures)), rule)).toBe('unknown');
  });
});

it('does not apply where no guest has such a disk', () => {
  expect(statusOf(judge({ ...node, guests: guest('scsi0: local-zfs:vm-104-disk-0\n') }), rule)).toBe('not_applicable');
});

describe('without the processes of the node', () => {
  const without = (one: FakeNode) =>
    judge(
      memberOf(
        'pve1',
        capturesOf(one).filter(({ id }) => !id.startsWith('guest.')),
      ),
    );
  it('is clean where every disk is mapped, or its guest is listed as stopped', () => {
    const whole = { ...node, mappings: [...(node.mappings ?? []), mapped('san1vg', 'vm-104-disk-1', 2, { open: 1 })] };
    expect([statusOf(without(whole), rule), statusOf(without({ ...node, stopped: [104] }), rule)]).toEqual(['clean', 'clean']);
  });
});
