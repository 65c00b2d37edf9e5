/** What the cases of test/fixtures are put together from, so that each shows only what it is about. */
import type { Contact, Member } from '../../../../worker/analyzer';
import { capturesOf, dmUuid, type FakeGroup, type FakeGuest, type FakeMapping, type FakeNode, type FakeVolume, mapped, uuidOf } from './fake-node';
import { memberOf, now } from './judge';

/** `san-prod` on san1vg, shared; `local-lvm` in the pool pve/data of each node. */
export const sanStorage = 'lvm: san-prod\n\tvgname san1vg\n\tcontent images,rootdir\n\tshared 1\n';
export const localStorage = 'lvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n';

/** Two members that see the same, san1vg among it; what differs here and there is told apart. */
export function pair(
  both: Partial<FakeNode>,
  here: Partial<FakeNode> = {},
  there: Partial<FakeNode> = {},
): readonly [here: FakeNode, there: FakeNode] {
  const members = ['pve1', 'pve2'];
  return [
    { name: 'pve1', members, storages: sanStorage, ...both, ...here },
    { name: 'pve2', members, storages: sanStorage, ...both, ...there },
  ];
}

export const vm = (vmid: number, node: string, config: string): FakeGuest => ({ vmid, node, config });
export const ct = (vmid: number, node: string, config: string): FakeGuest => ({ vmid, node, type: 'lxc', config });

const volumesOf = (volumes: readonly (string | FakeVolume)[]) => volumes.map((volume) => (typeof volume === 'string' ? { name: volume } : volume));

/** The group of `san-prod`, on 8:16. */
export const san = (...volumes: readonly (string | FakeVolume)[]): FakeGroup => ({ name: 'san1vg', volumes: volumesOf(volumes) });

/** A group of any name on a disk of its own. */
export const group = (name: string, device: string, ...volumes: readonly (string | FakeVolume)[]): FakeGroup => ({
  name,
  device,
  volumes: volumesOf(volumes),
});

/** A task as /var/log/pve/tasks/active lists it while it runs. */
export const task = (type: string, id: string, node = 'pve2') => `UPID:${node}:000A1B2C:0001E240:6740A1B2:${type}:${id}:: 0\n`;

/** A volume in the pool `data`; `snapshotOf` makes it a thin snapshot, with the skip flag. */
export const thin = (name: string, snapshotOf = ''): FakeVolume => ({
  name,
  attr: snapshotOf === '' ? 'Vwi-XXtz--' : 'Vwi-XXtz-k',
  pool: 'data',
  origin: snapshotOf,
});

/** The local group of an ordinary installation: root, swap and the pool of `local-lvm`, on 8:3. */
export const local = (...volumes: readonly FakeVolume[]): FakeGroup =>
  group(
    'pve',
    '8:3',
    'root',
    'swap',
    { name: 'data', attr: 'twi-XXtz--' },
    { name: '[data_tdata]', attr: 'Twi-XX----' },
    { name: '[data_tmeta]', attr: 'ewi-XX----' },
    { name: '[lvol0_pmspare]', attr: 'ewi-XX----' },
    ...volumes,
  );

const layer = (name: string, volume: string, suffix: string, minor: number, uses: string, open = 1): FakeMapping => ({
  name,
  uuid: dmUuid('pve', volume, suffix),
  minor,
  uses,
  open,
});

/** Minors 0 to 5: what the system itself has mapped of `local()`. */
export const localLayers: readonly FakeMapping[] = [
  layer('pve-root', 'root', '', 0, '8:3'),
  layer('pve-swap', 'swap', '', 1, '8:3', 2),
  layer('pve-data_tmeta', 'data_tmeta', 'tmeta', 2, '8:3'),
  layer('pve-data_tdata', 'data_tdata', 'tdata', 3, '8:3'),
  layer('pve-data-tpool', 'data', 'tpool', 4, '253:3,253:2', 2),
  layer('pve-data', 'data', 'pool', 5, '253:4', 0),
];

/** A mapping of a thin volume of `local()`. */
export const thinMapped = (volume: string, minor: number, more: Partial<FakeMapping> = {}) =>
  mapped('pve', volume, minor, { uses: '253:4', ...more });

/** Any mapping that is none of LVM's. */
export const raw = (name: string, uuid: string, minor: number, more: Partial<FakeMapping> = {}): FakeMapping => ({ name, uuid, minor, ...more });

/** A node that checks in, heard so many minutes ago, with what the server observed of how it speaks. */
export const heard = (node: FakeNode, minutesAgo = 0, contact: Partial<Contact> = {}): Member =>
  memberOf(node.name, capturesOf(node), { lastSeenAt: now - minutesAgo * 60_000, contact: { identitySharedAt: null, clockLevel: 0, ...contact } });

/** With the memory that a volume (`group/name`) has been open on the node since so many minutes ago, as `owner`'s. */
export const opened = (member: Member, volume: string, minutesAgo: number, owner = 'its owner'): Member => ({
  ...member,
  open: new Map([[uuidOf(volume), { owner, since: now - minutesAgo * 60_000 }]]),
});
