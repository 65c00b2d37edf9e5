/** dm.held-by-partition and dm.held-by-guest-vg: the host has opened a guest's disk. */
import { describe, expect, it } from 'vitest';
import type { ClusterReport } from '../../../../worker/analyzer';
import { capturesOf, dmUuid, type FakeMapping, type FakeNode, type FakeVolume, mapped, uuidOf } from '../support/fake-node';
import { disk, guest104, inner, innerGroup, opened, partition, san104 } from '../support/guest-disk';
import { foundIn, judge, memberOf, statusOf } from '../support/judge';

const byPartition = 'dm.held-by-partition';
const byGroup = 'dm.held-by-guest-vg';
const root = dmUuid('ubuntu-vg', 'root');
const part = (number: number) => `part${number}-${dmUuid('san1vg', 'vm-104-disk-0')}`;

const held = (report: ClusterReport) => (report.nodes[0]?.findings ?? []).filter(({ ruleId }) => ruleId === byPartition || ruleId === byGroup);
const remedies = (report: ClusterReport) => held(report).map(({ subject, remedy }) => [subject, remedy]);
const withMappings = (...mappings: NonNullable<FakeNode['mappings']>): FakeNode => ({ ...opened, mappings });

describe("a guest's disk whose partitions and volume group are open on the host", () => {
  const report = judge(opened);

  it('finds every partition map and every volume of the group, and says nothing else', () => {
    expect(foundIn(report)).toEqual([
      `${byGroup} ubuntu--vg-root`,
      `${byPartition} san1vg-vm--104--disk--0p1`,
      `${byPartition} san1vg-vm--104--disk--0p2`,
    ]);
    expect(held(report).map(({ severity, guests, heldBack }) => [severity, guests, heldBack])).toEqual(Array(3).fill(['warning', [104], null]));
  });

  it('takes away what lies on top first, by uuid, and never the disk', () => {
    const removal = (uuid: string, ...after: readonly string[]) => [uuid, { kind: 'remove-mapping', uuid, after }];
    expect(remedies(report)).toEqual([removal(root), removal(part(1)), removal(part(2), root)]);
    expect(held(report).at(-1)?.explanation.commands).toEqual([`dmsetup remove --uuid ${root}`, `dmsetup remove --uuid ${part(2)}`]);
  });

  it('says it in the words people search for', () => {
    const [ofGroup, first, second] = held(report).map(({ explanation }) => explanation);
    expect(first?.sentence).toBe('pve1 mapped the partitions inside vm-104-disk-0. The disk cannot be released.');
    const both = 'pve1 mapped the partitions inside vm-104-disk-0 and activated the volume group ubuntu-vg found in it. The disk cannot be released.';
    expect([ofGroup?.sentence, second?.sentence]).toEqual([both, both]);
    expect(first?.messages).toEqual([
      "can't deactivate LV '/dev/san1vg/vm-104-disk-0':   Logical volume san1vg/vm-104-disk-0 is used by another device.",
      "lvremove 'san1vg/vm-104-disk-0' error:   Logical volume san1vg/vm-104-disk-0 is used by another device.",
    ]);
  });

  it('counts none of them as dead: the disk and what is in it are alive', () => {
    expect(report.nodes[0]?.counts).toMatchObject({ total: 4, duplicate: 0, tombstoned: 0 });
  });
});

