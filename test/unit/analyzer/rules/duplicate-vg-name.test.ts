/** lvm.duplicate-vg-name, and what two groups of one name mean for the other rules. */
import { describe, expect, it } from 'vitest';
import { dmUuid, type FakeGroup, type FakeNode, hyphenated, mapped, uuidOf } from '../support/fake-node';
import { disk, guest104, innerGroup, partition } from '../support/guest-disk';
import { foundIn, judge, statusOf } from '../support/judge';

const rule = 'lvm.duplicate-vg-name';
const found = (node: FakeNode) => judge(node).nodes[0]?.findings.filter(({ ruleId }) => ruleId === rule) ?? [];

/** The shared group, with guest 104's disk in it; that guest's own group is called the same. */
const host: FakeGroup = { name: 'san1vg', volumes: [{ name: 'vm-104-disk-0' }, { name: 'vm-100-disk-0' }] };
const guests: FakeGroup = { ...innerGroup('san1vg', 'root', 'vm-131-disk-0'), uuid: uuidOf("the guest's") };
const says = `  WARNING: VG name san1vg is used by VGs ${hyphenated(uuidOf('san1vg'))} and ${hyphenated(uuidOf("the guest's"))}.
  Fix duplicate VG names with vgrename uuid, a device filter, or system IDs.
`;
const stale = mapped('san1vg', 'vm-777-disk-0', 21);
const node: FakeNode = {
  name: 'pve1',
  members: ['pve1'],
  guests: [guest104, { vmid: 100, node: 'pve1', config: 'scsi0: san-prod:vm-100-disk-0\n' }],
  groups: [host, guests],
  lvmSays: says,
  mappings: [disk({ open: 1, holders: 'san1vg-vm--104--disk--0p2' }), partition(2), mapped('san1vg', 'vm-100-disk-0', 3, { open: 1 }), stale],
};

describe('two groups of one name', () => {
  it('is critical when a storage means one of them, and says which is the guest’s and how it is seen', () => {
    const [finding, ...others] = found(node);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'critical', subject: 'san1vg', guests: [104], remedy: null });
    const { sentence, messages, because, todo } = finding?.explanation ?? {};
    expect(sentence).toBe('pve1 sees two volume groups called san1vg; storage san-prod means one of them.');
    expect(messages?.[0]).toBe('Multiple VGs found with the same name: skipping san1vg');
    expect(because).toContain(`${hyphenated(uuidOf('san1vg'))} on /dev/sdb (8:16)`);
    expect(because).toContain(`${hyphenated(uuidOf("the guest's"))} inside the guest's disk vm-104-disk-0, through san1vg-vm--104--disk--0p2`);
    expect(todo).toMatch(/^san1vg-vm--104--disk--0p2 leads to a group that belongs to a guest.*global_filter and scan_lvs=0/);
  });

  it('is a warning when no storage uses the name', () => {
    const other = { ...node, storages: 'dir: local\n\tpath /var/lib/vz\n' };
    expect(found(other)).toMatchObject([
      { severity: 'warning', explanation: { messages: ['Multiple VGs found with the same name: skipping san1vg'] } },
    ]);
  });

  it('of another installation’s disk is named by its device', () => {
    const groups = [host, { ...guests, device: '8:48' }];
    const [finding] = found({ ...node, groups, mappings: [] });
    expect(finding?.guests).toEqual([]);
    expect(finding?.explanation.because).toContain('on /dev/sdd (8:48)');
    expect(finding?.explanation.todo).toContain('vgrename UUID NEW_NAME');
  });

  it('is nothing to be removed where LVM reads the disk itself', () => {
    const [finding] = found({ ...node, groups: [host, { ...guests, device: '253:10' }] });
    expect(finding?.explanation.todo).toMatch(/^LVM reads the guest's disk itself\. Keep LVM out/);
  });

  it('is not told of one group LVM shows twice, of groups with different names, or where there is none', () => {
    expect(found({ ...node, groups: [host, host] })).toEqual([]);
    expect(found({ ...node, groups: [host, innerGroup('ubuntu-vg', 'root')] })).toEqual([]);
    expect(statusOf(judge({ ...node, groups: [] }), rule)).toBe('not_applicable');
  });

  it('is not checked without LVM’s report', () => {
    const report = judge({ ...node, groups: [host, { ...guests, vg: { vg_seqno: 'x' } }] });
    expect(statusOf(report, rule)).toBe('unknown');
  });

  it('names a hostile group in no command', () => {
    const name = 'x;reboot';
    const [finding] = found({
      ...node,
      groups: [
        { ...host, name },
        { ...guests, name },
      ],
    });
    expect(finding?.explanation.commands).toEqual(['vgs -o vg_name,vg_uuid,pv_name']);
  });
});

describe('what the other rules make of it', () => {
  it('a leftover is told by its uuid: LVM reports each group by itself', () => {
    const report = judge(node);
    expect(foundIn(report)).toContain('dm.stale-mapping san1vg-vm--777--disk--0');
    expect(report.nodes[0]?.findings.find(({ subject }) => subject === stale.uuid)?.remedy?.kind).toBe('remove-mapping');
    expect(statusOf(report, 'dm.impostor-mapping')).toBe('clean');
  });

  it('a leftover whose name a volume of the other group has is told as what it is: the name leads to other blocks', () => {
    const twin = { ...guests, volumes: [{ name: 'vm-777-disk-0', uuid: uuidOf('the other 777') }] };
    expect(foundIn(judge({ ...node, groups: [host, twin] }))).toContain('dm.impostor-mapping san1vg-vm--777--disk--0');
  });

  it('nothing is called unused in either: a storage means a group by its name alone', () => {
    const report = judge(node);
    expect(foundIn(report).filter((line) => line.startsWith('dm.unreferenced-volume'))).toEqual([]);
    const { notChecked = [] } = report.cluster.outcomes.find(({ ruleId }) => ruleId === 'dm.unreferenced-volume') ?? {};
    expect(notChecked).toContainEqual({
      subject: `${uuidOf("the guest's")}${uuidOf('san1vg/vm-131-disk-0')}`,
      name: 'vm-131-disk-0',
      why: { reason: 'group_not_whole', group: 'san1vg', says: 'LVM shows two groups of this name' },
    });
  });

  it('a group LVM shows twice under one uuid is still no proof', () => {
    const report = judge({ ...node, groups: [host, host], lvmSays: '' });
    expect(foundIn(report).filter((line) => line.includes('777'))).toEqual([]);
    expect(statusOf(report, 'dm.stale-mapping')).toBe('unknown');
  });

  it('anything else LVM says about the name still counts against it', () => {
    const doubt = `  WARNING: VG name san1vg is used by VGs ${hyphenated(uuidOf('san1vg'))} and something else.\n`;
    expect(statusOf(judge({ ...node, lvmSays: doubt }), 'dm.stale-mapping')).toBe('unknown');
  });

  it('the partition it is seen through can be taken away', () => {
    const partitions = judge(node).nodes[0]?.findings.filter(({ ruleId }) => ruleId === 'dm.held-by-partition');
    const uuid = `part2-${dmUuid('san1vg', 'vm-104-disk-0')}`;
    expect(partitions?.map(({ remedy }) => remedy)).toEqual([{ kind: 'remove-mapping', uuid, after: [] }]);
  });
});
