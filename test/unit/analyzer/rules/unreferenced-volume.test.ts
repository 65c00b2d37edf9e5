/** Every shape of volume: which are never called unused, which are, as what, and in which words. */
import { describe, expect, it } from 'vitest';
import { guestOfVolume, isConsumerVolume, kindOfVolume } from '../../../../worker/analyzer/parse/volume-name';
import { findingsOf } from '../support/change-node';
import { ct, local, localStorage, pair, san, sanStorage, task, thin, vm } from '../support/corpus-parts';
import { type FakeNode, type FakeVolume, mapped } from '../support/fake-node';
import { judge } from '../support/judge';

const ruleId = 'dm.unreferenced-volume';
type Detail = { readonly volume: string; readonly kind: string };
const unusedIn = (...nodes: readonly FakeNode[]) => findingsOf(judge(...nodes)).filter((finding) => finding.ruleId === ruleId);
const kindsIn = (...nodes: readonly FakeNode[]) => unusedIn(...nodes).map(({ detail }) => `${(detail as Detail).kind} ${(detail as Detail).volume}`);
const notCheckedIn = (...nodes: readonly FakeNode[]) =>
  judge(...nodes)
    .cluster.outcomes.filter((outcome) => outcome.ruleId === ruleId)
    .flatMap(({ notChecked }) => notChecked.map(({ name, why }) => `${name} ${why.reason}`));

const both = `${sanStorage}\n${localStorage}`;
/** One node, its own pool and the group of the SAN. */
const alone = (thick: readonly (string | FakeVolume)[], inPool: readonly FakeVolume[], more: Partial<FakeNode> = {}): FakeNode => ({
  name: 'pve1',
  members: ['pve1'],
  storages: both,
  groups: [san(...thick), local(...inPool)],
  ...more,
});

describe('what a volume is for', () => {
  it.each([
    ['vm-100-disk-0', 'disk'],
    ['vm-100-disk-12.qcow2', 'disk'],
    ['base-9000-disk-0', 'template'],
    ['vm-100-cloudinit', 'cloudinit'],
    ['vm-100-cloudinit.qcow2', 'cloudinit'],
    ['vm-100-state-before', 'state'],
    ['vm-100-state-suspend-2026-11-20', 'state'],
    ['vm-100-fleece-0', 'fleecing'],
    ['vm-100-fleece-1.qcow2', 'fleecing'],
    ['snap_vm-200-disk-0_vzdump', 'backup-snapshot'],
    ['del-vm-100-disk-0', 'being-deleted'],
    ['del-vm-100-disk-0.qcow2', 'being-deleted'],
    ['del-snap_vm-100-disk-0_s1.qcow2', 'being-deleted'],
    ['vm-100-data', 'other'],
    ['vm-100-disk-old', 'other'],
    ['snap_vm-100-disk-0_before', 'other'],
  ])('%s: %s', (name, kind) => expect(kindOfVolume(name)).toBe(kind));

  it.each([
    'vm-9999-pvc-0a1b2c3d-1111-2222-3333-444455556666',
    'vm-9999-pvc-static-test',
    'vm-500-pvc-0a1b2c3d-1111-2222-3333-444455556666',
    'vm-9999-postgres-data',
    'pm-1a2b3c4d_00000',
    'vm-100-disk-1_00000',
    'vm-100-disk-1_00000_before',
    'snap_vm-100-disk-0___replicate_100-0_1767000000__',
    'vm-501-disk-0_rimage_0',
    'vm-501-disk-0_rmeta_1',
    'vm-501-disk-0_mlog',
    'vm-501-disk-0_corig',
    'vm-501-disk-0_wcorig',
    'vm-501-disk-0_rimage_0_iorig',
    'vm-501-disk-0_vdata',
  ])('%s is somebody else’s', (name) => expect(isConsumerVolume(name)).toBe(true));

  it.each(['vm-9999-disk-0', 'vm-9999-cloudinit', 'vm-100-disk-0', 'vm-100-data', 'base-9000-disk-0', 'del-vm-100-disk-0'])('%s is not', (name) =>
    expect(isConsumerVolume(name)).toBe(false),
  );
});

