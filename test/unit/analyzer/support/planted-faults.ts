/** Faults planted into a healthy cluster, each with its own guest number, and the line a case would expect of it. */
import fc from 'fast-check';
import { task } from './corpus-parts';
import { dmUuid, mapped, uuidOf } from './fake-node';
import { type Draft, type DraftCluster, mapShared, nextMinor } from './healthy-cluster';

/** Changes the draft; answers what must be found. `here`: the node it is planted on; `there`: another one. */
type Plant = (cluster: DraftCluster, here: Draft, there: Draft, vmid: number) => readonly string[];

const disk = (vmid: number) => `vm-${vmid}-disk-0`;
const lives = (cluster: DraftCluster, node: Draft, vmid: number, volume = disk(vmid)) =>
  cluster.guests.push({ vmid, node: node.name, config: `scsi0: san-prod:${volume}\n` });
const remade = (vmid: number) => uuidOf(`${vmid} made anew`);

const plants: Readonly<Record<string, Plant>> = {
  leftover(cluster, here, _there, vmid) {
    mapShared(cluster, here, disk(vmid));
    return [`${here.name} dm.stale-mapping ${disk(vmid)} remove-mapping`];
  },
  'open leftover'(cluster, here, _there, vmid) {
    mapShared(cluster, here, disk(vmid), { open: 1 });
    return [`${here.name} dm.stale-mapping ${disk(vmid)}`];
  },
  'leftover with a task'(cluster, here, there, vmid) {
    mapShared(cluster, here, disk(vmid));
    there.tasks += task('qmdestroy', String(vmid), there.name);
    return [`${here.name} dm.stale-mapping ${disk(vmid)} remove-mapping held`];
  },
  'leftover on two nodes'(cluster, here, there, vmid) {
    mapShared(cluster, here, `vm-${vmid}-cloudinit`);
    mapShared(cluster, there, `vm-${vmid}-cloudinit`);
    return [here, there].map(({ name }) => `${name} dm.stale-mapping vm-${vmid}-cloudinit remove-mapping`);
  },
  'leftover layers'(cluster, here, _there, vmid) {
    const minor = nextMinor(here);
    const { name } = mapped('san1vg', disk(vmid), 0);
    mapShared(cluster, here, disk(vmid), { uses: `253:${minor + 1}` });
    mapShared(cluster, here, disk(vmid), { name: `${name}-real`, uuid: dmUuid('san1vg', disk(vmid), 'real'), open: 1, holders: name });
    return ['', '-real'].map((end) => `${here.name} dm.stale-mapping ${disk(vmid)}${end} remove-mapping`);
  },
  impostor(cluster, here, there, vmid) {
    lives(cluster, there, vmid);
    cluster.san.push({ name: disk(vmid), uuid: remade(vmid) });
    mapShared(cluster, here, disk(vmid));
    mapShared(cluster, there, disk(vmid), { open: 1, uuid: `LVM-${uuidOf('san1vg')}${remade(vmid)}` });
    return [`${here.name} dm.impostor-mapping ${disk(vmid)} remove-mapping`];
  },
  'renamed, its guest elsewhere'(cluster, here, there, vmid) {
    lives(cluster, there, vmid, `vm-${vmid}-disk-1`);
    cluster.san.push({ name: `vm-${vmid}-disk-1`, uuid: uuidOf(`san1vg/${disk(vmid)}`) });
    mapShared(cluster, here, disk(vmid));
    mapShared(cluster, there, `vm-${vmid}-disk-1`, { open: 1, uuid: dmUuid('san1vg', disk(vmid)) });
    return [`${here.name} dm.stale-name ${disk(vmid)} deactivate-volume`];
  },
  'active away from its guest'(cluster, here, there, vmid) {
    lives(cluster, there, vmid);
    cluster.san.push({ name: disk(vmid) });
    mapShared(cluster, here, disk(vmid));
    mapShared(cluster, there, disk(vmid), { open: 1 });
    return [`${here.name} dm.foreign-activation ${disk(vmid)} deactivate-volume`];
  },
  'made by hand'(_cluster, here, _there, vmid) {
    const name = `test--vm--${vmid}--disk--0`;
    here.mappings.push({ name, uuid: '', minor: nextMinor(here), uses: '8:64' });
    return [`${here.name} dm.unmanaged-name ${name}`];
  },
  'nobody uses it'(cluster, _here, _there, vmid) {
    cluster.san.push({ name: disk(vmid) });
    return [`cluster dm.unreferenced-volume ${disk(vmid)}`];
  },
};

export type PlannedFault = { readonly kind: string; readonly at: number };
export const plannedFault = fc.record<PlannedFault>({ kind: fc.constantFrom(...Object.keys(plants)), at: fc.nat(2) });
export const faultKinds = Object.keys(plants);

export function plantFaults(cluster: DraftCluster, faults: readonly PlannedFault[]): readonly string[] {
  const { nodes } = cluster;
  return faults
    .flatMap(({ kind, at }, index) => {
      const [here, there] = [nodes[at % nodes.length], nodes[(at + 1) % nodes.length]];
      const plant = plants[kind];
      if (here === undefined || there === undefined || plant === undefined) throw new Error(`no fault ${kind}`);
      return plant(cluster, here, there, 5000 + index);
    })
    .sort();
}
