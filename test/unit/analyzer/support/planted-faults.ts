/** Faults planted into a healthy cluster, each with its own guest number, and the line a case would expect of it. */
import fc from 'fast-check';
import { task } from './corpus-parts';
import { dmUuid, mapped, uuidOf } from './fake-node';
import { type Draft, type DraftCluster, mapShared, nextMinor, sanDevice } from './healthy-cluster';

/** Changes the draft; answers what must be found. `here`: the node it is planted on; `there`: another one. */
type Plant = (cluster: DraftCluster, here: Draft, there: Draft, vmid: number) => readonly string[];

const disk = (vmid: number) => `vm-${vmid}-disk-0`;
const lives = (cluster: DraftCluster, node: Draft, vmid: number, volume = disk(vmid)) =>
  cluster.guests.push({ vmid, node: node.name, config: `scsi0: san-prod:${volume}\n` });
const remade = (vmid: number) => uuidOf(`${vmid} made anew`);

/** Held by one thing on top and by nothing else. */
function stoppedDisk(cluster: DraftCluster, here: Draft, vmid: number, nameAbove: (mapping: string) => string) {
  const { name } = mapped('san1vg', disk(vmid), 0);
  const minor = nextMinor(here);
  lives(cluster, here, vmid);
  here.stopped.push(vmid);
  cluster.san.push({ name: disk(vmid) });
  mapShared(cluster, here, disk(vmid), { open: 1, holders: nameAbove(name) });
  return { name, minor };
}

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
  'grown elsewhere'(cluster, here, _there, vmid) {
    const first = 2048 + 8192 * cluster.san.reduce((extents, { sectors = 65_536 }) => extents + Math.ceil(sectors / 8192), 0);
    lives(cluster, here, vmid);
    cluster.san.push({ name: disk(vmid), sectors: 131_072 });
    mapShared(cluster, here, disk(vmid), { open: 1, table: `0 65536 linear ${sanDevice(cluster.plan)} ${first}` });
    return [`${here.name} dm.stale-table ${disk(vmid)} refresh-volume`];
  },
  'stopped and still active'(cluster, here, _there, vmid) {
    lives(cluster, here, vmid);
    cluster.san.push({ name: disk(vmid) });
    here.stopped.push(vmid);
    mapShared(cluster, here, disk(vmid));
    return [`${here.name} dm.idle-activation ${disk(vmid)} deactivate-volume`];
  },
  'runs where it does not live'(cluster, here, there, vmid) {
    lives(cluster, there, vmid);
    cluster.san.push({ name: disk(vmid) });
    mapShared(cluster, here, disk(vmid), { open: 1 });
    here.runsSince[vmid] = 5000;
    there.stopped.push(vmid);
    return [`${here.name} dm.foreign-open ${disk(vmid)}`];
  },
  'runs without its disk'(cluster, here, _there, vmid) {
    lives(cluster, here, vmid);
    cluster.san.push({ name: disk(vmid) });
    here.runsSince[vmid] = 5000;
    return [`${here.name} dm.missing-mapping ${disk(vmid)}`];
  },
  'named and not there'(cluster, here, _there, vmid) {
    lives(cluster, here, vmid);
    here.stopped.push(vmid);
    return [`${here.name} guest.dangling-volume ${vmid} san-prod:${disk(vmid)}`];
  },
  'table wiped under a guest'(cluster, here, _there, vmid) {
    lives(cluster, here, vmid);
    cluster.san.push({ name: disk(vmid) });
    mapShared(cluster, here, disk(vmid), { open: 1, uses: '' });
    return [`${here.name} dm.error-table ${disk(vmid)}`];
  },
  'partition mapped on the host'(cluster, here, _there, vmid) {
    const { name, minor } = stoppedDisk(cluster, here, vmid, (disk) => `${disk}p1`);
    here.mappings.push({ name: `${name}p1`, uuid: `part1-${dmUuid('san1vg', disk(vmid))}`, minor: nextMinor(here), uses: `253:${minor}` });
    return [`${here.name} dm.held-by-partition ${name}p1 remove-mapping`];
  },
  "the guest's group active on the host"(cluster, here, _there, vmid) {
    const { minor } = stoppedDisk(cluster, here, vmid, () => `inner${vmid}-data${vmid}`);
    here.mappings.push(mapped(`inner${vmid}`, `data${vmid}`, nextMinor(here), { uses: `253:${minor}` }));
    return [`${here.name} dm.held-by-guest-vg data${vmid} remove-mapping`];
  },
  'activated at every boot'(cluster, _here, there, vmid) {
    lives(cluster, there, vmid);
    there.stopped.push(vmid);
    cluster.san.push({ name: disk(vmid), autoactivation: true });
    return cluster.nodes.map(({ name }) => `${name} dm.autoactivation san1vg`);
  },
  'pool turned read-only'(cluster, here, _there, vmid) {
    cluster.guests.push({ vmid, node: here.name, config: `scsi0: local-lvm:${disk(vmid)}\n` });
    here.stopped.push(vmid);
    here.local.push({ name: disk(vmid), attr: 'Vwi-XXtz--', pool: 'data' });
    here.pools = 'pve-data-tpool: ro needs_check error_if_no_space data=40 meta=10\n';
    return [`${here.name} storage.thin-pool-down data`];
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
  const lines = faults.flatMap(({ kind, at }, index) => {
    const [here, there] = [nodes[at % nodes.length], nodes[(at + 1) % nodes.length]];
    const plant = plants[kind];
    if (here === undefined || there === undefined || plant === undefined) throw new Error(`no fault ${kind}`);
    return plant(cluster, here, there, 5000 + index);
  });
  // A group or a pool is one story, however often it is hurt.
  return [...new Set(lines)].sort();
}
