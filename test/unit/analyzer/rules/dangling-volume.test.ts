/** A disk a configuration names and LVM does not have: found where absence is proven, and nowhere else. */
import { describe, expect, it } from 'vitest';
import type { Member } from '../../../../worker/analyzer';
import type { Capture } from '../../../../worker/wire/snapshot';
import { findingsOf } from '../support/change-node';
import { ct, group, local, localLayers, localStorage, pair, san, sanStorage, task, thin, vm } from '../support/corpus-parts';
import { capturesOf, type FakeGuest, type FakeNode, mapped, uuidOf } from '../support/fake-node';
import { judge, memberOf } from '../support/judge';

const ruleId = 'guest.dangling-volume';
const both = `${sanStorage}\n${localStorage}`;
const alone = (guests: readonly FakeGuest[], more: Partial<FakeNode> = {}): FakeNode => ({
  name: 'pve1',
  members: ['pve1'],
  storages: both,
  groups: [san('vm-100-disk-0'), local()],
  mappings: localLayers,
  guests,
  ...more,
});
const foundIn = (...nodes: readonly (FakeNode | Member)[]) => findingsOf(judge(...nodes)).filter((finding) => finding.ruleId === ruleId);
const saysOf = (...nodes: readonly (FakeNode | Member)[]) =>
  foundIn(...nodes).map(({ subject, severity, detail }) => `${severity} ${subject} ${(detail as { role: string }).role}`);
const notCheckedIn = (...nodes: readonly (FakeNode | Member)[]) =>
  judge(...nodes).nodes.flatMap(({ outcomes }) =>
    outcomes.flatMap((outcome) => (outcome.ruleId === ruleId ? outcome.notChecked.map(({ name, why }) => `${name} ${why.reason}`) : [])),
  );

