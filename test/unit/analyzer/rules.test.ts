import { describe, expect, it } from 'vitest';
import { capturesOf, dmUuid, type FakeNode, mapped, uuidOf } from './support/fake-node';
import { foundIn, judge, memberOf, now, statusOf } from './support/judge';
import { localMappings, pve1, pve2, pve3, san } from './support/sample-cluster';

const everyFault = [
  'dm.foreign-activation san1vg-vm--122--disk--0',
  'dm.impostor-mapping san1vg-vm--119--disk--0',
  'dm.stale-mapping san1vg-vm--777--disk--0',
  'dm.stale-name san1vg-vm--140--disk--0.qcow2',
  'dm.unmanaged-name test--vm--999--disk--0',
  'dm.unreferenced-volume vm-131-disk-0',
];

describe('three nodes that share a group, one fault of each kind', () => {
  const report = judge(pve1, pve2, pve3);

  it('finds every fault once and nothing else', () => expect(foundIn(report)).toEqual(everyFault));

  it('counts every mapping once', () => {
    const [counts] = report.nodes.map((node) => node.counts);
    expect(counts).toEqual({
      total: 19,
      valid: 14,
      duplicate: 2,
      tombstoned: 3,
      notChecked: 0,
      held: 0,
      reasons: {
        duplicate: [
          ['old name', 1],
          ['wrong blocks', 1],
        ],
        tombstoned: [
          ['by hand', 1],
          ['leftover', 1],
          ['wrong node', 1],
        ],
      },
    });
  });

  it('grades a node with a critical mapping F and a clean one A+', () => {
    expect(report.nodes.map(({ grade, score, complete }) => [grade, score, complete])).toEqual([
      ['F', 45, true],
      ['A+', 100, true],
      ['A+', 100, true],
    ]);
  });

  it('offers what the contract says, by uuid', () => {
    const remedies = Object.fromEntries(report.nodes[0]?.findings.map(({ ruleId, remedy }) => [ruleId, remedy]) ?? []);
    expect(remedies).toEqual({
      'dm.stale-mapping': { kind: 'remove-mapping', uuid: dmUuid('san1vg', 'vm-777-disk-0'), after: [] },
      'dm.impostor-mapping': { kind: 'remove-mapping', uuid: dmUuid('san1vg', 'vm-119-disk-0'), after: [] },
      // Nobody's configuration knows guest 140: where it lives is not known.
      'dm.stale-name': null,
      'dm.foreign-activation': { kind: 'deactivate-volume', vgUuid: uuidOf('san1vg'), lvUuid: uuidOf('san1vg/vm-122-disk-0') },
      'dm.unmanaged-name': null,
    });
    expect(report.cluster.findings.map(({ remedy }) => remedy)).toEqual([null]);
  });
});

