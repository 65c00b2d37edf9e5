/** The many ways in which a volume is named, listed, freed and stacked. */
import { describe, expect, it } from 'vitest';
import { findMentions } from '../../../collector/redact/mentions';
import { redactTasks } from '../../../collector/redact/tasks';
import { calm, find, findingsOf, foreign, task, unused, withGuest } from './support/change-node';
import { defaultStorages, dmUuid, type FakeMapping, type FakeNode, mapped, uuidOf } from './support/fake-node';
import { foundIn, judge } from './support/judge';
import { localMappings, pve1, pve2, san } from './support/sample-cluster';

describe('a volume is named in many ways', () => {
  const uuidPath = `/dev/disk/by-id/dm-uuid-${dmUuid('san1vg', 'vm-131-disk-0')}`;

  it.each([
    ['a guest passes it through by its mapping uuid', withGuest(calm, { vmid: 300, node: 'pve1', config: `scsi0: ${uuidPath}\n` })],
    [
      'a guest passes it through by a file system uuid',
      withGuest(calm, { vmid: 300, node: 'pve1', config: 'scsi0: /dev/disk/by-uuid/0f0e0d0c-1111\n' }),
    ],
    ['a guest passes it through by its numbers', withGuest(calm, { vmid: 300, node: 'pve1', config: 'scsi0: /dev/block/253:50\n' })],
    ['an argument of a guest names a device by number', withGuest(calm, { vmid: 300, node: 'pve1', config: 'mentions: /dev/dm-50\n' })],
    ['a file of the host names a device by number', { ...calm, mentions: '/dev/dm-50' }],
    ['a file of the host names it by its mapping uuid', { ...calm, mentions: uuidPath }],
    ['a bare mapping name is mentioned', { ...calm, mentions: 'san1vg-vm--131--disk--0' }],
    ['a mapping of its first partition is mentioned', { ...calm, mentions: '/dev/mapper/san1vg-vm--131--disk--0p1' }],
    ['a mapping of its first partition is mentioned, the other spelling', { ...calm, mentions: '/dev/mapper/san1vg-vm--131--disk--0-part1' }],
    ['a container mounts it', withGuest(calm, { vmid: 301, node: 'pve1', type: 'lxc', config: 'mp5: volume=san-prod:vm-131-disk-0,mp=/x\n' })],
    [
      'only a container change that waits',
      withGuest(calm, { vmid: 301, node: 'pve1', type: 'lxc', config: '[pve:pending]\nmp5: san-prod:vm-131-disk-0,mp=/x\n' }),
    ],
    ['only a VM change that waits', withGuest(calm, { vmid: 301, node: 'pve1', config: '[PENDING]\nscsi5: san-prod:vm-131-disk-0\n' })],
    ['only an old snapshot', withGuest(calm, { vmid: 301, node: 'pve1', config: '[old]\nscsi5: size=1G,file=san-prod:vm-131-disk-0\n' })],
    ['only as an unused disk of another guest', withGuest(calm, { vmid: 301, node: 'pve1', config: 'unused7: san-prod:vm-131-disk-0\n' })],
    ['only as a saved memory', withGuest(calm, { vmid: 301, node: 'pve1', config: '[s]\nvmstate: san-prod:vm-131-disk-0\n' })],
    [
      'as an image of a backup under way',
      withGuest(calm, { vmid: 301, node: 'pve1', config: '[special:fleecing]\nfleecing-images: san-prod:vm-131-disk-0\n' }),
    ],
    ['as a linked clone', withGuest(calm, { vmid: 301, node: 'pve1', config: 'scsi0: san-prod:base-9000-disk-0/vm-131-disk-0\n' })],
    ['on a storage that does not exist', withGuest(calm, { vmid: 301, node: 'pve1', config: 'scsi0: gone:vm-131-disk-0\n' })],
    [
      'on a storage that is switched off',
      {
        ...withGuest(calm, { vmid: 301, node: 'pve1', config: 'scsi0: old:vm-131-disk-0\n' }),
        storages: `${defaultStorages}\nlvm: old\n\tvgname san1vg\n\tdisable\n`,
      },
    ],
  ] as readonly [string, FakeNode][])('%s', (_what, node) => expect(foundIn(judge(node))).not.toContain(unused));

  it('a note that ends its sentence with the name still names it', () => {
    const words = findMentions('The data lies on /dev/san1vg/vm-131-disk-0.', new Set(['vm-131-disk-0']));
    expect(foundIn(judge({ ...calm, mentions: words.join(' ') }))).not.toContain(unused);
  });

  it.each([
    ['by number', 'scsi0: /dev/dm-24\n'],
    ['by its mapping uuid', `scsi0: /dev/disk/by-id/dm-uuid-${dmUuid('san1vg', 'vm-122-disk-0')}\n`],
  ])('is not on the wrong node when a guest here has it %s', (_how, config) => {
    const use = (node: FakeNode) => withGuest(node, { vmid: 300, node: 'pve1', config });
    expect(foundIn(judge(use(pve1), use(pve2)))).not.toContain(foreign);
  });
});

