/**
 * A three-node Proxmox VE cluster of any size: a shared thick group, a thin pool on every node, guests of both kinds, every
 * configuration seen by every member, and a handful of faults on the first node. The same size gives the same cluster.
 */
import type { Capture } from '../../worker/wire/snapshot';
import {
  capturesOf,
  type FakeGroup,
  type FakeGuest,
  type FakeMapping,
  type FakeNode,
  mapped,
  text,
  uuidOf,
} from '../unit/analyzer/support/fake-node';

export type Wish = {
  /** Device-mapper entries on each of the three nodes. */
  readonly mappings: number;
  /** Sets clusters of one customer apart: names, groups and uuids differ. */
  readonly label?: string;
  /** Without: nothing to find. */
  readonly faulty?: boolean;
};

const poolLayers = 6;
/** Of what is not the system's own, this share lies on the node's thin pool. */
const thinShare = 0.4;

export function makeSampleCluster({ mappings, label = '', faulty = true }: Wish): FakeNode[] {
  const members = [1, 2, 3].map((number) => `${label}pve${number}`);
  const san = `san${label}vg`;
  const faults = faulty ? faultsOf(san) : [];
  const plans = members.map((name, index) => {
    // Room for the faults with and without them: the guests, and so the view of them, stay the same.
    const disks = mappings - poolLayers - (index === 0 ? faultsOf(san).length : 0);
    const thin = Math.floor(disks * thinShare);
    return { name, firstVmid: 1_000_000 * (index + 1), thin, thick: disks - thin };
  });
  const guests = [...plans.flatMap(guestsOf), ...extraGuests(members)];
  const shared: FakeGroup = {
    name: san,
    seqno: 4711,
    volumes: [
      ...plans.flatMap(({ firstVmid, thick }) => diskNames(firstVmid, thick).map((name) => ({ name }))),
      { name: 'vm-900-disk-0', uuid: uuidOf(`${san} the new vm-900-disk-0`) },
      { name: 'vm-901-disk-0' },
      ...(faulty ? [{ name: 'vm-902-disk-0' }] : []),
    ],
  };
  const storages = `dir: local\n\tpath /var/lib/vz\n\nlvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n\nlvm: san-prod\n\tvgname ${san}\n\tcontent images,rootdir\n\tshared 1\n`;
  return plans.map((plan, index) => ({
    name: plan.name,
    members,
    cluster: `${label}prod`,
    guests,
    storages,
    groups: [shared, localGroup(plan.name, diskNames(plan.firstVmid + 500_000, plan.thin))],
    mappings: [
      ...localMappings(plan.name, diskNames(plan.firstVmid + 500_000, plan.thin)),
      ...diskNames(plan.firstVmid, plan.thick).map((name, at) => mapped(san, name, poolLayers + plan.thin + at, { open: 1 })),
      ...(index === 0 ? faults : []),
    ],
  }));
}

/** What a collector sends of such a node. */
export const captureSample = (node: FakeNode): Capture[] => capturesOf(node);

/** The same state with one thing changed that no verdict rests on. */
export function withKernel(captures: readonly Capture[], kernel: string): Capture[] {
  return captures.map((capture) => (capture.id === 'host.kernel' ? text('host.kernel', `${kernel}\n`) : capture));
}

/** Two disks a guest. */
const diskNames = (firstVmid: number, disks: number) =>
  Array.from({ length: disks }, (_, at) => `vm-${firstVmid + Math.floor(at / 2)}-disk-${at % 2}`);

type Plan = { readonly name: string; readonly firstVmid: number; readonly thin: number; readonly thick: number };

function guestsOf({ name, firstVmid, thin, thick }: Plan): FakeGuest[] {
  const onGroup = (first: number, disks: number, storage: string) =>
    Array.from({ length: Math.ceil(disks / 2) }, (_, at): FakeGuest => {
      const vmid = first + at;
      const isContainer = at % 5 === 4;
      const keys = isContainer ? ['rootfs', 'mp0'] : ['scsi0', 'scsi1'];
      const drives = keys.slice(0, Math.min(2, disks - 2 * at)).map((key, disk) => `${key}: ${storage}:vm-${vmid}-disk-${disk},size=32G\n`);
      return {
        vmid,
        node: name,
        type: isContainer ? 'lxc' : 'qemu',
        config: `${isContainer ? 'hostname' : 'name'}: guest-${vmid}\n${drives.join('')}`,
      };
    });
  return [...onGroup(firstVmid, thick, 'san-prod'), ...onGroup(firstVmid + 500_000, thin, 'local-lvm')];
}

const extraGuests = ([, second = '']: readonly string[]): FakeGuest[] =>
  [900, 901].map((vmid) => ({ vmid, node: second, config: `scsi0: san-prod:vm-${vmid}-disk-0,size=32G\n` }));

/** Two removed elsewhere, one made anew elsewhere, one active away from its guest, one without a uuid. (And vm-902-disk-0: unused.) */
const faultsOf = (san: string): FakeMapping[] => [
  mapped(san, 'vm-777-disk-0', 90_001),
  mapped(san, 'vm-778-disk-0', 90_002),
  mapped(san, 'vm-900-disk-0', 90_003),
  mapped(san, 'vm-901-disk-0', 90_004),
  { name: 'test--vm--999--disk--0', uuid: '', minor: 90_005, uses: '8:64' },
];

const localGroup = (node: string, disks: readonly string[]): FakeGroup => ({
  name: 'pve',
  uuid: uuidOf(`pve of ${node}`),
  device: '8:3',
  volumes: [
    { name: 'root' },
    { name: 'data', attr: 'twi-XXtz--' },
    { name: '[data_tdata]', attr: 'Twi-XX----' },
    { name: '[data_tmeta]', attr: 'ewi-XX----' },
    ...disks.map((name) => ({ name, uuid: uuidOf(`${node} ${name}`), attr: 'Vwi-XXtz--', pool: 'data' })),
  ],
});

function localMappings(node: string, disks: readonly string[]): FakeMapping[] {
  const group = uuidOf(`pve of ${node}`);
  const layer = (name: string, volume: string, suffix: string, minor: number, uses: string) => ({
    name,
    uuid: `LVM-${group}${uuidOf(`pve/${volume}`)}${suffix}`,
    minor,
    uses,
  });
  return [
    layer('pve-root', 'root', '', 0, '8:3'),
    layer('pve-data_tmeta', 'data_tmeta', '-tmeta', 1, '8:3'),
    layer('pve-data_tdata', 'data_tdata', '-tdata', 2, '8:3'),
    { ...layer('pve-data-tpool', 'data', '-tpool', 3, '253:2,253:1'), open: disks.length },
    layer('pve-data', 'data', '-pool', 4, '253:3'),
    { name: 'mpatha', uuid: 'mpath-36001405aabbccdd0', minor: 5, uses: '8:112,8:128' },
    ...disks.map((disk, at) => ({
      name: `pve-${disk.replaceAll('-', '--')}`,
      uuid: `LVM-${group}${uuidOf(`${node} ${disk}`)}`,
      minor: poolLayers + at,
      open: 1,
      uses: '253:3',
    })),
  ];
}
