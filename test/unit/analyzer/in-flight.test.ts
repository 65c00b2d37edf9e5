/** In flight is not dead: locks, tasks, HA, changes during the reading. And: whose word a fact needs. */
import { describe, expect, it } from 'vitest';
import { analyse, type ClusterReport } from '../../../worker/analyzer';
import { san, sanStorage, vm } from './support/corpus-parts';
import { capturesOf, type FakeNode, mapped, text, uuidOf } from './support/fake-node';
import { foundIn, judge, memberOf, now, statusOf } from './support/judge';
import { guests, localMappings, pve1, pve2, pve3 } from './support/sample-cluster';

const foreign = 'dm.foreign-activation san1vg-vm--122--disk--0';
const lock = (word: string) => guests.map((guest) => (guest.vmid === 122 ? { ...guest, config: `${guest.config}lock: ${word}\n` } : guest));
const task = (type: string, id: string) => `UPID:pve2:000A1B2C:0001E240:6740A1B2:${type}:${id}:: 0\n`;

describe('a disk on the wrong node is not judged while', () => {
  const underWay: readonly [string, FakeNode, FakeNode][] = [
    ['its guest is locked for migration', { ...pve1, guests: lock('migrate') }, { ...pve2, guests: lock('migrate') }],
    ['a task works on its guest on the other node', pve1, { ...pve2, tasks: task('qmigrate', '122') }],
    ['HA relocates its guest', { ...pve1, ha: '{"service_status":{"vm:122":{"node":"pve2","state":"relocate"}}}' }, pve2],
    ['running tasks could not be read', { ...pve1, tasks: 'garbage\n' }, pve2],
    [
      'another member says it lives here',
      pve1,
      { ...pve2, guests: guests.map((guest) => (guest.vmid === 122 ? { ...guest, node: 'pve1' } : guest)) },
    ],
  ];
  it.each(underWay)('%s', (_why, here, there) => {
    const report = judge(here, there);
    expect(foundIn(report)).not.toContain(foreign);
    expect(report.nodes[0]?.outcomes.find(({ ruleId }) => ruleId === 'dm.foreign-activation')?.notChecked).toMatchObject([
      { name: 'san1vg-vm--122--disk--0', why: { reason: 'in_flight' } },
    ]);
  });

  it('its configuration changed between the two readings', () => {
    const captures = capturesOf(pve1).map((capture) =>
      capture.id === 'pve.vmlist.2'
        ? text(
            capture.id,
            (capture.out ?? '').replace('"122":{"node":"pve2","type":"qemu","version":3}', '"122":{"node":"pve2","type":"qemu","version":4}'),
          )
        : capture,
    );
    expect(foundIn(judge(memberOf('pve1', captures), pve2))).not.toContain(foreign);
  });

  it('but a resting lock holds nothing back', () => {
    expect(foundIn(judge({ ...pve1, guests: lock('suspended') }, { ...pve2, guests: lock('suspended') }))).toContain(foreign);
  });

  it('and a finished task holds nothing back', () => {
    expect(foundIn(judge(pve1, { ...pve2, tasks: `${task('qmigrate', '122').trimEnd().replace(/ 0$/, '')} 1 6740B000 OK\n` }))).toContain(foreign);
  });

  it('it is open: that is another matter than a closed leftover', () => {
    const open = { ...pve1, mappings: [...localMappings, mapped('san1vg', 'vm-122-disk-0', 24, { open: 1 })] };
    expect(foundIn(judge(open, pve2))).toEqual(['dm.unreferenced-volume vm-131-disk-0']);
  });
});

describe('leftovers stay found while something is under way, but nothing may be done', () => {
  it('says which task holds the remedy back', () => {
    const report = judge({ ...pve1, tasks: task('qmdestroy', '777') }, pve2);
    const finding = report.nodes[0]?.findings.find(({ ruleId }) => ruleId === 'dm.stale-mapping');
    expect(finding?.heldBack).toBe('guest 777: task qmdestroy on pve1');
  });
});

it('a task nobody can read any more holds back what it held back: on whatever node, whoever the guest is', () => {
  const renamed = (more: Partial<FakeNode>): readonly FakeNode[] => {
    const all: Partial<FakeNode> = {
      members: ['pve1', 'pve2', 'pve3'],
      storages: sanStorage,
      guests: [vm(119, 'pve2', 'scsi0: san-prod:vm-119-disk-1\n')],
      groups: [san({ name: 'vm-119-disk-1', uuid: uuidOf('san1vg/vm-119-disk-0') })],
    };
    return [
      { name: 'pve1', ...all, mappings: [mapped('san1vg', 'vm-119-disk-0', 1)] },
      { name: 'pve2', ...all },
      { name: 'pve3', ...all, ...more },
    ];
  };
  const heldBack = (tasks: string) => judge(...renamed({ tasks })).nodes[0]?.findings.find(({ ruleId }) => ruleId === 'dm.stale-name')?.heldBack;
  expect([heldBack(''), heldBack(task('imgdel', '119@san-prod')), heldBack('garbage\n')]).toEqual([
    null,
    'VM 119: task imgdel on pve3',
    'VM 119: running tasks of pve3 could not be read',
  ]);
});

