/** storage.multipath-bypass: a volume on one path of a map that exists beside it. */
import { describe, expect, it } from 'vitest';
import { diskOfDevice, nameOfDevice } from '../../../../worker/analyzer/parse/scsi-disk';
import { type FakeNode, mapped } from '../support/fake-node';
import { judge, statusOf } from '../support/judge';

const rule = 'storage.multipath-bypass';
const map = (more = {}) => ({ name: 'mpatha', uuid: 'mpath-36001405aabbccdd0', minor: 1, uses: '8:32,8:16', ...more });
const nodeWith = (...mappings: NonNullable<FakeNode['mappings']>): FakeNode => ({
  name: 'pve1',
  members: ['pve1'],
  groups: [{ name: 'san1vg', volumes: [{ name: 'vm-104-disk-0' }, { name: 'vm-105-disk-0' }] }],
  mappings,
});
const found = (node: FakeNode) => judge(node).nodes[0]?.findings.filter(({ ruleId }) => ruleId === rule) ?? [];
const onPath = (volume: string, minor: number, uses = '8:32') => mapped('san1vg', volume, minor, { uses });

describe('a volume on a path of a multipath map', () => {
  const node = nodeWith(map(), onPath('vm-104-disk-0', 2), onPath('vm-105-disk-0', 3));

  it('is one finding for the map, however many volumes lie there, and never a removal', () => {
    const [finding, ...others] = found(node);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'critical', subject: 'mpath-36001405aabbccdd0', guests: [104, 105], remedy: null });
    expect(finding?.explanation).toMatchObject({
      sentence: "san1vg's disk is reached through /dev/sdc (8:32) beside its multipath map mpatha.",
      messages: [
        "can't activate LV '/dev/san1vg/…':   Cannot activate LVs in VG san1vg while PVs appear on duplicate devices.",
        "lvcreate 'san1vg/…' error:   Cannot update volume group san1vg with duplicate PV devices.",
      ],
      commands: [],
    });
    expect(finding?.explanation.todo).toContain('Nothing is to be removed');
  });

  it('counts the map as a duplicate', () => expect(judge(node).nodes[0]).toMatchObject({ counts: { duplicate: 1 }, grade: 'F' }));

  it('may lie on a partition of the path, or use more than one path', () => {
    expect(found(nodeWith(map(), onPath('vm-104-disk-0', 2, '8:33')))[0]?.explanation.sentence).toContain('/dev/sdc1 (8:33)');
    expect(found(nodeWith(map(), onPath('vm-104-disk-0', 2, '8:32,8:16')))[0]?.explanation.sentence).toContain('/dev/sdb (8:16) and /dev/sdc (8:32)');
  });
});

describe('leaves alone', () => {
  it.each<[why: string, node: FakeNode]>([
    ['volumes on the map', nodeWith(map({ open: 1 }), onPath('vm-104-disk-0', 2, '253:1'))],
    [
      'volumes on a partition of the map',
      nodeWith(map(), { name: 'mpatha-part1', uuid: 'part1-mpath-36001405aabbccdd0', minor: 2, uses: '253:1' }, onPath('vm-104-disk-0', 3, '253:2')),
    ],
    ['volumes on a disk beside all maps', nodeWith(map(), onPath('vm-104-disk-0', 2, '8:48'))],
    ['what is none of LVM’s on a path', nodeWith(map(), { name: 'luks', uuid: 'CRYPT-LUKS2-0-luks', minor: 2, uses: '8:32' })],
    ['a map that came while the node was read', { ...nodeWith(map(), onPath('vm-104-disk-0', 2)), mappingsBefore: [onPath('vm-104-disk-0', 2)] }],
  ])('%s', (_why, node) => expect(found(node)).toEqual([]));

  it('a node without multipath: does not apply', () => expect(statusOf(judge(nodeWith(onPath('vm-104-disk-0', 2))), rule)).toBe('not_applicable'));
});

it('says a hostile name without making a command of it', () => {
  const [finding] = found(nodeWith(map({ name: 'x;reboot', uuid: 'mpath-$(reboot)' }), onPath('vm-104-disk-0', 2)));
  expect(finding?.explanation.commands).toEqual([]);
  expect(finding?.explanation.todo).not.toContain('$(reboot)');
});

it.each([
  ['8:0', '/dev/sda', '8:0'],
  ['8:33', '/dev/sdc1', '8:32'],
  ['8:255', '/dev/sdp15', '8:240'],
  ['65:0', '/dev/sdq', '65:0'],
  ['65:160', '/dev/sdaa', '65:160'],
  ['71:240', '/dev/sddx', '71:240'],
  ['128:0', '/dev/sddy', '128:0'],
  ['135:240', '/dev/sdiv', '135:240'],
  ['8:256', '/dev/sdiw', '8:256'],
  ['259:0', undefined, undefined],
  ['253:7', undefined, undefined],
  ['nonsense', undefined, undefined],
])('%s is %s, a part of %s', (device, name, disk) => expect([nameOfDevice(device), diskOfDevice(device)]).toEqual([name, disk]));