describe('finds', () => {
  it.each([
    ['an attached disk', 'scsi0: san-prod:vm-100-disk-1,size=8G\n', ['warning 100 san-prod:vm-100-disk-1 attached']],
    ['a disk on a thin pool', 'scsi0: local-lvm:vm-100-disk-1\n', ['warning 100 local-lvm:vm-100-disk-1 attached']],
    ['a change that waits', '[PENDING]\nscsi1: san-prod:vm-100-disk-1\n', ['warning 100 san-prod:vm-100-disk-1 pending']],
    [
      'saved RAM',
      'lock: suspended\nvmstate: san-prod:vm-100-state-suspend-2026-11-20\n',
      ['warning 100 san-prod:vm-100-state-suspend-2026-11-20 state'],
    ],
    ['an unused entry, as less', 'unused3: san-prod:vm-100-disk-1\n', ['info 100 san-prod:vm-100-disk-1 unused']],
    ['a disk only a snapshot names', '[old]\nscsi0: san-prod:vm-100-disk-1\n', ['warning 100 san-prod:vm-100-disk-1 snapshot']],
    ['the RAM of a snapshot', '[old]\nvmstate: san-prod:vm-100-state-old\n', ['warning 100 san-prod:vm-100-state-old snapshot']],
    [
      'the same disk once, by its weightiest use',
      'scsi0: san-prod:vm-100-disk-1\nunused0: san-prod:vm-100-disk-1\n[a]\nscsi0: san-prod:vm-100-disk-1\n',
      ['warning 100 san-prod:vm-100-disk-1 attached'],
    ],
    ['a volume of another number', 'scsi5: san-prod:vm-777-disk-0\n', ['warning 100 san-prod:vm-777-disk-0 attached']],
  ] as const)('%s', (_what, config, expected) => expect(saysOf(alone([vm(100, 'pve1', config)]))).toEqual(expected));

  it('the volume of a thin snapshot: a rollback would remove the disk first', () => {
    const guests = [vm(130, 'pve1', 'scsi0: local-lvm:vm-130-disk-0\n[before]\nscsi0: local-lvm:vm-130-disk-0\n')];
    const [finding] = foundIn(alone(guests, { groups: [san(), local(thin('vm-130-disk-0'))] }));
    expect(finding?.subject).toBe('130 local-lvm:snap_vm-130-disk-0_before');
    expect(finding?.explanation.breaks).toContain('removes vm-130-disk-0 first and then fails: the disk as it is now is lost');
    expect(finding?.explanation.messages[0]).toBe(
      "lvm rollback 'pve/snap_vm-130-disk-0_before' error:   Snapshot origin LV snap_vm-130-disk-0_before not found in Volume group pve.",
    );
    expect(finding?.explanation.todo).toContain('qm delsnapshot 130 before --force');
  });

  it('a link of a chain: the guest cannot start', () => {
    const guests = [vm(140, 'pve1', 'scsi0: san-prod:vm-140-disk-0.qcow2\n[s1]\nscsi0: san-prod:vm-140-disk-0.qcow2\n')];
    const [finding] = foundIn(alone(guests, { groups: [san('vm-140-disk-0.qcow2'), local()] }));
    expect(finding).toMatchObject({ severity: 'warning', detail: { role: 'chain', volume: 'snap_vm-140-disk-0_s1.qcow2' } });
    expect(finding?.explanation.messages[0]).toContain('Could not open backing file');
  });

  it('the local disk of a guest that HA brought to a node without it', () => {
    const guests = [vm(130, 'pve2', 'scsi0: local-lvm:vm-130-disk-0\n')];
    const nodes = pair(
      { storages: both, guests },
      { groups: [san(), local(thin('vm-130-disk-0'))], mappings: localLayers },
      { groups: [san(), { ...local(), uuid: uuidOf('pve of pve2') }] },
    );
    expect(saysOf(...nodes)).toEqual(['warning 130 local-lvm:vm-130-disk-0 attached']);
  });

  it('what PVE will print, for thick and thin', () => {
    const messages = (config: string) => foundIn(alone([vm(100, 'pve1', config)])).flatMap(({ explanation }) => explanation.messages);
    expect(messages('scsi0: san-prod:vm-100-disk-1\n')).toEqual([
      `TASK ERROR: can't activate LV '/dev/san1vg/vm-100-disk-1':   Failed to find logical volume "san1vg/vm-100-disk-1"`,
    ]);
    expect(messages('scsi0: local-lvm:vm-100-disk-1\n')).toEqual(['TASK ERROR: no such logical volume pve/vm-100-disk-1']);
  });

  it('and what is left of a disk that a rollback lost', () => {
    const guests = [vm(130, 'pve1', 'scsi0: local-lvm:vm-130-disk-0\n[before]\nscsi0: local-lvm:vm-130-disk-0\n')];
    const [finding] = foundIn(alone(guests, { groups: [san(), local(thin('snap_vm-130-disk-0_before'))] }));
    expect(finding?.subject).toBe('130 local-lvm:vm-130-disk-0');
    expect(finding?.explanation.todo).toContain('lvcreate -kn -n vm-130-disk-0 -s pve/snap_vm-130-disk-0_before');
  });

  it('but never tells to make one snapshot out of another', () => {
    const guests = [vm(130, 'pve1', 'scsi0: local-lvm:vm-130-disk-0\n[a1]\nscsi0: local-lvm:vm-130-disk-0\n[b2]\nscsi0: local-lvm:vm-130-disk-0\n')];
    const [finding] = foundIn(alone(guests, { groups: [san(), local(thin('vm-130-disk-0'), thin('snap_vm-130-disk-0_b2', 'vm-130-disk-0'))] }));
    expect(finding?.detail).toMatchObject({ volume: 'snap_vm-130-disk-0_a1', left: [] });
    expect(finding?.explanation.todo).not.toContain('lvcreate');
  });

  it('and points at the row of the group that does not have it', () => {
    const [finding] = foundIn(alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')]));
    expect(finding?.evidence).toMatchObject([{ capture: 'lvm.report' }]);
    expect(finding?.evidence[0]?.line).toBeGreaterThan(0);
  });

  it('and warns of stopping a guest whose blocks are still mapped', () => {
    const gone = mapped('san1vg', 'vm-100-disk-1', 9, { open: 1 });
    const [finding] = foundIn(alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], { mappings: [...localLayers, gone] }));
    expect(finding?.detail).toMatchObject({ isMapped: true, renamedTo: null });
    expect(finding?.explanation.todo).toMatch(/^Do not stop or move VM 100/);
  });

  it('and says how a renamed one is called today', () => {
    const renamed = { name: 'precious', uuid: uuidOf('san1vg/vm-100-disk-1') };
    const node = alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], {
      groups: [san(renamed), local()],
      mappings: [...localLayers, mapped('san1vg', 'vm-100-disk-1', 9)],
    });
    expect(foundIn(node)[0]?.detail).toMatchObject({ renamedTo: 'precious' });
  });
});

