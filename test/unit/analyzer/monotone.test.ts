/** More that speaks for a volume never speaks against one: whatever is added, no volume becomes unused by it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingsOf, withGuest } from './support/change-node';
import { ct, local, localStorage, san, sanStorage, task, thin, vm } from './support/corpus-parts';
import { type FakeNode, mapped } from './support/fake-node';
import { judge } from './support/judge';

const thick = [
  ...[
    'vm-131-disk-0',
    'vm-131-disk-1.qcow2',
    'snap_vm-131-disk-1_s1.qcow2',
    'vm-131-cloudinit',
    'vm-132-state-s1',
    'vm-132-fleece-0',
    'del-vm-131-disk-3',
  ],
  ...['vm-133-data', 'vm-9999-pvc-0a1b', 'pm-1a2b3c4d_00000', 'vm-100-disk-0', 'vm-131-disk-9_00000'],
];
const inPool = [
  thin('base-900-disk-0'),
  thin('vm-131-disk-5'),
  thin('vm-200-disk-0'),
  thin('snap_vm-200-disk-0_vzdump', 'vm-200-disk-0'),
  thin('vm-134-disk-0', 'base-901-disk-0'),
];
const guests = [
  vm(100, 'pve1', 'scsi0: san-prod:vm-100-disk-0\n'),
  vm(130, 'pve2', 'name: x\n'),
  ct(200, 'pve1', 'rootfs: local-lvm:vm-200-disk-0\n'),
];
const members = ['pve1', 'pve2', 'pve3'];
const base: readonly FakeNode[] = members.map((name) => ({
  name,
  members,
  storages: `${sanStorage}\n${localStorage}`,
  guests,
  groups: name === 'pve1' ? [san(...thick), local(...inPool)] : [san(...thick)],
  mappings: [],
}));

const unusedIn = (nodes: readonly FakeNode[]) =>
  findingsOf(judge(...nodes)).flatMap(({ ruleId, detail }) => (ruleId === 'dm.unreferenced-volume' ? [(detail as { volume: string }).volume] : []));

type Change = (nodes: readonly FakeNode[]) => readonly FakeNode[];
const everywhere =
  (change: (node: FakeNode) => FakeNode): Change =>
  (nodes) =>
    nodes.map(change);
const at =
  (index: number, change: (node: FakeNode) => FakeNode): Change =>
  (nodes) =>
    nodes.map((node, other) => (other === index ? change(node) : node));

const anyVolume = fc.constantFrom(...thick, ...inPool.map(({ name }) => name));
const anyNode = fc.nat({ max: 2 });
const anyNumber = fc.constantFrom(100, 130, 131, 132, 133, 134, 200, 300, 900, 9999);
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom('scsi1', 'unused0', 'efidisk0', 'vmstate', 'nvme0'), fc.constantFrom('san-prod', 'local-lvm', 'gone', 'far'), anyVolume)
    .map(([key, storage, volume]) => `${key}: ${storage}:${volume}\n`),
  fc
    .tuple(fc.constantFrom('[PENDING]', '[s1]', '[special:fleecing]', '[odd one]'), anyVolume)
    .map(([section, volume]) => `${section}\nscsi1: san-prod:${volume}\n`),
  anyVolume.map((volume) => `mentions: ${volume}\n`),
  fc.constantFrom(
    'lock: backup\n',
    'lock: suspended\n',
    'lock: ?\n',
    '[s1]\nsnapstate: delete\n',
    'name: y\n',
    'scsi1: /dev/dm-7\n',
    'template: 1\n',
  ),
);
function moveByHa(before: string | undefined, vmid: number): string {
  const { service_status } = JSON.parse(before ?? '{"service_status":{}}') as { readonly service_status: object };
  return JSON.stringify({ service_status: { ...service_status, [`vm:${vmid}`]: { node: 'pve2', state: 'migrate' } } });
}

/** A guest of a number that is free, or one more line of a guest that is there. */
const withLine =
  (vmid: number, home: string, text: string) =>
  (node: FakeNode): FakeNode => {
    const list = node.guests ?? [];
    if (!list.some((guest) => guest.vmid === vmid)) return withGuest(node, vm(vmid, home, text));
    return { ...node, guests: list.map((guest) => (guest.vmid === vmid ? { ...guest, config: `${guest.config}${text}` } : guest)) };
  };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(anyNumber, fc.constantFrom(...members), line).map(([vmid, home, text]) => everywhere(withLine(vmid, home, text))),
  // One member's view alone has it.
  fc.tuple(anyNode, anyNumber, fc.constantFrom(...members), line).map(([index, vmid, home, text]) => at(index, withLine(vmid, home, text))),
  fc.tuple(anyNode, anyVolume).map(([index, volume]) => at(index, (node) => ({ ...node, mentions: `${node.mentions ?? ''} /dev/san1vg/${volume}` }))),
  fc
    .tuple(
      anyNode,
      fc.constantFrom('imgdel', 'vzdump', 'qmmove', 'qmrestore', 'vncproxy', 'vzcreate'),
      fc.constantFrom('', '131', '132@san-prod', '200'),
    )
    .map(([index, type, id]) => at(index, (node) => ({ ...node, tasks: `${node.tasks ?? ''}${task(type, id, node.name)}` }))),
  fc.tuple(anyNode, anyNumber).map(([index, vmid]) => at(index, (node) => ({ ...node, ha: moveByHa(node.ha, vmid) }))),
  fc.tuple(anyNode, anyVolume, fc.boolean()).map(([index, volume, suspended]) =>
    at(index, (node) => ({
      ...node,
      mappings: [...(node.mappings ?? []), mapped('san1vg', volume, 40 + (node.mappings ?? []).length, suspended ? { suspended } : { open: 1 })],
    })),
  ),
  fc
    .tuple(
      anyNode,
      fc.constantFrom('\nsynology: far\n\tvgname san1vg\n', '\nlvm: other\n\tvgname san1vg\n\tdisable\n', '\nlvm: san-prod\n\tvgname other\n'),
    )
    .map(([index, more]) => at(index, (node) => ({ ...node, storages: `${node.storages ?? ''}${more}` }))),
  // A fourth member, which sees what the others see.
  fc.constant<Change>((nodes) => {
    const all = [...members, 'pve4'];
    const [first] = nodes;
    if (first === undefined || nodes.length > 3) return nodes;
    return [...nodes, { ...first, name: 'pve4', groups: [san(...thick)], mappings: [], tasks: '' }].map((node) => ({ ...node, members: all }));
  }),
);