describe('leaves alone', () => {
  const quiet: readonly [why: string, node: FakeNode][] = [
    ['volumes of the guests that live here, VMs and containers', { ...pve1, mappings: localMappings }],
    ['a thick snapshot with its layers', withSnapshot()],
    ['a volume that only /etc/fstab names', { ...pve1, mappings: localMappings, mentions: '/dev/san1vg/vm-131-disk-0' }],
    ['a volume another guest passes through by its path', passThrough('/dev/san1vg/vm-131-disk-0')],
    ['a volume another guest passes through by its mapping', passThrough('/dev/mapper/san1vg-vm--131--disk--0')],
    ['a volume of a storage whose plugin nobody knows', passThrough('elsewhere:vm-131-disk-0')],
    [
      'a volume a note or an argument mentions',
      { ...pve1, mappings: localMappings, guests: [...(pve1.guests ?? []), { vmid: 131, node: 'pve1', config: 'mentions: vm-131-disk-0\n' }] },
    ],
  ];
  it.each(quiet)('%s', (_why, node) => {
    const found = foundIn(judge(node)).filter((line) => line !== 'dm.unreferenced-volume vm-131-disk-0');
    expect(found).toEqual([]);
  });

  it.each(quiet.slice(2))('(unused) %s', (_why, node) => expect(foundIn(judge(node))).toEqual([]));

  function passThrough(path: string): FakeNode {
    return { ...pve1, mappings: localMappings, guests: [...(pve1.guests ?? []), { vmid: 300, node: 'pve1', config: `scsi0: ${path}\n` }] };
  }

  function withSnapshot(): FakeNode {
    const volumes = [...san.volumes, { name: 'snap_vm-100-disk-0_s1', attr: 'swi-XX----', origin: 'vm-100-disk-0' }];
    return {
      ...pve1,
      groups: [{ ...san, volumes }, ...(pve1.groups?.slice(1) ?? [])],
      mappings: [
        ...localMappings,
        mapped('san1vg', 'vm-100-disk-0', 30, { open: 1, uses: '253:31' }),
        {
          ...mapped('san1vg', 'vm-100-disk-0', 31, { open: 2 }),
          name: 'san1vg-vm--100--disk--0-real',
          uuid: dmUuid('san1vg', 'vm-100-disk-0', 'real'),
          holders: 'san1vg-vm--100--disk--0,san1vg-snap_vm--100--disk--0_s1',
        },
        {
          ...mapped('san1vg', 'snap_vm-100-disk-0_s1', 32, { open: 1 }),
          name: 'san1vg-snap_vm--100--disk--0_s1-cow',
          uuid: dmUuid('san1vg', 'snap_vm-100-disk-0_s1', 'cow'),
          holders: 'san1vg-snap_vm--100--disk--0_s1',
        },
        mapped('san1vg', 'snap_vm-100-disk-0_s1', 33, { uses: '253:31,253:32' }),
      ],
    };
  }
});