describe('leaves alone', () => {
  const quiet: readonly [string, FakeNode][] = [
    ['a disk that is there', alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-0\n')])],
    ['a cloud-init drive: it is made anew at start', alone([vm(100, 'pve1', 'ide2: san-prod:vm-100-cloudinit,media=cdrom\n')])],
    ['fleecing images: the next backup clears them', alone([vm(100, 'pve1', '[special:fleecing]\nfleecing-images: san-prod:vm-100-fleece-0\n')])],
    ['old values of cloud-init', alone([vm(100, 'pve1', '[special:cloudinit]\nscsi0: san-prod:vm-100-disk-7\n')])],
    ['a storage that is switched off', alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], { storages: `${sanStorage}\tdisable\n` })],
    ['a storage that is not offered here', alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], { storages: `${sanStorage}\tnodes pve8\n` })],
    [
      'a storage of another plugin',
      alone([vm(100, 'pve1', 'scsi0: far:vm-100-disk-1\n')], { storages: `${both}\nsynology: far\n\tvgname san1vg\n` }),
    ],
    ['a storage nobody defined', alone([vm(100, 'pve1', 'scsi0: gone:vm-100-disk-1\n')])],
    ['a path', alone([vm(100, 'pve1', 'scsi0: /dev/san1vg/vm-100-disk-1\n')])],
    ['a disk on files', alone([vm(100, 'pve1', 'scsi0: local:100/vm-100-disk-1.qcow2\n')], { storages: `dir: local\n\tpath /x\n\n${both}` })],
    ['a snapshot half deleted', alone([vm(130, 'pve1', 'name: x\n[s]\nsnapstate: delete\nscsi0: local-lvm:vm-130-disk-1\n')])],
    [
      'a container backup that copies one of two volumes',
      alone(
        [
          ct(
            200,
            'pve1',
            'rootfs: local-lvm:vm-200-disk-0\nmp0: local-lvm:vm-200-disk-1,mp=/x\n[vzdump]\nrootfs: local-lvm:vm-200-disk-0\nmp0: local-lvm:vm-200-disk-1\n',
          ),
        ],
        { groups: [san(), local(thin('vm-200-disk-0'), thin('vm-200-disk-1'), thin('snap_vm-200-disk-0_vzdump', 'vm-200-disk-0'))] },
      ),
    ],
    [
      'raw disks of thick storage in a snapshot section',
      alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-0\n[s]\nscsi0: san-prod:vm-100-disk-0\n')]),
    ],
    [
      'a linked clone by its own volume',
      alone([vm(101, 'pve1', 'scsi0: local-lvm:base-900-disk-0/vm-101-disk-0\n')], { groups: [san(), local(thin('vm-101-disk-0'))] }),
    ],
    [
      'two groups under one storage id',
      alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], { storages: `${sanStorage}\n${sanStorage.replace('san1vg', 'san2vg')}` }),
    ],
  ];
  it.each(quiet)('%s', (_what, node) => expect(foundIn(node)).toEqual([]));

  it('a guest of another node: that node’s own reading counts', () => {
    const guests = [vm(100, 'pve2', 'scsi0: san-prod:vm-100-disk-1\n')];
    const [here] = pair({ guests, groups: [san()] });
    expect(here === undefined ? ['no node'] : foundIn(here)).toEqual([]);
  });
});

it('is found beside a disk whose table was wiped: that one uses no device, so it speaks of no other copy of the LUN', () => {
  const wiped = mapped('san1vg', 'vm-100-disk-0', 9, { uses: '', table: '0 65536 error ' });
  const guests = [vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')];
  expect(saysOf(alone(guests, { mappings: [...localLayers, wiped] }))).toEqual(['warning 100 san-prod:vm-100-disk-1 attached']);
});

describe('is not checked', () => {
  const lost = [vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\nscsi1: san-prod:vm-100-disk-2\n')];
  const doubts: readonly [string, FakeNode, readonly string[]][] = [
    ['when the group is not visible: one line for all its disks', alone(lost, { groups: [local()] }), ['san1vg group_not_visible']],
    ['when the group misses a disk', alone(lost, { groups: [{ ...san(), vg: { vg_missing_pv_count: '1' } }, local()] }), ['san1vg group_not_whole']],
    [
      'when LVM shows two groups of the name',
      alone(lost, { groups: [san(), { ...san(), uuid: uuidOf('other') }, local()] }),
      ['san1vg group_not_whole'],
    ],
    [
      'when only a guest’s own group has the name',
      alone(lost, {
        groups: [local(thin('vm-7-disk-0')), group('san1vg', '253:9')],
        mappings: [...localLayers, { ...mapped('pve', 'vm-7-disk-0', 9) }],
      }),
      ['san1vg group_not_whole'],
    ],
    [
      'when LVM reads another copy of the LUN',
      alone(lost, { mappings: [...localLayers, mapped('san1vg', 'vm-100-disk-0', 9, { uses: '8:99' })] }),
      ['san1vg foreign_device'],
    ],
    ['while its guest is locked', alone([vm(100, 'pve1', 'lock: create\nscsi0: san-prod:vm-100-disk-1\n')]), ['vm-100-disk-1 in_flight']],
    [
      'while a task works on its guest',
      alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], { tasks: task('qmrestore', '100', 'pve1') }),
      ['vm-100-disk-1 in_flight'],
    ],
    [
      'while a mapping of its name came or went',
      alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], {
        mappingsBefore: localLayers,
        mappings: [...localLayers, mapped('san1vg', 'vm-100-disk-1', 9)],
      }),
      ['vm-100-disk-1 changed_during_capture'],
    ],
    [
      'when the volume went into another group',
      alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')], { groups: [san(), group('split', '8:77', 'vm-100-disk-1'), local()] }),
      ['vm-100-disk-1 moved_group'],
    ],
  ];
  it.each(doubts)('%s', (_why, node, expected) => expect([foundIn(node), notCheckedIn(node)]).toEqual([[], expected]));

  it('when the metadata is older than what another member has shown', () => {
    const member = memberOf('pve1', capturesOf(alone(lost)), { knownSeqno: { [uuidOf('san1vg')]: 8 } });
    expect([foundIn(member), notCheckedIn(member)]).toEqual([[], ['san1vg old_metadata']]);
  });

  it('without quorum', () =>
    expect([foundIn(alone(lost, { quorate: false })), notCheckedIn(alone(lost, { quorate: false }))]).toEqual([[], [' no_quorum']]));
});