/** What may be missing from the start, on one node. */
const lack = fc.constantFrom<(node: FakeNode) => FakeNode>(
  (node) => node,
  (node) => ({ ...node, tasks: 'garbage\n' }),
  (node) => ({ ...node, quorate: false }),
  (node) => ({ ...node, lvmSays: '  WARNING: the moon is full.\n' }),
);

describe('adding a use, a mention, a lock, a task, a view, a member', () => {
  it('has something to lose', () =>
    expect(unusedIn(base).sort()).toEqual(
      [
        'base-900-disk-0',
        'del-vm-131-disk-3',
        'snap_vm-200-disk-0_vzdump',
        'vm-131-cloudinit',
        'vm-131-disk-0',
        'vm-131-disk-1.qcow2',
        'vm-131-disk-5',
        'vm-132-fleece-0',
        'vm-132-state-s1',
        'vm-133-data',
        'vm-134-disk-0',
      ].sort(),
    ));

  it('never makes a volume unused', () => {
    fc.assert(
      fc.property(anyNode, lack, fc.array(change, { minLength: 1, maxLength: 3 }), change, (index, miss, before, last) => {
        const nodes = before.reduce<readonly FakeNode[]>((list, one) => one(list), at(index, miss)(base));
        const was = new Set(unusedIn(nodes));
        expect(unusedIn(last(nodes)).filter((volume) => !was.has(volume))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
