/**
 * Clusters in which nothing is wrong, of every shape Proxmox VE makes: guests of both kinds in every state, thick and thin
 * volumes, chains, thick and thin snapshots, disks passed through by path, guests in flight, multipath or encryption below.
 */
import fc from 'fast-check';
import { localLayers, localStorage, sanStorage, task } from './corpus-parts';
import { dmUuid, type FakeGroup, type FakeGuest, type FakeMapping, type FakeNode, type FakeVolume, mapped, uuidOf } from './fake-node';

type DiskPlan = {
  readonly place: 'thick' | 'chain' | 'thin' | 'path';
  /** Where the configuration names it. */
  readonly named: 'current' | 'pending' | 'snapshot' | 'unused' | 'mention';
  readonly tail: 'disk' | 'cloudinit' | 'data';
  /** Taken of a volume that is in use: a snapshot of its own kind. */
  readonly hasSnapshot: boolean;
};
type GuestPlan = {
  readonly home: number;
  readonly isContainer: boolean;
  readonly state: 'running' | 'stopped' | 'migrating' | 'backed up' | 'hibernated' | 'being made';
  readonly disks: readonly DiskPlan[];
};
export type ClusterPlan = {
  readonly nodes: number;
  readonly guests: readonly GuestPlan[];
  /** What the shared group lies on, on every node. */
  readonly below: 'disk' | 'multipath' | 'crypt';
  /** Volumes nobody's configuration names and that are used all the same. */
  readonly hasStrangers: boolean;
};