describe('the group of a guest is told by the tree below its disk', () => {
  it('lies on the whole disk, without partitions', () => {
    const report = judge(withMappings(disk({ open: 1, holders: 'ubuntu--vg-root' }), inner('ubuntu-vg', 'root', 20, { uses: '253:10' })));
    expect(foundIn(report)).toEqual([`${byGroup} ubuntu--vg-root`]);
    expect(held(report)[0]?.explanation.sentence).toBe(
      'pve1 activated the volume group ubuntu-vg found inside vm-104-disk-0. The disk cannot be released.',
    );
  });

  it('is called pve like the group of the host, which storage.cfg means', () => {
    const host = { ...mapped('host', 'root', 0, { open: 1, uses: '8:3' }), name: 'pve-root' };
    const report = judge({ ...opened, mappings: [host, disk(), partition(1), partition(2, { open: 1 }), inner('pve', 'guestonly', 20)] });
    expect(foundIn(report)).toContain(`${byGroup} pve-guestonly`);
    expect(remedies(report)[0]).toEqual([dmUuid('pve', 'guestonly'), { kind: 'remove-mapping', uuid: dmUuid('pve', 'guestonly'), after: [] }]);
  });

  it('has a thin pool and volumes of several levels: every order is topmost first', () => {
    const layer = (name: string, volume: string, suffix: string, minor: number, uses: string, open = 0) => ({
      ...inner('tmpg', volume, minor, { uses, open }),
      name,
      uuid: dmUuid('tmpg', volume, suffix),
    });
    const report = judge(
      withMappings(
        disk(),
        partition(1),
        partition(2, { open: 3 }),
        inner('tmpg', 'root', 20),
        layer('tmpg-data_tmeta', 'data_tmeta', 'tmeta', 21, '253:12', 1),
        layer('tmpg-data_tdata', 'data_tdata', 'tdata', 22, '253:12', 1),
        layer('tmpg-data-tpool', 'data', 'tpool', 23, '253:22,253:21', 2),
        layer('tmpg-data', 'data', 'pool', 24, '253:23'),
        layer('tmpg-srv', 'srv', '', 25, '253:23'),
      ),
    );
    expect(held(report)).toHaveLength(8);
    expect(held(report).every(({ remedy }) => remedy !== null)).toBe(true);
    const whole = held(report).find(({ subject }) => subject === part(2))?.remedy;
    const order = whole?.kind === 'remove-mapping' ? whole.after : [];
    const at = (volume: string, suffix: string) => order.indexOf(dmUuid('tmpg', volume, suffix));
    expect(order).toHaveLength(6);
    for (const top of [at('data', 'pool'), at('srv', '')]) expect(top).toBeLessThan(at('data', 'tpool'));
    for (const bottom of [at('data_tdata', 'tdata'), at('data_tmeta', 'tmeta')]) expect(at('data', 'tpool')).toBeLessThan(bottom);
  });

  it('shares its uuid with the clone of the guest next to it', () => {
    const twin = mapped('san1vg', 'vm-105-disk-0', 30, { open: 1 });
    const data = inner('ubuntu-vg', 'data', 31, { uses: '253:30' });
    const report = judge({ ...opened, mappings: [...(opened.mappings ?? []), twin, data] });
    const volumes = held(report).filter(({ ruleId }) => ruleId === byGroup);
    expect(new Map(volumes.map(({ subject, guests, remedy }) => [subject, [guests, remedy?.kind]]))).toEqual(
      new Map([
        [root, [[104], 'remove-mapping']],
        [dmUuid('ubuntu-vg', 'data'), [[105], 'remove-mapping']],
      ]),
    );
  });
});