describe('only what Proxmox VE itself would list is judged', () => {
  it('a storage of other nodes does not claim a group of the same name here', () => {
    const storages = 'lvm: data1\n\tvgname data\n\tnodes pve2\n';
    const node: FakeNode = { ...calm, storages, groups: [{ name: 'data', volumes: [{ name: 'vm-131-disk-0' }] }] };
    expect(foundIn(judge(node))).toEqual([]);
  });

  it('a storage that is switched off lists nothing', () => {
    const storages = 'lvm: data1\n\tvgname data\n\tdisable\n';
    const node: FakeNode = { ...calm, storages, groups: [{ name: 'data', volumes: [{ name: 'vm-131-disk-0' }] }] };
    expect(foundIn(judge(node))).toEqual([]);
  });

  it("a guest's own group that has the name of a storage's group is not judged", () => {
    const nested = {
      name: 'pve',
      uuid: uuidOf('pve of a guest'),
      device: '253:20',
      volumes: [{ name: 'data' }, { name: 'vm-500-disk-0', attr: 'Vwi-XXtz--', pool: 'data' }],
    };
    const report = judge({ ...calm, groups: [...(pve1.groups ?? []), nested] });
    expect(foundIn(report)).not.toContain('dm.unreferenced-volume vm-500-disk-0');
  });

  it('an untagged volume where only tagged ones are listed', () => {
    const storages = 'lvm: san-prod\n\tvgname san1vg\n\ttagged_only 1\n';
    expect(foundIn(judge({ ...calm, storages }))).toEqual([]);
  });

  it('a template disk other volumes come from, a removed one that is being wiped, a volume of a cache or mirror', () => {
    const volumes = [
      { name: 'base-900-disk-0', attr: 'Vri-XXtz-k', pool: 'data' },
      { name: 'vm-130-disk-0', attr: 'Vwi-XXtz--', pool: 'data', origin: 'base-900-disk-0' },
      { name: 'vm-130-disk-1', attr: 'Vwi-XXtz--', pool: 'data' },
      { name: 'vm-200-disk-0', attr: 'Vwi-XXtz--', pool: 'data' },
      { name: 'del-vm-500-disk-0', attr: '-wi-XX----' },
      { name: '[vm-501-disk-0_rimage_0]', attr: 'iwi-XX----' },
      { name: '[vm-501-disk-0_corig]', attr: 'owi-XX----' },
      { name: 'vm-9999-pvc-0a1b2c3d-1111-2222-3333-444455556666', attr: 'Vwi-XXtz--', pool: 'data' },
    ];
    const found = foundIn(judge({ ...calm, groups: [{ name: 'pve', volumes: [{ name: 'data' }, ...volumes] }], mappings: [] }));
    expect(found.filter((line) => line.startsWith('dm.'))).toEqual([]);
  });
});

