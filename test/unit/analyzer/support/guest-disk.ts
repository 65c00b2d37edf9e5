/** A node whose LVM and kpartx looked into a guest's disk: what lies on vm-104-disk-0, in the forms a kernel shows. */
import { dmUuid, type FakeGroup, type FakeNode, mapped, uuidOf } from './fake-node';

export const disk = (more = {}) => mapped('san1vg', 'vm-104-disk-0', 10, { open: 2, holders: diskParts.join(','), ...more });
const diskParts = ['san1vg-vm--104--disk--0p1', 'san1vg-vm--104--disk--0p2'];

export const partition = (number: number, more = {}) => ({
  name: `san1vg-vm--104--disk--0p${number}`,
  uuid: `part${number}-${dmUuid('san1vg', 'vm-104-disk-0')}`,
  minor: 10 + number,
  uses: '253:10',
  ...more,
});

/** A volume of the guest's group on its second partition. */
export const inner = (group: string, volume: string, minor: number, more = {}) => mapped(group, volume, minor, { uses: '253:12', ...more });

export const san104: FakeGroup = { name: 'san1vg', volumes: [{ name: 'vm-104-disk-0' }] };

export const guest104 = { vmid: 104, node: 'pve1', config: 'name: app\nscsi0: san-prod:vm-104-disk-0,size=32G\n' };

/** Partitions, and `ubuntu-vg/root` on the second; LVM does not look into volumes, so it shows no such group. */
export const opened: FakeNode = {
  name: 'pve1',
  members: ['pve1'],
  guests: [guest104],
  groups: [san104],
  mappings: [disk(), partition(1), partition(2, { open: 1, holders: 'ubuntu--vg-root' }), inner('ubuntu-vg', 'root', 20)],
};

/** The guest's group as LVM shows it once it may look at the partition. */
export const innerGroup = (name: string, ...volumes: readonly string[]): FakeGroup => ({
  name,
  uuid: uuidOf(name),
  device: '253:12',
  pv: { pv_name: '/dev/mapper/san1vg-vm--104--disk--0p2' },
  volumes: volumes.map((volume) => ({ name: volume, uuid: uuidOf(`${name}/${volume}`) })),
});
