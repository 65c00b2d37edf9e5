/** Half-seen clusters: what could not be read, or what one member says about others, never accuses anything. */
import { describe, expect, it } from 'vitest';
import { analyse, type ClusterReport, type ClusterView } from '../../../worker/analyzer';
import { calm, find, foreign, task, unused, without, withReport } from './support/change-node';
import { capturesOf, defaultStorages, dmUuid, type FakeMapping, type FakeNode, mapped, uuidOf } from './support/fake-node';
import { accusations, foundIn, judge, memberOf, now, statusOf } from './support/judge';
import { localMappings, pve1, pve2, pve3, san } from './support/sample-cluster';

describe('what could not be read never makes an accusation', () => {
  it.each([
    ['running tasks of the node itself', { ...calm, tasks: task('qmrestore', '131') }, ['pve.tasks.1', 'pve.tasks.2']],
    ["HA's state", { ...calm, ha: '{"service_status":{"vm:131":{"node":"pve2","state":"recovery"}}}' }, ['pve.ha.1', 'pve.ha.2']],
    [
      'the mappings, in which the volume is open',
      { ...calm, mappings: [...localMappings, mapped('san1vg', 'vm-131-disk-0', 50, { open: 1 })] },
      ['dm.info.2'],
    ],
  ] as readonly [string, FakeNode, readonly string[]][])('losing %s makes no volume unused', (_what, node, lost) => {
    expect(foundIn(judge(node))).not.toContain(unused);
    expect(foundIn(judge(memberOf('pve1', without(capturesOf(node), ...lost))))).not.toContain(unused);
  });

  it("losing another member's running tasks offers nothing here", () => {
    const busy: FakeNode = { ...pve2, tasks: task('qmigrate', '122') };
    expect(foundIn(judge(pve1, busy))).not.toContain(foreign);
    const blind = memberOf('pve2', without(capturesOf(busy), 'pve.tasks.1', 'pve.tasks.2'));
    expect(foundIn(judge(pve1, blind))).not.toContain(foreign);
  });

  it("losing another member's running tasks lifts no hold", () => {
    const busy: FakeNode = { ...pve2, tasks: task('qmdestroy', '777') };
    const blind = memberOf('pve2', without(capturesOf(busy), 'pve.tasks.1', 'pve.tasks.2'));
    expect(find(judge(pve1, busy), 'dm.stale-mapping')?.heldBack).not.toBeNull();
    expect(find(judge(pve1, blind), 'dm.stale-mapping')?.heldBack).not.toBeNull();
  });

  it('a member that fell silent with the volume open does not make it unused', () => {
    const holder: FakeNode = { ...pve3, mappings: [mapped('san1vg', 'vm-131-disk-0', 1, { open: 1 })] };
    const silent = memberOf('pve3', capturesOf(holder), { lastSeenAt: now - 2 * 86_400_000 });
    expect(foundIn(judge(calm, pve2, silent))).not.toContain(unused);
  });

  it('a member that fell silent with a mount of the volume does not make it unused', () => {
    const silent = memberOf('pve3', capturesOf({ ...pve3, mentions: '/dev/san1vg/vm-131-disk-0' }), { lastSeenAt: now - 2 * 86_400_000 });
    expect(foundIn(judge(calm, pve2, silent))).not.toContain(unused);
  });
});

describe('a group nobody shows is not a clean one', () => {
  it("when LVM shows the storage's group on no member", () => {
    expect(foundIn(judge(calm))).toContain(unused);
    expect(statusOf(judge({ ...calm, groups: [] }), 'dm.unreferenced-volume')).not.toBe('clean');
  });

  it('when the only member that sees it could not run LVM', () => {
    const local: FakeNode = {
      ...pve1,
      mappings: [],
      groups: [{ name: 'pve', volumes: [{ name: 'data' }, { name: 'vm-131-disk-0', attr: 'Vwi-XXtz--', pool: 'data' }] }],
    };
    const other: FakeNode = { ...pve2, mappings: [], groups: [{ name: 'rpool2', volumes: [] }] };
    expect(foundIn(judge(local, other))).toContain(unused);
    const blind = memberOf('pve1', without(capturesOf(local), 'lvm.report'));
    expect(statusOf(judge(blind, other), 'dm.unreferenced-volume')).not.toBe('clean');
  });

  it('when the only member that sees it fell silent', () => {
    const local: FakeNode = {
      ...pve1,
      mappings: [],
      groups: [{ name: 'pve', volumes: [{ name: 'data' }, { name: 'vm-131-disk-0', attr: 'Vwi-XXtz--', pool: 'data' }] }],
    };
    const other: FakeNode = { ...pve2, mappings: [], groups: [{ name: 'rpool2', volumes: [] }] };
    const silent = memberOf('pve1', capturesOf(local), { lastSeenAt: now - 2 * 86_400_000 });
    expect(statusOf(judge(silent, other), 'dm.unreferenced-volume')).not.toBe('clean');
  });
});