describe('whose word a fact needs', () => {
  it('a leftover needs this node only: the others may be silent, not enrolled, not quorate', () => {
    const alone = judge({ ...pve1, quorate: false });
    expect(foundIn(alone).filter((line) => line.startsWith('dm.stale-mapping') || line.startsWith('dm.impostor'))).toHaveLength(2);
  });

  it('without quorum ownership is not known', () => {
    const report = judge({ ...pve1, quorate: false });
    expect([statusOf(report, 'dm.foreign-activation'), statusOf(report, 'dm.unreferenced-volume')]).toEqual(['unknown', 'unknown']);
  });

  it('a group that only one node has shown is not proven shared, whatever the storage says', () => {
    const report = judge(pve1);
    expect(foundIn(report)).not.toContain(foreign);
    expect(statusOf(report, 'dm.foreign-activation')).toBe('unknown');
  });

  it('a silent member does not blind the cluster; its open counts are said to be missing', () => {
    const silent = memberOf('pve3', capturesOf(pve3), { lastSeenAt: now - 2 * 86_400_000 });
    const report = judge(pve1, pve2, silent);
    expect(foundIn(report)).toContain(foreign);
    expect(report.cluster.findings[0]?.explanation.because).toContain('Not checked whether it is open on pve3.');
  });

  it('nodes of two PVE clusters under one name join nothing', () => {
    const stranger: FakeNode = { ...pve2, name: 'lab1', members: ['lab1', 'lab2'], cluster: 'lab' };
    const report = judge(pve1, stranger);
    expect(foundIn(report).filter((line) => /foreign|unreferenced/.test(line))).toEqual([]);
    expect(report.cluster.outcomes[0]?.notChecked).toMatchObject([{ why: { reason: 'mixed_enrolment', clusters: ['lab', 'prod'] } }]);
  });

  it('two standalone nodes under one name join nothing', () => {
    const { members: _, ...solo } = pve1;
    const report = judge(solo, { ...solo, name: 'pve9' });
    expect(statusOf(report, 'dm.unreferenced-volume')).toBe('unknown');
  });

  it('an empty /etc/pve is not a cluster without guests', () => {
    const captures = capturesOf(pve1).map((capture) =>
      capture.id === 'pve.local'
        ? { id: 'pve.local', status: 'absent' as const }
        : capture.id === 'pve.guests'
          ? { id: 'pve.guests', status: 'absent' as const }
          : capture,
    );
    const report = judge(memberOf('pve1', captures));
    expect(foundIn(report).filter((line) => /unreferenced|foreign/.test(line))).toEqual([]);
    expect(report.cluster.complete).toBe(false);
  });

  it('nodes made from one disk image share the uuid of a local group, not its volumes', () => {
    const local = (volume: string) => ({ name: 'pve', volumes: [{ name: 'root' }, { name: volume, uuid: uuidOf(`${volume} of its own node`) }] });
    const copy = { ...mapped('pve', 'vm-130-disk-0', 5), uuid: `LVM-${uuidOf('pve')}${uuidOf('vm-130-disk-0 of its own node')}` };
    const homes = [{ vmid: 130, node: 'pve2', config: 'scsi0: local-lvm:vm-130-disk-0\n' }];
    const storages = 'lvm: local-lvm\n\tvgname pve\n';
    const here: FakeNode = { name: 'pve1', members: ['pve1', 'pve2'], guests: homes, storages, groups: [local('vm-130-disk-0')], mappings: [copy] };
    const there: FakeNode = { ...here, name: 'pve2', groups: [local('vm-777-disk-0')], mappings: [] };
    expect(foundIn(judge(here, there))).toEqual(['dm.unreferenced-volume vm-777-disk-0', 'guest.dangling-volume vm-130-disk-0']);
  });

  it('another cluster that sees the group uses its volumes too', () => {
    const members = [memberOf('pve1', capturesOf(pve1)), memberOf('pve2', capturesOf(pve2))];
    const other = memberOf('dr1', capturesOf({ name: 'dr1', guests: [{ vmid: 131, node: 'dr1', config: 'scsi0: san-prod:vm-131-disk-0\n' }] }));
    const group = uuidOf('san1vg');
    const with_ = (views: readonly NonNullable<typeof other.view>[]) =>
      analyse({ clusterId: 'c', members, neighbours: [{ cluster: 'dr-site', groups: [group], views }], now });
    const unreferenced = (report: ClusterReport) => report.cluster.outcomes.find(({ ruleId }) => ruleId === 'dm.unreferenced-volume');
    expect(unreferenced(with_(other.view === undefined ? [] : [other.view]))?.status).toBe('clean');
    expect(unreferenced(with_([]))).toMatchObject({
      status: 'unknown',
      notChecked: [{ name: 'vm-131-disk-0', why: { reason: 'group_not_whole', group: 'san1vg' } }],
    });
  });
});

describe('an unused disk is only what the storage itself would list', () => {
  const orphan = 'dm.unreferenced-volume vm-131-disk-0';
  it.each([
    ['its storage lists tagged volumes only', { storages: 'lvm: san-prod\n\tvgname san1vg\n\tshared 1\n\ttagged_only 1\n' }, false],
    ['no storage lies on its group', { storages: 'dir: local\n\tpath /var/lib/vz\n' }, false],
    ['it is open on a node', { mappings: [...localMappings, mapped('san1vg', 'vm-131-disk-0', 50, { open: 1 })] }, false],
    ['its storage is switched off', { storages: 'lvm: san-prod\n\tvgname san1vg\n\tdisable\n' }, false],
    ['its storage is not offered on this node', { storages: 'lvm: san-prod\n\tvgname san1vg\n\tnodes pve8,pve9\n' }, false],
    ['its storage is there under another id', { storages: 'lvm: x-y\n\tvgname san1vg\n' }, true],
  ] as const)('%s', (_why, more, found) => expect(foundIn(judge({ ...pve1, ...more })).includes(orphan)).toBe(found));

  it('counts as tombstoned where it is mapped, and as nothing where it is not', () => {
    const active = judge({ ...pve1, mappings: [mapped('san1vg', 'vm-131-disk-0', 50)] }, pve2);
    expect(active.nodes.map(({ counts }) => counts?.tombstoned)).toEqual([1, 0]);
  });
});