describe('leaves alone', () => {
  const onSecond = (group: string, volume: string, more: Partial<FakeNode> = {}, open = 0): FakeNode => ({
    ...withMappings(disk(), partition(1), partition(2, { open: 1 }), inner(group, volume, 20, { open })),
    ...more,
  });
  const storages = (vgname: string) => `lvm: san-prod\n\tvgname san1vg\n\tshared 1\n\nlvm: deep\n\tvgname ${vgname}\n`;
  const wanted: readonly [why: string, node: FakeNode][] = [
    ['a group of storage.cfg on a volume', onSecond('deepvg', 'vm-300-disk-0', { storages: storages('deepvg') })],
    ['a group the node mounts', onSecond('deepvg', 'backup', { mentions: '/dev/mapper/deepvg-backup /dev/deepvg/backup' }, 1)],
    ['a group one volume of which is exported by its path', onSecond('deepvg', 'lun0', { mentions: '/dev/deepvg/lun0' })],
    [
      'a group a guest uses by its path',
      onSecond('deepvg', 'data', { guests: [guest104, { vmid: 300, node: 'pve1', config: 'scsi0: /dev/deepvg/data\n' }] }),
    ],
    ["Ceph's volumes on a volume", onSecond('ceph-0a1b2c3d-1111-2222-3333-444455556666', 'osd-block-0a1b2c3d-1111-2222-3333-444455556666', {}, 1)],
  ];
  it.each(wanted)('%s, and the partition below it', (_why, node) => {
    expect(foundIn(judge(node))).toEqual([`${byPartition} san1vg-vm--104--disk--0p1`]);
  });

  it.each<[why: string, node: FakeNode]>([
    ['partitions of a multipath map', withMappings(...multipathed())],
    [
      "the host's own root and swap",
      withMappings(mapped('pve', 'root', 0, { open: 1, uses: '8:3' }), mapped('pve', 'swap', 1, { open: 2, uses: '8:3' })),
    ],
    ['a partition of a volume that is no guest’s', withMappings(...onVolume('backup'))],
    [
      'a partition map a file of the node names',
      { ...opened, mappings: [disk({ open: 1 }), partition(1)], mentions: '/dev/mapper/san1vg-vm--104--disk--0p1' },
    ],
    ['layers of the disk’s own group', withMappings(...snapshotted())],
    [
      'a guest group made of the very metadata the host has',
      withMappings(disk({ open: 1 }), { ...inner('x', 'y', 20, { uses: '253:10' }), uuid: `LVM-${uuidOf('san1vg')}${uuidOf('x/y')}` }),
    ],
  ])('%s', (_why, node) => expect(held(judge(node))).toEqual([]));

  function multipathed() {
    return [
      { name: 'mpatha', uuid: 'mpath-36001405aabbccdd0', minor: 5, uses: '8:16,8:32', open: 1 },
      { name: 'mpatha-part1', uuid: 'part1-mpath-36001405aabbccdd0', minor: 6, uses: '253:5', open: 1 },
      mapped('san1vg', 'vm-104-disk-0', 10, { uses: '253:6' }),
    ];
  }
  function onVolume(volume: string) {
    return [
      mapped('san1vg', volume, 10, { open: 1 }),
      { name: `san1vg-${volume}1`, uuid: `part1-${dmUuid('san1vg', volume)}`, minor: 11, uses: '253:10' },
    ];
  }
  function snapshotted() {
    return [
      mapped('san1vg', 'vm-104-disk-0', 10, { uses: '253:11' }),
      {
        ...mapped('san1vg', 'vm-104-disk-0', 11, { open: 2 }),
        name: 'san1vg-vm--104--disk--0-real',
        uuid: dmUuid('san1vg', 'vm-104-disk-0', 'real'),
      },
      mapped('san1vg', 'snap_vm-104-disk-0_s1', 12, { uses: '253:11' }),
    ];
  }
});

it('a word every fstab has (root, swap) makes no group wanted', () => {
  expect(foundIn(judge({ ...opened, mentions: '/dev/pve/root root swap' }))).toContain(`${byGroup} ubuntu--vg-root`);
});

it('leaves the partition alone that carries the group of a storage, though nothing of it is active', () => {
  const storages = 'lvm: san-prod\n\tvgname san1vg\n\tshared 1\n\nlvm: deep\n\tvgname deepvg\n';
  const node = { ...withMappings(disk(), partition(1), partition(2)), storages, groups: [san104, innerGroup('deepvg')] };
  expect(foundIn(judge(node))).toEqual([`${byPartition} san1vg-vm--104--disk--0p1`]);
  expect(foundIn(judge({ ...node, storages: 'dir: local\n\tpath /srv\n' }))).toHaveLength(2);
});