describe('another cluster of the customer that sees the group', () => {
  const user = (config: string): ClusterView => {
    const node: FakeNode = { name: 'dr1', members: ['dr1'], cluster: 'dr', guests: [{ vmid: 131, node: 'dr1', config }] };
    return memberOf('dr1', capturesOf(node)).view as ClusterView;
  };
  const judgeBeside = (views: readonly ClusterView[]) =>
    foundIn(
      analyse({
        clusterId: 'c_test',
        members: [memberOf('pve1', capturesOf(calm))],
        neighbours: [{ cluster: 'dr', groups: [uuidOf('san1vg')], views }],
        now,
      }),
    );

  it('counts as a user', () => expect(judgeBeside([user('scsi0: san-prod:vm-131-disk-0\n')])).not.toContain(unused));

  it('is not taken for one without guests when its configurations could not be read', () => {
    const view: ClusterView = { ...user('scsi0: san-prod:vm-131-disk-0\n'), guests: { status: 'unknown', why: { reason: 'not_mounted' } } };
    expect(judgeBeside([view])).not.toContain(unused);
  });
});

describe('what one member says about others', () => {
  const moved = defaultStorages.replace('vgname san1vg', 'vgname san2vg');

  it('does not depend on the order of the members', () => {
    const other: FakeNode = { ...pve2, storages: moved };
    const once = judge(calm, other);
    const twice = judge(other, calm);
    expect(accusations(once)).toEqual(accusations(twice));
  });

  it('keeps its evidence whatever the order of the members', () => {
    const lines = (report: ClusterReport) => report.cluster.findings.map(({ evidence }) => evidence);
    expect(lines(judge(calm, pve2, pve3))).toEqual(lines(judge(pve3, pve2, calm)));
  });

  it("does not make volumes of another member's own group unused", () => {
    const own = { name: 'backup', device: '8:64', volumes: [{ name: 'vm-131-keep' }] };
    const honest: FakeNode = { ...calm, groups: [...(pve1.groups ?? []), own] };
    const liar: FakeNode = { ...pve2, storages: `${defaultStorages}\nlvm: mine\n\tvgname backup\n` };
    expect(foundIn(judge(honest, pve2))).not.toContain('dm.unreferenced-volume vm-131-keep');
    for (const order of [[honest, liar] as const, [liar, honest] as const]) {
      expect(foundIn(judge(...order))).not.toContain('dm.unreferenced-volume vm-131-keep');
    }
  });

  it('long ago does not blind the cluster: a silent member from before a node joined', () => {
    const old = memberOf('pve3', capturesOf({ ...pve3, members: ['pve1', 'pve3'] }), { lastSeenAt: now - 9 * 86_400_000 });
    expect(foundIn(judge(pve1, pve2, old))).toContain(foreign);
  });

  it('two members with one name join nothing', () => {
    const twin = memberOf('pve2', capturesOf(pve2), { nodeId: 'n_twin' });
    expect(statusOf(judge(pve1, pve2, twin), 'dm.unreferenced-volume')).toBe('unknown');
  });

  it('a wrong-node disk is not said to be idle over there while that node is silent', () => {
    const silent = memberOf('pve2', capturesOf(pve2), { lastSeenAt: now - 2 * 86_400_000 });
    const because = find(judge(pve1, silent, pve3), 'dm.foreign-activation')?.explanation.because ?? 'pve2 not checked';
    expect(because).toMatch(/pve2.*(not|silent)|(not|silent).*pve2/);
  });
});