describe('never called unused', () => {
  const shapes: readonly [string, FakeNode][] = [
    ['root, swap, the pool and its layers', alone([], [])],
    ['volumes of LINSTOR, old names and new', alone(['pm-1a2b3c4d_00000', 'vm-100-disk-1_00000', 'vm-100-disk-1_00000_snap'], [])],
    ['volumes of Kubernetes, made for a claim or given by hand', alone(['vm-9999-pvc-0a1b2c3d-1111-2222-3333-444455556666', 'vm-9999-data'], [])],
    [
      'volumes of Ceph',
      alone([], [], {
        groups: [
          san(),
          local(),
          { name: 'ceph-0a1b2c3d-1111-2222-3333-444455556666', device: '8:64', volumes: [{ name: 'osd-block-0a1b2c3d-1111' }] },
        ],
      }),
    ],
    [
      'a cached volume and its layers',
      alone(
        [
          { name: 'vm-101-disk-0', attr: 'Cwi-XXC---' },
          { name: '[vm-101-disk-0_corig]', attr: 'owi-XXC---' },
        ],
        [],
      ),
    ],
    [
      'a VDO volume and its pool',
      alone(
        [
          { name: 'vm-101-disk-0', attr: 'vwi-XXv---' },
          { name: 'vpool0', attr: 'dwi-XX----' },
        ],
        [],
      ),
    ],
    [
      'a volume a thick snapshot belongs to, and the snapshot',
      alone(
        [
          { name: 'vm-101-disk-0', attr: 'owi-XX----' },
          { name: 'vm-101-disk-0-before', attr: 'swi-XX----', origin: 'vm-101-disk-0' },
        ],
        [],
      ),
    ],
    ['layers of a RAID volume that lost their brackets', alone([{ name: 'vm-101-disk-0_rimage_0', attr: '-wi-XX----' }], [])],
    [
      'a template other volumes come from',
      alone([], [thin('base-900-disk-0'), { ...thin('vm-130-disk-0', 'base-900-disk-0') }], {
        guests: [vm(130, 'pve1', 'scsi0: local-lvm:vm-130-disk-0\n')],
      }),
    ],
    [
      'a template only a clone’s drive line names',
      alone([], [thin('base-900-disk-0'), thin('vm-130-disk-0')], { guests: [vm(130, 'pve1', 'scsi0: local-lvm:base-900-disk-0/vm-130-disk-0\n')] }),
    ],
    ['snapshots of any name, also of a guest that is gone', alone([], [thin('snap_vm-131-disk-0_before', 'gone')])],
    ['a snapshot of replication', alone([], [thin('snap_vm-131-disk-0___replicate_131-0_1767000000__', 'gone')])],
    ['a link of a chain', alone(['snap_vm-131-disk-0_s1.qcow2'], [])],
    [
      'the snapshot of a container backup that its configuration still knows',
      alone([], [thin('vm-200-disk-0'), thin('snap_vm-200-disk-0_vzdump', 'vm-200-disk-0')], {
        guests: [ct(200, 'pve1', 'rootfs: local-lvm:vm-200-disk-0\n[vzdump]\nrootfs: local-lvm:vm-200-disk-0\n')],
      }),
    ],
    ['a name only templates have, on thick storage, where there are none', alone(['base-131-disk-0'], [])],
    [
      'a volume with dm-crypt or anything else on it',
      alone(['vm-131-disk-0'], [], {
        mappings: [
          mapped('san1vg', 'vm-131-disk-0', 9, { open: 1, holders: 'luks-x' }),
          { name: 'luks-x', uuid: 'CRYPT-LUKS2-0-luks-x', minor: 10, uses: '253:9' },
        ],
      }),
    ],
    ['a volume the host swaps to', alone(['vm-131-disk-0'], [], { mentions: '/dev/mapper/san1vg-vm--131--disk--0' })],
  ];
  it.each(shapes)('%s', (_what, node) => expect([kindsIn(node), notCheckedIn(node)]).toEqual([[], []]));
});

