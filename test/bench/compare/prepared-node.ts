/** The node both look at: what fools a scan by name, and one fault of each kind, on one of three members of a cluster. */
import { dmUuid, type FakeMapping, type FakeNode, mapped } from '../../unit/analyzer/support/fake-node';
import { pve1, pve2, pve3, san } from '../../unit/analyzer/support/sample-cluster';

const more: readonly FakeMapping[] = [
  { name: 'san1vg-vm--100--disk--0p1', uuid: `part1-${dmUuid('san1vg', 'vm-100-disk-0')}`, minor: 40, uses: '253:20' },
  // A thick snapshot by hand of a disk that is in use.
  mapped('san1vg', 'vm-150-disk-0', 41, { open: 1, uses: '253:42' }),
  {
    ...mapped('san1vg', 'vm-150-disk-0', 42, { open: 2 }),
    name: 'san1vg-vm--150--disk--0-real',
    uuid: dmUuid('san1vg', 'vm-150-disk-0', 'real'),
    holders: 'san1vg-vm--150--disk--0,san1vg-before',
  },
  { ...mapped('san1vg', 'before', 43, { open: 1, holders: 'san1vg-before' }), name: 'san1vg-before-cow', uuid: dmUuid('san1vg', 'before', 'cow') },
  mapped('san1vg', 'before', 44, { uses: '253:42,253:43' }),
  mapped('san1vg', 'vm-151-disk-0.qcow2', 45, { open: 1 }),
  mapped('san1vg', 'snap_vm-151-disk-0_s1.qcow2', 46, { open: 1 }),
  mapped('san1vg', 'vm-778-cloudinit', 47),
];
const guests = [
  ...(pve1.guests ?? []),
  { vmid: 150, node: 'pve1', config: 'name: VMID-files\nscsi0: /dev/san1vg/vm-150-disk-0\n' },
  { vmid: 151, node: 'pve1', config: 'name: mail\nscsi0: size=32G,file=san-prod:vm-151-disk-0.qcow2\n[s1]\nscsi0: san-prod:vm-151-disk-0.qcow2\n' },
];
const group = {
  ...san,
  volumes: [
    ...san.volumes,
    { name: 'vm-150-disk-0', attr: 'owi-XX----' },
    { name: 'before', attr: 'swi-XX----', origin: 'vm-150-disk-0' },
    { name: 'vm-151-disk-0.qcow2' },
    { name: 'snap_vm-151-disk-0_s1.qcow2' },
  ],
};

export const preparedCluster: readonly [here: FakeNode, ...others: FakeNode[]] = [
  {
    ...pve1,
    guests,
    groups: [group, ...(pve1.groups ?? []).slice(1)],
    mappings: [...(pve1.mappings ?? []).map((one) => (one.minor === 20 ? { ...one, open: 2, holders: 'san1vg-vm--100--disk--0p1' } : one)), ...more],
  },
  ...[pve2, pve3].map((node) => ({ ...node, guests, groups: [group] })),
];