const disk = fc.record<DiskPlan>({
  place: fc.constantFrom('thick', 'chain', 'thin', 'path'),
  named: fc.constantFrom('current', 'current', 'current', 'pending', 'snapshot', 'unused', 'mention'),
  tail: fc.constantFrom('disk', 'disk', 'cloudinit', 'data'),
  hasSnapshot: fc.boolean(),
});
export const clusterPlan = fc.record<ClusterPlan>({
  nodes: fc.integer({ min: 2, max: 3 }),
  guests: fc.array(
    fc.record<GuestPlan>({
      home: fc.nat(2),
      isContainer: fc.boolean(),
      state: fc.constantFrom('running', 'running', 'stopped', 'migrating', 'backed up', 'hibernated', 'being made'),
      disks: fc.array(disk, { minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 6 },
  ),
  below: fc.constantFrom('disk', 'multipath', 'crypt'),
  hasStrangers: fc.boolean(),
});

/** A node while it is put together. */
export type Draft = {
  readonly name: string;
  readonly mappings: FakeMapping[];
  readonly local: FakeVolume[];
  tasks: string;
  readonly stopped: number[];
  readonly runsSince: Record<number, number>;
  pools?: string;
};
export type DraftCluster = { readonly nodes: readonly Draft[]; readonly san: FakeVolume[]; readonly guests: FakeGuest[]; readonly plan: ClusterPlan };

export const sanDevice = ({ below }: ClusterPlan) => (below === 'disk' ? '8:16' : '253:40');

export function draftCluster(plan: ClusterPlan): DraftCluster {
  const nodes = Array.from(
    { length: plan.nodes },
    (_, at): Draft => ({ name: `pve${at + 1}`, mappings: baseMappings(plan, at), local: [], tasks: '', stopped: [], runsSince: {} }),
  );
  const cluster: DraftCluster = { nodes, san: [], guests: [], plan };
  if (plan.hasStrangers) cluster.san.push({ name: 'vm-9999-pvc-0a1b2c3d-1111-2222-3333-444455556666' }, { name: 'osd-block-1' }, { name: 'archive' });
  for (const [at, guest] of plan.guests.entries()) addGuest(cluster, guest, 100 + at);
  return cluster;
}

/** Local groups are called the same on every node and are different ones. */
export const localUuid = (node: string) => uuidOf(`pve of ${node}`);
const ofNode = (node: string, mapping: FakeMapping) => ({ ...mapping, uuid: mapping.uuid.replace(uuidOf('pve'), localUuid(node)) });

export function finishCluster({ nodes, san, guests, plan }: DraftCluster): readonly FakeNode[] {
  const shared: FakeGroup = { name: 'san1vg', device: sanDevice(plan), volumes: san };
  return nodes.map(({ name, mappings, local, tasks, stopped, runsSince, pools }) => ({
    name,
    members: nodes.map((node) => node.name),
    storages: `${sanStorage}\n${localStorage}\nlvm: chained\n\tvgname san1vg\n\tshared 1\n\tsnapshot-as-volume-chain 1\n`,
    guests,
    groups: [shared, { name: 'pve', uuid: localUuid(name), device: '8:3', volumes: [...systemVolumes, ...local] }],
    mappings,
    stopped,
    runsSince,
    ...(tasks === '' ? {} : { tasks }),
    ...(pools === undefined ? {} : { pools }),
  }));
}

const systemVolumes: readonly FakeVolume[] = [
  { name: 'root' },
  { name: 'swap' },
  { name: 'data', attr: 'twi-XXtz--' },
  { name: '[data_tdata]', attr: 'Twi-XX----' },
  { name: '[data_tmeta]', attr: 'ewi-XX----' },
];

function baseMappings({ below }: ClusterPlan, at: number): FakeMapping[] {
  const system = localLayers.map((mapping) => ofNode(`pve${at + 1}`, mapping));
  if (below === 'multipath') return [...system, { name: 'mpatha', uuid: 'mpath-36001405aabbccdd0', minor: 40, uses: '8:16,8:32', open: 1 }];
  return below === 'crypt' ? [...system, { name: 'luks', uuid: 'CRYPT-LUKS2-0123456789abcdef-luks', minor: 40, uses: '8:16', open: 1 }] : system;
}

export const nextMinor = ({ mappings }: Draft) => 50 + mappings.length;

export function mapShared(cluster: DraftCluster, node: Draft, volume: string, more: Partial<FakeMapping> = {}): void {
  node.mappings.push(mapped('san1vg', volume, nextMinor(node), { uses: sanDevice(cluster.plan), ...more }));
}

const thinMapping = (node: Draft, volume: string, open: number) => ofNode(node.name, mapped('pve', volume, nextMinor(node), { uses: '253:4', open }));

function addGuest(cluster: DraftCluster, { home, isContainer, state, disks }: GuestPlan, vmid: number): void {
  const { nodes } = cluster;
  const at = nodes[home % nodes.length];
  const target = nodes[(home + 1) % nodes.length];
  if (at === undefined || target === undefined) return;
  const sections = { current: '', pending: '', snapshot: '' };
  const isActive = state === 'running' || state === 'migrating' || state === 'backed up';
  // A thin pool is local: only what lies on the shared group moves.
  const isMoving = state === 'migrating' && disks.every(({ place }) => place !== 'thin');
  for (const [number, plan] of disks.entries()) {
    const place = plan.place === 'chain' && isContainer ? 'thick' : plan.place;
    const name = `vm-${vmid}-${plan.tail === 'disk' ? '' : `${plan.tail}-`}disk-${number}${place === 'chain' ? '.qcow2' : ''}`;
    const isOpen = isActive && plan.named === 'current';
    // A snapshot of the guest is one of each of its volumes.
    const hasSnapshot = plan.hasSnapshot || plan.named === 'snapshot';
    nameIn(sections, { ...plan, place }, number, name, isContainer);
    if (place === 'thin') addThin(at, name, isOpen, hasSnapshot);
    else if (place === 'chain') addChain(cluster, at, name, isOpen, hasSnapshot);
    else addThick(cluster, at, name, isOpen, plan.hasSnapshot);
    if (isMoving && isOpen) mapShared(cluster, target, name);
  }
  if (isActive) at.runsSince[vmid] = 5000;
  else at.stopped.push(vmid);
  const lock = { migrating: 'migrate', 'backed up': 'backup', hibernated: 'suspended', 'being made': 'create', running: '', stopped: '' }[state];
  if (state === 'migrating') at.tasks += task(isContainer ? 'vzmigrate' : 'qmigrate', String(vmid), at.name);
  if (state === 'backed up') at.tasks += task('vzdump', String(vmid), at.name);
  if (state === 'being made') {
    at.tasks += task(isContainer ? 'vzrestore' : 'qmrestore', String(vmid), at.name);
    addThick(cluster, at, `vm-${vmid}-disk-90`, true, false);
  }
  const pending = sections.pending === '' ? '' : `[${isContainer ? 'pve:pending' : 'PENDING'}]\n${sections.pending}`;
  const config = `${lock === '' ? '' : `lock: ${lock}\n`}${sections.current}${pending}${sections.snapshot === '' ? '' : `[daily]\n${sections.snapshot}`}`;
  cluster.guests.push({ vmid, node: at.name, type: isContainer ? 'lxc' : 'qemu', config });
}

function nameIn(
  sections: { current: string; pending: string; snapshot: string },
  plan: DiskPlan,
  number: number,
  name: string,
  isContainer: boolean,
) {
  const { named, place } = plan;
  const storage = { thick: 'san-prod', chain: 'chained', thin: 'local-lvm', path: '' }[place];
  const volume = place === 'path' ? `/dev/san1vg/${name}` : `${storage}:${name}`;
  const key = isContainer ? `mp${number}` : `scsi${number}`;
  if (named === 'mention') sections.current += `mentions: ${volume.startsWith('/') ? volume : name}\n`;
  else if (named === 'unused') sections.current += `unused${number}: ${volume}\n`;
  else sections[named] += `${key}: ${number % 2 === 0 ? '' : 'size=8G,'}${isContainer ? 'volume=' : 'file='}${volume}\n`;
}

function addThin(node: Draft, name: string, isOpen: boolean, hasSnapshot: boolean): void {
  node.local.push({ name, attr: 'Vwi-XXtz--', pool: 'data' });
  node.mappings.push(thinMapping(node, name, isOpen ? 1 : 0));
  if (hasSnapshot) node.local.push({ name: `snap_${name}_daily`, attr: 'Vri---tz-k', pool: 'data', origin: name });
}

function addChain(cluster: DraftCluster, node: Draft, name: string, isOpen: boolean, hasSnapshot: boolean): void {
  const snapshot = `snap_${name.replace(/\.qcow2$/, '')}_daily.qcow2`;
  cluster.san.push({ name }, ...(hasSnapshot ? [{ name: snapshot }] : []));
  if (!isOpen) return;
  mapShared(cluster, node, name, { open: 1 });
  if (hasSnapshot) mapShared(cluster, node, snapshot, { open: 1 });
}

/** A snapshot by hand: Proxmox VE itself makes none of thick volumes. */
function addThick(cluster: DraftCluster, node: Draft, name: string, isOpen: boolean, hasSnapshot: boolean): void {
  const snapshot = `before-${name}`;
  cluster.san.push(hasSnapshot ? { name, attr: 'owi-XX----' } : { name });
  if (hasSnapshot) cluster.san.push({ name: snapshot, attr: 'swi-XX----', origin: name });
  if (isOpen && !hasSnapshot) mapShared(cluster, node, name, { open: 1 });
  if (!isOpen || !hasSnapshot) return;
  const first = nextMinor(node);
  const [top, before] = [mapped('san1vg', name, 0).name, mapped('san1vg', snapshot, 0).name];
  mapShared(cluster, node, name, { uses: `253:${first + 1}`, open: 1 });
  mapShared(cluster, node, name, { name: `${top}-real`, uuid: dmUuid('san1vg', name, 'real'), open: 2, holders: `${top},${before}` });
  mapShared(cluster, node, snapshot, { name: `${before}-cow`, uuid: dmUuid('san1vg', snapshot, 'cow'), open: 1, holders: before });
  mapShared(cluster, node, snapshot, { uses: `253:${first + 1},253:${first + 2}` });
}