describe('says "not checked", never "stale"', () => {
  const stale = mapped('san1vg', 'vm-777-disk-0', 21);
  const node: FakeNode = { ...pve1, mappings: [stale] };
  const withSan = (more: Partial<typeof san>): FakeNode => ({ ...node, groups: [{ ...san, ...more }] });
  const doubts: readonly [why: string, node: FakeNode, found?: string][] = [
    ['all disks of the group are hidden: LVM shows no such group', { ...node, groups: [] }],
    ['one disk of the group is missing', withSan({ vg: { vg_missing_pv_count: '1' } })],
    ['the group is partial', withSan({ vg: { vg_partial: 'partial' } })],
    ['the group is exported', withSan({ vg: { vg_exported: 'exported' } })],
    ['a lock manager owns the group', withSan({ vg: { vg_lock_type: 'sanlock' } })],
    ['the group belongs to another system id', withSan({ vg: { vg_systemid: 'other' } })],
    ['a disk is seen twice', withSan({ pv: { pv_duplicate: 'duplicate' } })],
    [
      'LVM ignores old metadata',
      { ...node, lvmSays: '  WARNING: ignoring metadata seqno 4 on /dev/loop1 for seqno 5 on /dev/loop0 for VG san1vg.\n' },
    ],
    ['LVM says something nobody knows', { ...node, lvmSays: '  WARNING: the moon is full.\n' }],
    ['LVM reads another copy of the LUN', withSan({ device: '8:32' })],
    ['LVM lists fewer volumes than it counts', withSan({ vg: { lv_count: '40' } })],
    ['the group is there twice', { ...node, groups: [san, san] }],
    [
      'the volume is in another group now',
      { ...node, groups: [san, { name: 'san2vg', volumes: [{ name: 'moved', uuid: uuidOf('san1vg/vm-777-disk-0') }] }] },
    ],
    ['the mapping came during the reading', { ...node, mappingsBefore: [] }],
    ['the mapping changed its uuid during the reading', { ...node, mappingsBefore: [{ ...stale, uuid: dmUuid('san1vg', 'other') }] }],
    ['the mapping is suspended for a moment', { ...node, mappingsBefore: [stale], mappings: [{ ...stale, suspended: true }] }],
    ['the mapping stays suspended', { ...node, mappings: [{ ...stale, suspended: true }] }, 'dm.error-table'],
    ['a table is waiting to be swapped in', { ...node, mappings: [{ ...stale, tables: 'Live,Inactive' }] }],
    ['its table uses no device at all', { ...node, mappings: [{ ...stale, uses: '' }] }, 'dm.error-table'],
  ];
  it.each(doubts)('%s', (_why, doubtful, found) => {
    const report = judge(doubtful);
    // What the storages of such a node lack is their own story.
    const rules = report.nodes[0]?.findings.map(({ ruleId }) => ruleId).filter((id) => !id.startsWith('storage.'));
    expect(rules).toEqual(found === undefined ? [] : [found]);
    expect(statusOf(report, 'dm.stale-mapping')).toBe('unknown');
    // What is critical about a mapping counts as a duplicate, also where nothing else could be said of it.
    const standing = found === undefined ? { grade: 'A', counts: { notChecked: 1 } } : { grade: 'F', counts: { duplicate: 1 } };
    expect(report.nodes[0]).toMatchObject({ complete: false, ...standing });
  });

  it('metadata is older than what another member has shown', () => {
    const member = memberOf('pve1', capturesOf(node), { knownSeqno: { [uuidOf('san1vg')]: 8 } });
    expect(statusOf(judge(member), 'dm.stale-mapping')).toBe('unknown');
  });

  it('the node has been silent for three intervals', () => {
    const member = memberOf('pve1', capturesOf(node), { lastSeenAt: now - 46 * 60_000 });
    const report = judge(member);
    expect(report.nodes[0]?.findings).toEqual([]);
    expect(report.nodes[0]?.outcomes.map(({ status }) => status)).toEqual(report.nodes[0]?.outcomes.map(() => 'unknown'));
  });

  it.each([
    '  WARNING: Inconsistent metadata found for VG two.\n  See vgck --updatemetadata to correct inconsistency.\n',
    "  WARNING: Couldn't find all devices for LV two/vm-170-disk-0 while checking used and assumed devices.\n",
    '  WARNING: VG two is missing PV 5oPpIf-El9p-PKgG-2tSy-A76Z-cgE0-qbddKr (last written to /dev/loop1).\n',
  ])('but a complaint about another group does not blind this one: %s', (lvmSays) => {
    const two = { name: 'two', pv: { pv_name: '/dev/loop7' }, volumes: [] };
    expect(foundIn(judge({ ...node, groups: [san, two], lvmSays }))).toContain('dm.stale-mapping san1vg-vm--777--disk--0');
  });

  it('a complaint that merely contains the name of another group blinds all', () => {
    const odd = { name: 'metadata', pv: { pv_name: '/dev/loop7' }, volumes: [] };
    const report = judge({ ...node, groups: [san, odd], lvmSays: '  WARNING: old metadata somewhere.\n' });
    expect(statusOf(report, 'dm.stale-mapping')).toBe('unknown');
  });

  it('follows thin, pool and snapshot layers down to the disk', () => {
    const [pool] = (pve1.groups ?? []).slice(1);
    const gone = {
      ...localMappings[6],
      name: 'pve-vm--555--disk--0',
      uuid: `LVM-${uuidOf('pve of pve1')}${uuidOf('gone')}`,
      minor: 60,
      uses: '253:3',
    };
    const thin: FakeNode = { ...pve1, groups: pool === undefined ? [] : [pool], mappings: [...localMappings, gone] };
    // Its other group is not there, which is another story.
    const found = (node: FakeNode) => foundIn(judge(node)).filter((line) => line.startsWith('dm.'));
    expect(found(thin)).toEqual(['dm.stale-mapping pve-vm--555--disk--0']);
    const otherDisk = localMappings.map((mapping) => (mapping.name === 'pve-data_tdata' ? { ...mapping, uses: '8:99' } : mapping));
    expect(found({ ...thin, mappings: [...otherDisk, gone] })).toEqual([]);
  });
});