describe('found as what it is', () => {
  it('disks, cloud-init drives, saved RAM, scratch space of backups, what the user named', () => {
    const volumes = ['vm-131-disk-0', 'vm-131-cloudinit', 'vm-131-state-before', 'vm-131-fleece-0', 'vm-131-data'];
    expect(kindsIn(alone(volumes, [thin('base-131-disk-0')]))).toEqual(
      expect.arrayContaining([
        'disk vm-131-disk-0',
        'cloudinit vm-131-cloudinit',
        'state vm-131-state-before',
        'fleecing vm-131-fleece-0',
        'other vm-131-data',
        'template base-131-disk-0',
      ]),
    );
  });

  it('a disk whose deletion was begun, with no task that goes on with it', () => {
    const [finding] = unusedIn(...pair({ groups: [san('del-vm-131-disk-0')] }));
    expect(finding).toMatchObject({ severity: 'warning', remedy: null, heldBack: null, detail: { kind: 'being-deleted', guest: 131 } });
    expect(finding?.explanation.messages).toEqual([
      `lvrename 'san1vg/vm-131-disk-0' error:   Logical Volume "del-vm-131-disk-0" already exists in volume group "san1vg"`,
    ]);
    expect(finding?.explanation.sentence).toContain('no task does so');
  });

  it.each(['131@san-prod', ''])('but not while a task deletes (id "%s"), on whichever node', (id) => {
    const nodes = pair({ groups: [san('del-vm-131-disk-0')] }, {}, { tasks: task('imgdel', id) });
    expect([kindsIn(...nodes), notCheckedIn(...nodes)]).toEqual([[], ['del-vm-131-disk-0 in_flight']]);
  });

  it('and it is held back while a node that may be deleting it is not heard', () => {
    const [here] = pair({ groups: [san('del-vm-131-disk-0')] });
    expect(here === undefined ? [] : unusedIn(here)).toMatchObject([{ heldBack: 'a task that wipes it may run on pve2, where nobody could look' }]);
  });

  it('what a container backup left in the pool, and that the next one fails', () => {
    const node = alone([], [thin('vm-200-disk-0'), thin('snap_vm-200-disk-0_vzdump', 'vm-200-disk-0')], {
      guests: [ct(200, 'pve1', 'rootfs: local-lvm:vm-200-disk-0\n')],
    });
    const [finding] = unusedIn(node);
    expect(finding).toMatchObject({ severity: 'warning', detail: { kind: 'backup-snapshot', owner: 'CT 200' } });
    expect(finding?.explanation.breaks).toContain('The next backup of CT 200 in snapshot mode fails');
    expect(kindsIn({ ...node, tasks: task('vzdump', '', 'pve1') })).toEqual([]);
  });

  it('scratch space is not judged while any backup runs, a disk is', () => {
    const node = alone(['vm-131-fleece-0', 'vm-131-disk-0'], [], { tasks: task('vzdump', '', 'pve1') });
    expect([kindsIn(node), notCheckedIn(node)]).toEqual([['disk vm-131-disk-0'], ['vm-131-fleece-0 in_flight']]);
  });

  it('a tagged volume where tagged ones are listed, whichever guest the tag names', () => {
    const volume = { name: 'vm-131-disk-0', tags: 'pve-vm-130' };
    expect(kindsIn(alone([volume], [], { storages: `${sanStorage}\ttagged_only 1\n` }))).toEqual(['disk vm-131-disk-0']);
  });
});

