import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexCaptures, outputOf } from '../../../worker/analyzer/parse/captured';
import { parseHa, parseMembership, parseTasks, parseVmlist } from '../../../worker/analyzer/parse/cluster-state';
import { parseMappings } from '../../../worker/analyzer/parse/dm-info';
import { decodeDmName, encodeDmName } from '../../../worker/analyzer/parse/dm-name';
import { decodeDmUuid, hyphenate } from '../../../worker/analyzer/parse/dm-uuid';
import { guestOfPath, parseGuestConfig } from '../../../worker/analyzer/parse/guest-config';
import { parseGroups } from '../../../worker/analyzer/parse/lvm-report';
import { parseRunningGuests } from '../../../worker/analyzer/parse/running-guests';
import { parseNextId, parseStorages } from '../../../worker/analyzer/parse/storage-config';
import { guestOfVolume, guestVolumeIn, isFixedName, isListedVolume } from '../../../worker/analyzer/parse/volume-name';
import type { Capture } from '../../../worker/wire/snapshot';
import { infoOf, mapped, reportOf, text, uuidOf } from './support/fake-node';

const captures = (...list: Capture[]) => indexCaptures(list);

describe('device-mapper names', () => {
  // What `dmsetup splitname NAME LVM` prints.
  it.each([
    ['ssd--ha01-vm--169--disk--0', 'ssd-ha01', 'vm-169-disk-0', ''],
    ['pve-snap_vm--100--disk--0_before', 'pve', 'snap_vm-100-disk-0_before', ''],
    ['pve-data-tpool', 'pve', 'data', 'tpool'],
    ['san-vm--1--disk--0-real', 'san', 'vm-1-disk-0', 'real'],
    ['pve-vm--100--disk--0p1', 'pve', 'vm-100-disk-0p1', ''],
    ['test--vm--999--disk--0', 'test-vm-999-disk-0', '', ''],
    ['plain', 'plain', '', ''],
    ['ends-', 'ends-', '', ''],
    ['', '', '', ''],
  ])('%s', (name, vg, lv, layer) => expect(decodeDmName(name)).toEqual({ vg, lv, layer }));

  it('come back as they went', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,20}[A-Za-z0-9_.]$/);
    fc.assert(
      fc.property(part, part, fc.constantFrom('', 'real', 'cow', 'tpool'), (vg, lv, layer) => {
        expect(decodeDmName(encodeDmName(vg, lv, layer))).toEqual({ vg, lv, layer });
      }),
    );
  });
});

describe('device-mapper uuids', () => {
  const [vg, lv] = [uuidOf('a'), uuidOf('b')];
  it.each([
    ['', ''],
    ['-real', 'real'],
    ['-missing_0_0', 'missing_0_0'],
  ])('of LVM end with any suffix: "%s"', (tail, suffix) => expect(decodeDmUuid(`LVM-${vg}${lv}${tail}`)).toEqual({ vgUuid: vg, lvUuid: lv, suffix }));
  it.each(['', 'mpath-36001405aabbccdd0', `part1-LVM-${vg}${lv}`, `CRYPT-LUKS2-${vg}`, `LVM-${vg}`, `LVM-${vg}${lv}x`])(
    'of others are not LVM\'s: "%s"',
    (uuid) => expect(decodeDmUuid(uuid)).toBeUndefined(),
  );
  it('are printed by LVM in seven groups', () =>
    expect(hyphenate('zC2jZHVunSiNZc74Pv6bLWCpSm7IuV45')).toBe('zC2jZH-VunS-iNZc-74Pv-6bLW-CpSm-7IuV45'));
});