describe('absence is proven only by a complete report', () => {
  it('hidden volumes do not make up for visible ones that are missing', () => {
    const stale = mapped('san1vg', 'vm-777-disk-0', 21);
    const group = { ...san, volumes: [...san.volumes, { name: '[lvol0_pmspare]' }], vg: { lv_count: String(san.volumes.length + 1) } };
    expect(statusOf(judge({ ...calm, groups: [group], mappings: [stale] }), 'dm.stale-mapping')).toBe('unknown');
  });

  it('in a group of several disks, over multipath, encryption and a partition of it', () => {
    const stale = mapped('san1vg', 'vm-777-disk-0', 21, { uses: '253:90,253:91' });
    const below: FakeMapping[] = [
      { name: 'mpathb', uuid: 'mpath-3600', minor: 92, uses: '8:80,8:96', holders: 'mpathb-part1' },
      { name: 'mpathb-part1', uuid: 'part1-mpath-3600', minor: 90, uses: '253:92', holders: 'san1vg-vm--777--disk--0', open: 1 },
      { name: 'luks', uuid: 'CRYPT-LUKS2-00-luks', minor: 91, uses: '8:112', holders: 'san1vg-vm--777--disk--0', open: 1 },
    ];
    const member = (second: string) =>
      withReport({ ...calm, groups: [{ ...san, device: '253:90' }], mappings: [...below, stale] }, ({ report }) => {
        const [group] = report;
        if (group === undefined) return;
        group.pv.push({ ...group.pv[0], pv_major: '253', pv_minor: second, pv_uuid: 'other', pv_name: '/dev/mapper/luks' });
        for (const row of group.vg) row.pv_count = '2';
      });
    expect(foundIn(judge(member('91')))).toContain('dm.stale-mapping san1vg-vm--777--disk--0');
    expect(statusOf(judge(member('99')), 'dm.stale-mapping')).toBe('unknown');
  });

  it('leaves the hidden layers of mirrors, caches, moves and thin pools alone, in any group', () => {
    const names = ['lv_rimage_0', 'lv_rmeta_0', 'lv_corig', 'fast_cvol', 'pvmove0', 'lv_wcorig', 'vpool_vdata', 'lv_vorigin', 'lv_imeta'];
    const layers: FakeMapping[] = names.map((name, index) => mapped('SSD-HA01', name, 60 + index));
    const suffixed: FakeMapping[] = ['cdata', 'cmeta', 'vpool', 'real', 'cow', 'tpool', 'pool'].map((suffix, index) => ({
      ...mapped('SSD-HA01', 'Top', 80 + index, { uuid: dmUuid('SSD-HA01', 'Top', suffix) }),
      name: `SSD--HA01-Top-${suffix}`,
    }));
    const group = { name: 'SSD-HA01', volumes: [{ name: 'Top' }, ...names.map((name) => ({ name: `[${name}]` }))] };
    const report = judge({ ...calm, groups: [group], mappings: [...layers, ...suffixed] });
    expect(foundIn(report).filter((line) => !line.startsWith('storage.group-missing'))).toEqual([]);
    expect(report.nodes[0]?.counts).toMatchObject({ valid: layers.length + suffixed.length, notChecked: 0 });
  });

  it('a renamed group, a split one and two of one name accuse nothing', () => {
    const renamed = { ...san, name: 'san1old', uuid: uuidOf('san1vg') };
    const volumes = san.volumes.map(({ name }) => ({ name, uuid: uuidOf(`san1vg/${name}`) }));
    const mappings = [mapped('san1vg', 'vm-100-disk-0', 20), mapped('san1vg', 'vm-122-disk-0', 21)];
    const found = (node: FakeNode) => foundIn(judge(node)).filter((line) => !/^(?:dm\.unreferenced|storage\.group-missing)/.test(line));
    expect(found({ ...calm, groups: [{ ...renamed, volumes }], mappings })).toEqual([]);
    expect(
      found({
        ...calm,
        groups: [
          { ...san, volumes: [] },
          { name: 'split', volumes },
        ],
        mappings,
      }),
    ).toEqual([]);
  });
});