describe('by hand, and why', () => {
  const todoOf = (node: FakeNode, subject: string) => {
    const finding = held(judge(node)).find((one) => one.subject === subject);
    return [finding?.remedy, finding?.explanation.commands, finding?.explanation.todo ?? ''] as const;
  };

  it.each<[why: string, node: FakeNode, subject: string, says: RegExp]>([
    [
      'mounted for a file restore',
      withMappings(disk(), partition(1, { open: 1 })),
      part(1),
      /san1vg-vm--104--disk--0p1 is open on pve1: unmount it first.*lsof \/dev\/dm-11.*No script/,
    ],
    [
      'something on top is open',
      withMappings(disk(), partition(2, { open: 1 }), inner('ubuntu-vg', 'root', 20, { open: 1 })),
      part(2),
      /ubuntu--vg-root is open on pve1.*dm-20/,
    ],
    [
      'a crypt map on top',
      withMappings(disk(), partition(2, { open: 1 }), { name: 'restore', uuid: 'CRYPT-LUKS2-0-restore', minor: 20, uses: '253:12' }),
      part(2),
      /restore lies on top and is neither a partition nor a volume.*dmsetup info restore/,
    ],
    [
      'something on top is suspended',
      withMappings(disk(), partition(2, { open: 1 }), inner('ubuntu-vg', 'root', 20, { suspended: true })),
      part(2),
      /ubuntu--vg-root is in the middle of a change/,
    ],
    ['a holder that was not listed', withMappings(disk(), partition(2, { open: 0, holders: 'gone' })), part(2), /is open on pve1/],
    [
      'more on top than goes in one go',
      withMappings(disk(), partition(2, { open: 20 }), ...Array.from({ length: 20 }, (_, at) => inner('ubuntu-vg', `v${at}`, 20 + at))),
      part(2),
      /More lies on top/,
    ],
  ])('%s', (_why, node, subject, says) => {
    const [remedy, commands, todo] = todoOf(node, subject);
    expect([remedy, commands]).toEqual([null, []]);
    expect(todo).toMatch(says);
  });

  it('a uuid that must not be typed goes into no command', () => {
    const hostile = `LVM-${uuidOf('ubuntu-vg')}${uuidOf('x')}-$(reboot)`;
    const node = withMappings(disk(), partition(2, { open: 1 }), { ...inner('ubuntu-vg', 'root', 20), uuid: hostile });
    const findings = held(judge(node));
    expect(findings).toHaveLength(2);
    expect(findings.map(({ remedy, explanation }) => [remedy, explanation.commands])).toEqual([
      [null, []],
      [null, []],
    ]);
    expect(JSON.stringify(findings.map(({ explanation }) => explanation.commands))).not.toContain('reboot');
  });
});

describe('waits', () => {
  it('while the guest runs: its disk is open', () => {
    const findings = held(judge({ ...opened, mappings: [disk({ open: 3 }), ...(opened.mappings?.slice(1) ?? [])] }));
    expect(findings.map(({ heldBack }) => heldBack)).toEqual(Array(3).fill('VM 104 is in use: its disk is left as it is until it stops'));
    expect(findings.every(({ remedy }) => remedy !== null)).toBe(true);
  });

  it('while a task works on the guest', () => {
    const tasks = 'UPID:pve1:00001234:00005678:6740A000:vzdump:104:root@pam: 0\n';
    expect(held(judge({ ...opened, tasks })).map(({ heldBack }) => heldBack)).toEqual(Array(3).fill('VM 104: task vzdump on pve1'));
  });
});

describe('says "not checked"', () => {
  it('of a mapping that changed while it was read', () => {
    const node = withMappings(disk(), partition(1, { suspended: true }));
    expect([held(judge(node)), statusOf(judge(node), byPartition)]).toEqual([[], 'unknown']);
  });

  it('where nobody knows who uses what: no quorum', () => {
    const report = judge({ ...opened, members: ['pve1', 'pve2', 'pve3'], quorate: false });
    expect([held(report), statusOf(report, byPartition), statusOf(report, byGroup)]).toEqual([[], 'unknown', 'unknown']);
  });

  it('without storage.cfg', () => {
    const captures = capturesOf(opened).filter(({ id }) => id !== 'pve.storage');
    const report = judge(memberOf('pve1', captures));
    expect([held(report), statusOf(report, byGroup)]).toEqual([[], 'unknown']);
  });
});