describe('names of volumes', () => {
  it.each([
    ['vm-100-disk-0', 100],
    ['vm-119-state-suspend-2026-11-21', 119],
    ['snap_vm-100-disk-0_s1.qcow2', 100],
    ['del-vm-900-disk-0', 900],
    ['del-snap_vm-900-disk-0_x', 900],
    ['base-9000-disk-0', 9000],
    ['vm-99-disk-0', undefined],
    ['pm-1a2b3c4d_00000', undefined],
    ['data', undefined],
  ])('%s belongs to guest %s', (name, guest) => expect(guestOfVolume(name)).toBe(guest));

  it('that storages list, and fixed ones', () => {
    expect(['vm-100-disk-0', 'base-100-disk-0', 'snap_vm-100-disk-0_a', 'del-vm-100-disk-0', 'data'].map(isListedVolume)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(['vm-100-cloudinit', 'vm-100-state-x', 'vm-100-fleece-0', 'vm-100-disk-0'].map(isFixedName)).toEqual([true, true, true, false]);
  });

  it.each(['vm-5555-disk-0', 'test--vm--999--disk--0', 'san-vm--105--cloudinit', 'vm--105--disk--0', 'x_base--100--disk--3'])(
    'spelled by a mapping: %s',
    (name) => expect(guestVolumeIn(name)).toBeDefined(),
  );
  it.each(['luks-backup', 'mpatha', 'vm-5-disk-0', 'pve-root', 'vm--100--note', 'mpatha-part1'])('not spelled by %s', (name) =>
    expect(guestVolumeIn(name)).toBeUndefined(),
  );
});

describe('storage.cfg', () => {
  it('keeps ids as they are, types in lower case, unknown plugins, and ends a section at an empty line', () => {
    const config =
      '# comment\nLVM: SSD-HA01\n\tvgname SSD-HA01\n\tshared 1\n\tnodes pve1,pve2\n\tshared 0\n\n\tvgname lost\nlvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n\tdisable\n\nnetapp: far\n\tportal x\n';
    expect(parseStorages(captures(text('pve.storage', config)))).toMatchObject({
      value: [
        { id: 'SSD-HA01', type: 'lvm', vgname: 'SSD-HA01', shared: true, nodes: ['pve1', 'pve2'], disabled: false },
        { id: 'local-lvm', type: 'lvmthin', vgname: 'pve', thinpool: 'data', shared: false, disabled: true },
        { id: 'far', type: 'netapp', vgname: '' },
      ],
    });
  });

  it('gives the range of new guest numbers', () => {
    expect(parseNextId(captures(text('pve.datacenter', 'next-id: lower=500,upper=700\n')))).toEqual({ lower: 500, upper: 700 });
    expect(parseNextId(captures())).toEqual({ lower: 100, upper: 1_000_000 });
  });
});

describe('guest configurations', () => {
  const qemu = { vmid: 100, node: 'pve1', type: 'qemu' } as const;
  const volumesIn = (config: string, file: Parameters<typeof parseGuestConfig>[0] = qemu) =>
    parseGuestConfig(file, config).guest.references.map(({ section, volume }) => `${section}>${volume}`);

  it.each([
    ['the plain form', 'scsi0: san:vm-100-disk-0,size=32G', ['>san:vm-100-disk-0']],
    ['file= anywhere', 'size=10G is no key\nscsi0: size=10G,file=san:vm-100-disk-3', ['>san:vm-100-disk-3']],
    ['unused, EFI and TPM', 'unused255: a-a:x\nefidisk0: b-b:y\ntpmstate0: c-c:z', ['>a-a:x', '>b-b:y', '>c-c:z']],
    ['a cloud-init drive', 'ide2: san:vm-100-cloudinit,media=cdrom', ['>san:vm-100-cloudinit']],
    [
      'pending changes and snapshots with their RAM',
      '[PENDING]\nscsi1: san:vm-100-disk-1\n[s1]\nscsi0: san:vm-100-disk-0\nvmstate: san:vm-100-state-s1',
      ['PENDING>san:vm-100-disk-1', 's1>san:vm-100-disk-0', 's1>san:vm-100-state-s1'],
    ],
    [
      'fleecing images',
      '[special:fleecing]\nfleecing-images: san:vm-100-fleece-0,san:vm-100-fleece-1',
      ['special:fleecing>san:vm-100-fleece-0', 'special:fleecing>san:vm-100-fleece-1'],
    ],
    ['a path to a volume', 'scsi1: /dev/san1vg/vm-100-disk-9', ['>/dev/san1vg/vm-100-disk-9']],
    [
      'no drive, no medium, keys Proxmox VE ignores',
      'ide0: none\nide1: cdrom\nnvme0: san:vm-1-disk-0\nscsi31: san:vm-1-disk-0\nunused256: san:vm-1-disk-0',
      [],
    ],
  ])('of a VM: %s', (_what, config, expected) => expect(volumesIn(config)).toEqual(expected));

  it('of a container', () => {
    const lxc = { ...qemu, type: 'lxc' } as const;
    expect(
      volumesIn(
        'rootfs: local-lvm:vm-200-disk-0,size=8G\nmp0: volume=san:vm-200-disk-1,mp=/srv\nmp1: bind\n[pve:pending]\nmp2: san:vm-200-disk-2,mp=/x',
        lxc,
      ),
    ).toEqual(['>local-lvm:vm-200-disk-0', '>san:vm-200-disk-1', 'pve:pending>san:vm-200-disk-2']);
  });

  it('take name, lock and template from the current section only', () => {
    expect(parseGuestConfig(qemu, 'name: web\nlock: backup\n[s1]\nname: old\ntemplate: 1').guest).toMatchObject({
      name: 'web',
      lock: 'backup',
      template: false,
    });
  });

  it('are found by their path', () => {
    expect(guestOfPath('/etc/pve/nodes/pve1/lxc/200.conf')).toEqual({ vmid: 200, node: 'pve1', type: 'lxc' });
    expect(
      ['/etc/pve/nodes/pve1/qemu-server/99.conf', '/etc/pve/nodes/pve1/qemu-server/100.conf.bak', '/etc/pve/qemu-server/100.conf'].map(guestOfPath),
    ).toEqual([undefined, undefined, undefined]);
  });
});

describe('lists', () => {
  const qm = `      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID       
       100 web                  running    4096              32.00 4711      
       101 VM 101               stopped    2048               0.00 0         
       102 a-name-longer-than-twenty-characters prelaunch  2048               8.00 777       
       103 VMID-lab             io-error   2048               8.00 778       
`;
  const pct =
    'VMID       Status     Lock         Name                \n200        running                 ct200               \n201        stopped    snapshot-delete db\n';

  it('of guests: names missing, long, or like the heading', () => {
    expect(parseRunningGuests(captures(text('qm.list', qm), text('pct.list', pct)))).toEqual({
      status: 'known',
      value: { 100: 'running', 101: 'stopped', 102: 'prelaunch', 103: 'io-error', 200: 'running', 201: 'stopped' },
    });
  });
  it('of no guests are empty, not unknown', () =>
    expect(parseRunningGuests(captures(text('qm.list', ''), text('pct.list', '')))).toEqual({ status: 'known', value: {} }));
  it('of a failing qm are unknown', () => {
    const failed: Capture = { id: 'qm.list', status: 'failed', exit: 111, err: 'ipcc_send_rec[1] failed: Connection refused\n', errLength: 45 };
    expect(parseRunningGuests(captures(failed, text('pct.list', '')))).toMatchObject({ why: { reason: 'command_failed', exitCode: 111 } });
  });
});

describe('the state of the cluster', () => {
  it('of a standalone node has no cluster and its own vote', () => {
    expect(parseMembership(captures(text('pve.members', '{"nodename":"solo","version":3}')))).toEqual({
      status: 'known',
      value: { node: 'solo', cluster: null, quorate: true, members: ['solo'] },
    });
  });
  it('without guests is known to be without guests', () =>
    expect(parseVmlist(captures(text('pve.vmlist.1', '{"version":1}')), 1)).toMatchObject({ status: 'known' }));
  it('knows what HA is moving, of either reading', () => {
    const status = (state: string) => `{"service_status":{"vm:100":{"node":"pve1","state":"${state}"},"ct:200":{"node":"pve1","state":"started"}}}`;
    expect(parseHa(captures(text('pve.ha.1', status('migrate')), text('pve.ha.2', status('started'))))).toEqual({
      status: 'known',
      value: { 100: 'migrate' },
    });
  });
  it('knows running tasks, not ended ones', () => {
    const lines =
      'UPID:pve1:000A:0001:6740:qmmove:119:: 0\nUPID:pve1:000B:0002:6741:vzdump:100:: 1 6740B000 OK\nUPID:pve1:000C:0003:6742:imgdel:::\n';
    expect(parseTasks(captures(text('pve.tasks.1', lines), text('pve.tasks.2', '')))).toEqual({
      status: 'known',
      value: [
        { type: 'qmmove', id: '119' },
        { type: 'imgdel', id: '' },
      ],
    });
  });
});

describe('mappings', () => {
  const row = infoOf([mapped('san', 'vm-100-disk-0', 1)]);
  const read = (before: string, after: string) => parseMappings(captures(text('dm.info.1', before), text('dm.info.2', after)));

  it('none at all is an answer; nothing at all is not', () => {
    expect(read('No devices found\n', 'No devices found\n')).toEqual({ status: 'known', value: [] });
    expect(read('', '')).toMatchObject({ why: { reason: 'unparseable', capture: 'dm.info.1', line: 1 } });
  });
  it('with a line nobody can read are not known, and the line is named', () =>
    expect(read(row, `${row}x|y\n`)).toMatchObject({ why: { reason: 'unparseable', capture: 'dm.info.2', line: 2 } }));
  it('keep the worst of both readings', () => {
    const open = infoOf([mapped('san', 'vm-100-disk-0', 1, { open: 1, suspended: true, holders: 'x' })]);
    expect(read(open, row)).toMatchObject({ value: [{ agreed: true, open: 1, suspended: true, holders: ['x'] }] });
  });
});

describe("LVM's report", () => {
  it('gives the line of every volume, so that a finding can point at it', () => {
    const report = reportOf([{ name: 'san', volumes: [{ name: 'vm-100-disk-0' }, { name: '[data_tmeta]' }] }]);
    const groups = parseGroups(captures(text('lvm.report', report)));
    const lines =
      groups.status === 'known'
        ? groups.value.flatMap(({ volumes }) =>
            volumes.map(({ name, line }) => [
              name,
              report.split('\n')[line - 1]?.includes(`"${name}"`) || report.split('\n')[line - 1]?.includes(`[${name}]`),
            ]),
          )
        : [];
    expect(lines).toEqual([
      ['vm-100-disk-0', true],
      ['data_tmeta', true],
    ]);
  });
  it('of no groups is known to be empty', () =>
    expect(parseGroups(captures(text('lvm.report', reportOf([]))))).toEqual({ status: 'known', value: [] }));
});

describe('captures', () => {
  it('that are not text travel as base64', () =>
    expect(outputOf(captures({ id: 'x', status: 'ok', out: 'aGk=', length: 4, encoding: 'base64' }), 'x')).toEqual({ status: 'known', value: 'hi' }));
  it('without their length are not the whole', () =>
    expect(outputOf(captures({ id: 'x', status: 'ok', out: 'hi' }), 'x')).toMatchObject({ why: { reason: 'truncated' } }));
});
