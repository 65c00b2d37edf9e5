/** dm.backing-gone: a mapping whose disk the kernel does not have any more. */
import { describe, expect, it } from 'vitest';
import { capturesOf, dmUuid, type FakeNode, mapped } from '../support/fake-node';
import { judge, memberOf, statusOf } from '../support/judge';

const rule = 'dm.backing-gone';
const dead = (more = {}) => mapped('gone', 'vm-300-disk-0', 1, { uses: '8:48', ...more });
const node: FakeNode = {
  name: 'pve1',
  members: ['pve1'],
  groups: [{ name: 'san1vg', volumes: [{ name: 'vm-100-disk-0' }] }],
  guests: [{ vmid: 100, node: 'pve1', config: 'scsi0: san-prod:vm-100-disk-0\n' }],
  mappings: [dead(), mapped('san1vg', 'vm-100-disk-0', 2, { open: 1 })],
  goneDevices: ['8:48'],
};
const found = (one: FakeNode | ReturnType<typeof memberOf>) => judge(one).nodes[0]?.findings.filter(({ ruleId }) => ruleId === rule) ?? [];
const withMappings = (...mappings: NonNullable<FakeNode['mappings']>): FakeNode => ({ ...node, mappings });

it('is removed by uuid, when closed', () => {
  expect(found(node)).toMatchObject([
    {
      severity: 'warning',
      counts: 'tombstone',
      subject: dmUuid('gone', 'vm-300-disk-0'),
      guests: [300],
      remedy: { kind: 'remove-mapping', uuid: dmUuid('gone', 'vm-300-disk-0'), after: [] },
      explanation: { sentence: 'On pve1 the disk below vm-300-disk-0 is gone; its mapping is still there.' },
    },
  ]);
  expect(found(node)[0]?.explanation.because).toContain('/dev/sdd (8:48)');
});

it('takes its layers with it, topmost first', () => {
  const layer = (suffix: string, minor: number, more = {}) => ({
    ...mapped('gone', 'vm-300-disk-0', minor, more),
    name: `gone-vm--300--disk--0-${suffix}`,
    uuid: dmUuid('gone', 'vm-300-disk-0', suffix),
  });
  const findings = found(withMappings(layer('real', 3, { uses: '8:48', open: 1 }), dead({ minor: 4, uses: '253:3' })));
  expect(findings.map(({ remedy }) => remedy)).toEqual([
    { kind: 'remove-mapping', uuid: dmUuid('gone', 'vm-300-disk-0'), after: [] },
    { kind: 'remove-mapping', uuid: dmUuid('gone', 'vm-300-disk-0', 'real'), after: [dmUuid('gone', 'vm-300-disk-0')] },
  ]);
});

describe('is a matter for hands', () => {
  it.each<[why: string, node: FakeNode, says: RegExp]>([
    ['when it is open', withMappings(dead({ open: 1 })), /It is open: what uses it on pve1 has lost its disk/],
    ['when one of its disks is still there', withMappings(dead({ uses: '8:48,8:64' })), /Something below it is still there/],
    [
      'when something alive lies on top',
      withMappings(dead({ open: 1 }), { name: 'luks', uuid: 'CRYPT-LUKS2-0-luks', minor: 5, uses: '253:1' }),
      /something on top is open or alive/,
    ],
  ])('%s', (_why, one, says) => {
    const [finding] = found(one);
    expect([finding?.remedy, finding?.explanation.commands]).toEqual([null, []]);
    expect(finding?.explanation.todo).toMatch(says);
  });

  it('when its uuid must not be typed', () => {
    const [finding] = found(withMappings(dead({ uuid: `${dmUuid('gone', 'vm-300-disk-0')}-$(reboot)` })));
    expect([finding?.remedy, finding?.explanation.commands]).toEqual([null, []]);
  });
});

describe('says nothing', () => {
  it.each<[why: string, node: FakeNode]>([
    ['of a group that is only hidden: its disk is there', { ...node, goneDevices: [] }],
    ['of a group that is visible', { ...node, mappings: [mapped('san1vg', 'vm-100-disk-0', 2, { uses: '8:48' })] }],
    ['of what is none of LVM’s', withMappings({ name: 'luks', uuid: 'CRYPT-LUKS2-0-luks', minor: 5, uses: '8:48' })],
  ])('%s', (_why, one) => expect(found(one)).toEqual([]));
});

describe('is not checked', () => {
  it('of a mapping in the middle of a change', () => {
    const one = withMappings(dead({ suspended: true }));
    expect([found(one), statusOf(judge(one), rule)]).toEqual([[], 'unknown']);
  });

  it.each([
    ['the list is missing', (): string | undefined => undefined],
    ['the list is cut', (): string => '8:0\n253:1\n253'],
    ['the list does not have every mapping: it proves nothing', (): string => '8:0\n253:1\n'],
    ['the list is empty', (): string => ''],
    ['the list is something else', (): string => 'sda\n'],
  ])('when %s', (_why, change) => {
    const out = change();
    const captures = capturesOf(node).flatMap((capture) =>
      capture.id !== 'host.devices' ? [capture] : out === undefined ? [] : [{ id: capture.id, status: 'ok' as const, out, length: out.length }],
    );
    const member = memberOf('pve1', captures);
    expect([found(member), statusOf(judge(member), rule)]).toEqual([[], 'unknown']);
  });

  it('but only where it matters: with every group visible it is clean without the list', () => {
    const captures = capturesOf(withMappings(mapped('san1vg', 'vm-100-disk-0', 2, { open: 1 }))).filter(({ id }) => id !== 'host.devices');
    expect(statusOf(judge(memberOf('pve1', captures)), rule)).toBe('clean');
  });
});

it('waits for a task on the guest', () => {
  const tasks = 'UPID:pve1:00001234:00005678:6740A000:qmigrate:300:root@pam: 0\n';
  expect(found({ ...node, tasks }).map(({ heldBack }) => heldBack)).toEqual(['guest 300: task qmigrate on pve1']);
});