describe('never says twice what another rule says', () => {
  it('a volume the guest has removed from its own group is a leftover', () => {
    const node = { ...opened, groups: [san104, innerGroup('ubuntu-vg', 'other')] };
    expect(foundIn(judge(node))).toEqual([
      `${byPartition} san1vg-vm--104--disk--0p1`,
      `${byPartition} san1vg-vm--104--disk--0p2`,
      'dm.stale-mapping ubuntu--vg-root',
    ]);
  });

  describe('what the guest does to its own volumes while the host has them mapped', () => {
    const running = (more: Partial<FakeMapping>, ...volumes: readonly FakeVolume[]): FakeNode => ({
      ...withMappings(disk({ open: 3 }), partition(1), partition(2, { open: 1 }), inner('ubuntu-vg', 'root', 20, more)),
      groups: [san104, { ...innerGroup('ubuntu-vg'), volumes }],
      runsSince: { 104: 9000 },
    });
    const root = { name: 'root', uuid: uuidOf('ubuntu-vg/root') };
    const above = (node: FakeNode) =>
      judge(node).nodes[0]?.findings.flatMap(({ subject, ruleId, heldBack }) =>
        subject === dmUuid('ubuntu-vg', 'root') ? [`${ruleId}${heldBack?.includes('is in use') ? ' held' : ''}`] : [],
      );

    it.each([
      ['it grew one', running({ table: '0 8192 linear 253:12 2048' }, root)],
      ['it moved one', running({ table: '0 65536 linear 253:12 4196352' }, root)],
      ['it renamed one', running({}, { ...root, name: 'old-root' })],
    ])('%s: the mapping is told, no old size and no old name, and nothing is offered', (_what, node) => {
      expect(above(node)).toEqual([`${byGroup} held`]);
    });

    it.each([
      ['it removed one', running({}, { name: 'other', uuid: uuidOf('other') })],
      ['it made one of that name anew', running({}, { name: 'root', uuid: uuidOf('another root') })],
    ])('%s: a leftover, nobody needs the name here, and nothing is offered while the guest runs', (_what, node) => {
      expect(above(node)).toEqual(['dm.stale-mapping held']);
      const { explanation } = judge(node).nodes[0]?.findings.find(({ ruleId }) => ruleId === 'dm.stale-mapping') ?? {};
      expect(explanation?.sentence).toBe(
        "pve1 still maps root inside the guest's disk vm-104-disk-0; the guest has removed it from its own group ubuntu-vg.",
      );
      expect(explanation?.breaks).toContain('cannot release vm-104-disk-0 on pve1');
    });

    it.each([
      ['dm.stale-table', running({ table: '0 8192 linear 253:12 2048' }, root)],
      ['dm.stale-name', running({}, { ...root, name: 'old-root' })],
      ['dm.stale-mapping', running({}, { name: 'other', uuid: uuidOf('other') })],
      ['dm.impostor-mapping', running({}, { name: 'root', uuid: uuidOf('another root') })],
    ])('%s: not checked while nobody knows who uses what', (ruleId, node) => {
      const report = judge({ ...node, quorate: false });
      expect([above({ ...node, quorate: false }), statusOf(report, ruleId)]).toEqual([[], 'unknown']);
    });

    it('but a volume a guest of this node uses is judged like any other', () => {
      const guests = [guest104, { vmid: 300, node: 'pve1', config: 'scsi0: /dev/ubuntu-vg/root\n' }];
      expect(above({ ...running({ table: '0 8192 linear 253:12 2048' }, root), guests })).toEqual(['dm.stale-table']);
    });
  });

  it("a nested cluster's disk that carries the number of a guest elsewhere is not on the wrong node", () => {
    const group = innerGroup('san9vg', 'vm-122-disk-0');
    const shared = 'lvm: san-prod\n\tvgname san1vg\n\tshared 1\n';
    const member = (name: string): FakeNode => ({
      ...withMappings(disk(), partition(1), partition(2, { open: 1 }), inner('san9vg', 'vm-122-disk-0', 20)),
      ...{ name, members: ['pve1', 'pve2'], storages: shared, groups: [san104, group] },
      guests: [guest104, { vmid: 122, node: 'pve2', config: 'name: erp\n' }],
    });
    const found = judge(member('pve1'), member('pve2')).nodes[0]?.findings.filter(({ subject }) => subject === dmUuid('san9vg', 'vm-122-disk-0'));
    expect(found?.map(({ ruleId }) => ruleId)).toEqual([byGroup]);
  });
});