describe('not checked', () => {
  it('where a plugin that is not Proxmox VE’s keeps volumes in the same group', () => {
    const node = alone(['vm-131-disk-0'], [], { storages: `${both}\nsynology: far\n\tvgname san1vg\n` });
    expect([kindsIn(node), notCheckedIn(node)]).toEqual([[], ['vm-131-disk-0 foreign_plugin']]);
  });

  it('while a command is in the middle of its mapping', () => {
    const node = alone(['vm-131-disk-0'], [], { mappings: [mapped('san1vg', 'vm-131-disk-0', 9, { suspended: true })] });
    expect([kindsIn(node), notCheckedIn(node)]).toEqual([[], ['vm-131-disk-0 changed_during_capture']]);
  });

  it('while running tasks of any member could not be read', () => {
    const nodes = pair({ groups: [san('vm-131-disk-0')], guests: [vm(131, 'pve1', 'name: x\n')] }, {}, { tasks: 'garbage\n' });
    expect([kindsIn(...nodes), notCheckedIn(...nodes)]).toEqual([[], ['vm-131-disk-0 in_flight']]);
  });

  it('while a snapshot of its guest is half made', () => {
    const node = alone(['vm-131-disk-9'], [], { guests: [vm(131, 'pve1', 'name: x\n[s1]\nsnapstate: prepare\n')] });
    expect([kindsIn(node), notCheckedIn(node)]).toEqual([[], ['vm-131-disk-9 in_flight']]);
  });

  it('but a console somebody left open holds nothing', () => {
    const node = alone(['vm-131-disk-9'], [], { guests: [vm(131, 'pve1', 'name: x\n')], tasks: task('vncproxy', '131', 'pve1') });
    expect(kindsIn(node)).toEqual(['disk vm-131-disk-9']);
  });
});

describe('the words', () => {
  const guests = [vm(131, 'pve1', 'scsi0: san-b:vm-131-disk-0\n'), vm(132, 'pve1', 'name: y\n'), ct(200, 'pve1', 'hostname: z\n')];
  const storages = `${sanStorage}\nlvm: san-backup\n\tvgname san1vg\n\tshared 1\n\nlvm: san-b\n\tvgname san2vg\n`;
  const [finding] = unusedIn(
    alone(['vm-131-disk-0'], [], {
      guests,
      storages,
      groups: [san('vm-131-disk-0'), { name: 'san2vg', device: '8:80', volumes: [{ name: 'vm-131-disk-0', uuid: 'b'.repeat(32) }] }],
    }),
  );

  it('say where was searched, with numbers that are not stored', () => {
    expect(finding?.explanation.because).toContain(
      'Searched: 2 VMs, 1 container on 1 node; current, pending, all snapshot sections, unused disks, RAM states; storages san-prod and san-backup (both on san1vg).',
    );
    expect(JSON.stringify(finding?.detail)).not.toMatch(/vms|containers|nodes/);
  });

  it('name the same number in another group', () => {
    expect(finding?.detail).toMatchObject({ elsewhere: ['san-b:vm-131-disk-0 (san2vg)'] });
    expect(finding?.explanation.because).toContain('VM 131 uses this name elsewhere: san-b:vm-131-disk-0 (san2vg).');
  });

  it('offer no command that deletes', () => {
    expect(finding?.explanation.commands).toEqual(['lvs -o+lv_time,lv_host,lv_tags san1vg/vm-131-disk-0', 'qm rescan --vmid 131']);
    expect(finding?.explanation.todo).toMatch(/^This is data\. No script is offered\..*pvesm free san-prod:vm-131-disk-0$/);
  });

  it('have nothing to type where a name must not be typed', () => {
    const [evil] = unusedIn(alone(['del-vm-131-$(reboot)', 'vm-131-$(reboot)'], []));
    expect(evil?.explanation.todo).not.toContain('$(');
  });

  it('carry the number of the guest the name was made for', () => expect(guestOfVolume('del-snap_vm-131-disk-0_s1.qcow2')).toBe(131));
});