describe('volumes being freed', () => {
  it.each([
    ['with the storage in its name', '131@san-prod'],
    ['without a name, as the collector sends it', redactTasks(task('imgdel', '131@san-prod'), () => 'cannot-tell').split(':')[6] ?? ''],
  ])('are not called unused while the task runs, %s', (_how, id) => {
    expect(foundIn(judge({ ...calm, tasks: task('imgdel', id) }))).not.toContain(unused);
  });

  it('are not deactivated or refreshed under their old name while they are wiped', () => {
    const volumes = [
      ...san.volumes.filter(({ name }) => name !== 'vm-100-cloudinit'),
      { name: 'del-vm-100-disk-9', uuid: uuidOf('san1vg/vm-100-disk-9') },
    ];
    const wiping: FakeNode = {
      ...calm,
      groups: [{ ...san, volumes }],
      mappings: [...localMappings, mapped('san1vg', 'vm-100-disk-9', 44)],
      tasks: task('imgdel', ''),
    };
    const finding = find(judge(wiping), 'dm.stale-name');
    expect(finding?.remedy).toMatchObject({ kind: 'deactivate-volume' });
    expect(finding?.heldBack).not.toBeNull();
  });

  it('a wrong-node disk of a guest whose disk is being deleted is not judged', () => {
    expect(foundIn(judge(pve1, { ...pve2, tasks: task('imgdel', '122@san-prod') }))).not.toContain(foreign);
  });
});

describe('a leftover under something open', () => {
  const gone = (volume: string, minor: number, more: Partial<FakeMapping> = {}) => mapped('san1vg', volume, minor, more);
  const bottom = gone('vm-777-disk-0', 40, { open: 1, holders: 'san1vg-vm--778--disk--0' });
  const middle = gone('vm-778-disk-0', 41, { uses: '253:40', open: 1 });

  it('has no remedy while the leftover on top of it is open', () => {
    const report = judge({ ...calm, mappings: [...localMappings, bottom, middle] });
    const remedies = findingsOf(report).filter(({ remedy }) => remedy !== null);
    expect(remedies).toEqual([]);
  });

  it('removes everything above it first, not only the next layer', () => {
    const top = gone('vm-779-disk-0', 42, { uses: '253:41' });
    const held = { ...middle, holders: 'san1vg-vm--779--disk--0' };
    const report = judge({ ...calm, mappings: [...localMappings, bottom, held, top] });
    const lowest = findingsOf(report).find(({ subject }) => subject === bottom.uuid);
    expect(lowest?.remedy).toEqual({ kind: 'remove-mapping', uuid: bottom.uuid, after: [top.uuid, middle.uuid] });
  });
});

describe('a volume under its old name', () => {
  const renamed = (config: string): FakeNode => ({
    ...calm,
    guests: [
      { vmid: 140, node: 'pve2', config: 'scsi0: san-prod:vm-140-disk-0.qcow2\n' },
      { vmid: 300, node: 'pve1', config },
    ],
    mappings: [...localMappings, mapped('san1vg', 'vm-140-disk-0.qcow2', 23)],
  });
  const remedyOf = (config: string) => find(judge(renamed(config)), 'dm.stale-name')?.remedy;

  it('is deactivated where its guest does not live', () => expect(remedyOf('name: x\n')).toMatchObject({ kind: 'deactivate-volume' }));

  it.each([
    ['by number', 'scsi0: /dev/dm-23\n'],
    ['by a word in its arguments', 'mentions: vm-140-disk-0.qcow2\n'],
    ["by its new name's path", 'scsi0: /dev/san1vg/snap_vm-140-disk-0_daily.qcow2\n'],
  ])('is not deactivated when a guest here uses it %s', (_how, config) => {
    expect(remedyOf(config)).not.toMatchObject({ kind: 'deactivate-volume' });
  });
});

describe('nodes made from one disk image', () => {
  const local = (volumes: readonly string[], seqno: number) => ({ name: 'pve', seqno, volumes: ['data', ...volumes].map((name) => ({ name })) });
  const storages = 'lvm: local\n\tvgname pve\n';
  const node = (name: string, volumes: readonly string[], seqno: number): FakeNode => ({
    name,
    members: ['pve1', 'pve2'],
    storages,
    guests: [],
    groups: [local(volumes, seqno)],
    mappings: [],
  });

  it('do not hide the unused disk of one behind the empty group of the other', () => {
    expect(foundIn(judge(node('pve1', ['vm-131-disk-0'], 3), node('pve2', [], 9)))).toContain(unused);
  });
});
