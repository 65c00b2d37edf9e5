/** One fault of every rule among healthy neighbours of every shape, on three nodes that share san1vg. */
import { type FakeGroup, type FakeGuest, type FakeNode, mapped, uuidOf } from './fake-node';

export const members = ['pve1', 'pve2', 'pve3'] as const;

export const guests: readonly FakeGuest[] = [
  { vmid: 100, node: 'pve1', config: 'name: web\nscsi0: san-prod:vm-100-disk-0,size=32G\nide2: san-prod:vm-100-cloudinit,media=cdrom\n' },
  {
    vmid: 119,
    node: 'pve2',
    config: 'name: db\nscsi0: san-prod:vm-119-disk-0,size=32G\n[daily]\nscsi0: san-prod:vm-119-disk-0\nvmstate: san-prod:vm-119-state-daily\n',
  },
  { vmid: 122, node: 'pve2', config: 'name: erp\nvirtio0: size=8G,file=san-prod:vm-122-disk-0\n' },
  { vmid: 130, node: 'pve1', config: 'scsi0: local-lvm:vm-130-disk-0\n[PENDING]\nscsi1: local-lvm:vm-130-disk-1\n' },
  { vmid: 200, node: 'pve1', type: 'lxc', config: 'hostname: mail\nrootfs: local-lvm:vm-200-disk-0,size=8G\nmp0: san-prod:vm-200-disk-1,mp=/srv\n' },
];

const thick = (...names: readonly string[]) => names.map((name) => ({ name }));

export const san: FakeGroup = {
  name: 'san1vg',
  volumes: [
    ...thick(
      'vm-100-disk-0',
      'vm-100-cloudinit',
      'vm-119-state-daily',
      'vm-122-disk-0',
      'vm-200-disk-1',
      'vm-131-disk-0',
      'vm-9999-pvc-0a1b2c3d-1111-2222-3333-444455556666',
    ),
    // Made anew under the old name: another uuid than the mapping on pve1 has.
    { name: 'vm-119-disk-0', uuid: uuidOf('the new vm-119-disk-0') },
    // Renamed elsewhere.
    { name: 'snap_vm-140-disk-0_daily.qcow2', uuid: uuidOf('san1vg/vm-140-disk-0.qcow2') },
  ],
};

const thinPool = {
  name: 'pve',
  uuid: uuidOf('pve of pve1'),
  device: '8:3',
  volumes: [
    { name: 'root' },
    { name: 'data', attr: 'twi-XXtz--' },
    { name: '[data_tdata]', attr: 'Twi-XX----' },
    { name: '[data_tmeta]', attr: 'ewi-XX----' },
    { name: '[lvol0_pmspare]', attr: 'ewi-XX----' },
    { name: 'vm-130-disk-0', attr: 'Vwi-XXtz--', pool: 'data' },
    { name: 'vm-130-disk-1', attr: 'Vwi-XXtz--', pool: 'data' },
    { name: 'vm-200-disk-0', attr: 'Vwi-XXtz--', pool: 'data' },
    { name: 'snap_vm-130-disk-0_before', attr: 'Vwi-XXtz-k', pool: 'data', origin: 'vm-130-disk-0' },
  ],
} satisfies FakeGroup;

const thin = (volume: string, minor: number, more = {}) => ({
  ...mapped('pve', volume, minor, { uses: '253:3', ...more }),
  uuid: `LVM-${uuidOf('pve of pve1')}${uuidOf(`pve/${volume}`)}`,
});
const poolLayer = (name: string, volume: string, suffix: string, minor: number, uses: string) => ({
  name,
  uuid: `LVM-${uuidOf('pve of pve1')}${uuidOf(`pve/${volume}`)}${suffix}`,
  minor,
  uses,
});

export const localMappings = [
  poolLayer('pve-root', 'root', '', 0, '8:3'),
  poolLayer('pve-data_tmeta', 'data_tmeta', '-tmeta', 1, '8:3'),
  poolLayer('pve-data_tdata', 'data_tdata', '-tdata', 2, '8:3'),
  { ...poolLayer('pve-data-tpool', 'data', '-tpool', 3, '253:2,253:1'), open: 3 },
  poolLayer('pve-data', 'data', '-pool', 4, '253:3'),
  thin('vm-130-disk-0', 5, { open: 1 }),
  thin('vm-130-disk-1', 6),
  thin('vm-200-disk-0', 7, { open: 1 }),
  thin('snap_vm-130-disk-0_before', 8),
  { name: 'luks-backup', uuid: 'CRYPT-LUKS2-0123456789abcdef-luks-backup', minor: 9, uses: '8:32' },
  { name: 'mpatha', uuid: 'mpath-36001405aabbccdd0', minor: 10, uses: '8:112,8:128', holders: '' },
];

export const faults = [
  mapped('san1vg', 'vm-777-disk-0', 21),
  mapped('san1vg', 'vm-119-disk-0', 22),
  mapped('san1vg', 'vm-140-disk-0.qcow2', 23),
  mapped('san1vg', 'vm-122-disk-0', 24),
  { name: 'test--vm--999--disk--0', uuid: '', minor: 25, uses: '8:64' },
];

export const pve1: FakeNode = {
  name: 'pve1',
  members,
  guests,
  groups: [san, thinPool],
  mappings: [
    ...localMappings,
    mapped('san1vg', 'vm-100-disk-0', 20, { open: 1 }),
    mapped('san1vg', 'vm-100-cloudinit', 26),
    mapped('san1vg', 'vm-200-disk-1', 27, { open: 1 }),
    ...faults,
  ],
};

/** Sees the same group; everything in order here. */
export const pve2: FakeNode = {
  name: 'pve2',
  members,
  guests,
  groups: [san],
  mappings: [
    { ...mapped('san1vg', 'vm-119-disk-0', 1, { open: 1 }), uuid: `LVM-${uuidOf('san1vg')}${uuidOf('the new vm-119-disk-0')}` },
    mapped('san1vg', 'vm-122-disk-0', 2, { open: 1 }),
  ],
};

export const pve3: FakeNode = { name: 'pve3', members, guests, groups: [san], mappings: [] };