describe('the words', () => {
  it('have nothing to type where a name must not be typed', () => {
    const guests = [vm(130, 'pve1', 'scsi0: evil:vm-130-disk-0\n[s1]\nscsi0: evil:vm-130-disk-0\n')];
    const storages = 'lvmthin: evil\n\tthinpool data\n\tvgname x;reboot\n';
    const [finding] = foundIn(alone(guests, { storages, groups: [group('x;reboot', '8:3')] }));
    expect(finding?.explanation.commands).toEqual([]);
    expect(finding?.explanation.todo).not.toContain(';reboot');
  });

  it('call a container a container', () => {
    const [finding] = foundIn(alone([ct(200, 'pve1', 'rootfs: local-lvm:vm-200-disk-0\n')]));
    expect(finding?.explanation.sentence).toMatch(/^CT 200 names/);
    expect(finding?.explanation.todo).toContain('/etc/pve/nodes/pve1/lxc/200.conf');
  });

  it('never offer a script', () => {
    expect(foundIn(alone([vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-1\n')])).map(({ remedy }) => remedy)).toEqual([null]);
  });
});

describe('a damaged check-in makes no disk missing', () => {
  const guests = [
    vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-0\n[before]\nscsi0: san-prod:vm-100-disk-0\n'),
    vm(119, 'pve1', 'lock: create\nscsi0: san-prod:vm-119-disk-0\n'),
    vm(120, 'pve1', 'scsi0: san-prod:vm-120-disk-0\n'),
    vm(121, 'pve1', 'scsi0: local-lvm:vm-121-disk-0\n'),
    vm(122, 'pve2', 'scsi0: local-lvm:vm-122-disk-0\n'),
  ];
  const ha = '{"service_status":{"vm:121":{"node":"pve1","state":"migrate"}}}';
  const [here, there] = pair(
    { storages: both, guests, ha },
    { groups: [san('vm-100-disk-0'), local()], mappings: localLayers, tasks: task('qmrestore', '120', 'pve1') },
  );
  const captures = here === undefined ? [] : capturesOf(here);
  const judged = (changed: readonly Capture[]) =>
    foundIn(memberOf('pve1', changed), ...(there === undefined ? [] : [{ ...there, groups: [san('vm-100-disk-0'), local(thin('vm-122-disk-0'))] }]));

  it('of which there is none before', () => expect(judged(captures)).toEqual([]));

  it.each(captures.map(({ id }, index) => [id, index] as const))('without %s, cut, failed or stuck', (_id, index) => {
    const damaged = (change: (capture: Capture) => readonly Capture[]) => captures.flatMap((one, at) => (at === index ? change(one) : [one]));
    expect(judged(damaged(() => []))).toEqual([]);
    for (const share of [0, 0.2, 0.5, 0.9, 0.99]) {
      expect(judged(damaged((one) => [{ ...one, ...(one.out ? { out: one.out.slice(0, Math.floor(one.out.length * share)) } : {}) }]))).toEqual([]);
    }
    for (const status of ['failed', 'timeout', 'stuck', 'skipped', 'unreadable'] as const)
      expect(judged(damaged((one) => [{ ...one, status, exit: 5 }]))).toEqual([]);
    const { files } = captures[index] ?? {};
    for (const [gone] of (files ?? []).entries())
      expect(judged(damaged((one) => [{ ...one, files: files?.filter((_, at) => at !== gone) ?? [] }]))).toEqual([]);
  });
});
