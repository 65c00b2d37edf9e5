/** Builds the captures of a node that never was, in the exact formats of dmsetup, LVM and pmxcfs. */
import { createHash } from 'node:crypto';
import type { Capture } from '../../../../worker/wire/snapshot';
import { segmentsOf, tablesOf } from './fake-tables';

export type FakeVolume = {
  readonly name: string;
  readonly uuid?: string;
  readonly attr?: string;
  readonly sectors?: number;
  readonly pool?: string;
  readonly origin?: string;
  readonly tags?: string;
  readonly layout?: string;
  /** Number in its thin pool; counted from 1 in order when not told. */
  readonly thinId?: number;
  /** Columns of its segments where they differ from one linear piece (or from what its kind has); none: LVM lists none. */
  readonly segments?: readonly Readonly<Record<string, string>>[];
  /** As `lvs` says with lv_autoactivation; hidden volumes are never listed there. */
  readonly autoactivation?: boolean;
};

export type FakeGroup = {
  readonly name: string;
  readonly uuid?: string;
  readonly seqno?: number;
  /** `major:minor` of its only physical volume. */
  readonly device?: string;
  readonly vg?: Readonly<Record<string, string>>;
  readonly pv?: Readonly<Record<string, string>>;
  readonly volumes: readonly FakeVolume[];
};

export type FakeMapping = {
  readonly name: string;
  readonly uuid: string;
  readonly minor: number;
  readonly open?: number;
  readonly suspended?: boolean;
  readonly tables?: string;
  readonly uses?: string;
  readonly holders?: string;
  /** Its live table, lines divided by commas; derived from its volume when not told (fake-tables.ts). Null: dmsetup lists none. */
  readonly table?: string | null;
};

export type FakeGuest = { readonly vmid: number; readonly node: string; readonly type?: 'qemu' | 'lxc'; readonly config: string };

export type FakeNode = {
  readonly name: string;
  /** Members of the PVE cluster; empty: a standalone node. */
  readonly members?: readonly string[];
  readonly cluster?: string;
  readonly quorate?: boolean;
  readonly groups?: readonly FakeGroup[];
  readonly lvmSays?: string;
  readonly mappings?: readonly FakeMapping[];
  readonly mappingsBefore?: readonly FakeMapping[];
  readonly guests?: readonly FakeGuest[];
  readonly storages?: string;
  readonly tasks?: string;
  readonly ha?: string;
  readonly mentions?: string;
  /** Guests of this node that are stopped; all others run, by their lists. */
  readonly stopped?: readonly number[];
  /** VMID -> seconds its process had run when the uptime was read. Guests that are not named have no process. */
  readonly runsSince?: Readonly<Record<number, number>>;
  /** Devices that mappings use and the kernel has lost; all others are listed in `host.devices`. */
  readonly goneDevices?: readonly string[];
  /** Lines of `dm.thin-pool.mode`; every `-tpool` mapping is in order when not told. */
  readonly pools?: string;
  /** Lines of `lvm.locks`, also of cookies. */
  readonly locks?: string;
  /** Lines of `pve.tasks.failed`: `ENDED TYPE GUEST SAYS`. */
  readonly failedTasks?: string;
};

/** Of the node, when the uptime was read. */
export const uptimeSeconds = 1_000_000;

/** 32 characters that stay the same for a label, as LVM's uuids without hyphens. */
export function uuidOf(label: string): string {
  return createHash('sha256').update(label).digest('hex').slice(0, 32);
}

export function hyphenated(uuid: string): string {
  return [uuid.slice(0, 6), ...[6, 10, 14, 18, 22].map((at) => uuid.slice(at, at + 4)), uuid.slice(26)].join('-');
}

export const groupUuid = (group: FakeGroup) => group.uuid ?? uuidOf(group.name);
export const volumeUuid = (group: FakeGroup, { name, uuid }: FakeVolume) => uuid ?? uuidOf(`${group.name}/${name.replace(/[[\]]/g, '')}`);

export const dmUuid = (group: string, volume: string, suffix = '') =>
  `LVM-${uuidOf(group)}${uuidOf(`${group}/${volume}`)}${suffix === '' ? '' : `-${suffix}`}`;

/** A healthy linear mapping of a volume on 8:16, unless told otherwise. */
export function mapped(group: string, volume: string, minor: number, more: Partial<FakeMapping> = {}): FakeMapping {
  const quote = (part: string) => part.replaceAll('-', '--');
  return { name: `${quote(group)}-${quote(volume)}`, uuid: dmUuid(group, volume), minor, uses: '8:16', ...more };
}

export function text(id: string, out: string, more: Partial<Capture> = {}): Capture {
  return { id, status: 'ok', exit: 0, out, length: out.length, ...more };
}

export function capturesOf(node: FakeNode): Capture[] {
  const guests = node.guests ?? [];
  const vmlist = JSON.stringify({
    version: 9,
    ids: Object.fromEntries(guests.map(({ vmid, node: home, type = 'qemu' }) => [vmid, { node: home, type, version: 3 }])),
  });
  const lvmSays = node.lvmSays ?? '';
  const statusOf = (vmid: number) => (node.stopped?.includes(vmid) ? 'stopped' : 'running');
  const running = (type: 'qemu' | 'lxc') => guests.filter((guest) => guest.node === node.name && (guest.type ?? 'qemu') === type);
  return [
    text('host.boot-id', '11111111-2222-3333-4444-555555555555\n'),
    text('host.name', `${node.name}\n`),
    text('host.kernel', '6.14.11-2-pve\n'),
    text('pve.local', `nodes/${node.name}`),
    text('pve.vmlist.1', vmlist),
    text('pve.members', membersOf(node)),
    ...(node.ha === undefined ? [{ id: 'pve.ha.1', status: 'absent' } as const] : [text('pve.ha.1', node.ha)]),
    text('pve.tasks.1', node.tasks ?? ''),
    {
      id: 'pve.guests',
      status: 'ok',
      path: '/etc/pve/nodes/*/{qemu-server,lxc}/*.conf',
      files: guests.map(({ vmid, node: home, type = 'qemu', config }) => ({
        path: `/etc/pve/nodes/${home}/${type === 'lxc' ? 'lxc' : 'qemu-server'}/${vmid}.conf`,
        status: 'ok' as const,
        out: config,
        length: config.length,
      })),
    },
    text('pve.storage', node.storages ?? defaultStorages),
    text('pve.datacenter', ''),
    text('dm.info.1', infoOf(node.mappingsBefore ?? node.mappings ?? [])),
    text('lvm.report', reportOf(node.groups ?? []), { err: lvmSays, errLength: lvmSays.length }),
    text('host.devices', devicesOf(node)),
    text('lvm.autoactivation', autoactivationOf(node.groups ?? [])),
    text('dm.table', tablesOf(node)),
    text('dm.info.2', infoOf(node.mappings ?? [])),
    text('dm.thin-pool.mode', node.pools ?? poolsOf(node)),
    text('lvm.locks', node.locks ?? ''),
    {
      id: 'pve.tasks.failed',
      status: 'ok',
      files: [{ path: '/var/log/pve/tasks/index', status: 'ok', out: node.failedTasks ?? '', length: (node.failedTasks ?? '').length }],
    },
    text('pve.vmlist.2', vmlist),
    ...(node.ha === undefined ? [{ id: 'pve.ha.2', status: 'absent' } as const] : [text('pve.ha.2', node.ha)]),
    text('pve.tasks.2', node.tasks ?? ''),
    text(
      'qm.list',
      listOf(
        running('qemu').map(
          ({ vmid }) =>
            `${String(vmid).padStart(10)} ${`web-${vmid}`.padEnd(20)} ${statusOf(vmid).padEnd(10)} 4096              32.00 ${(statusOf(vmid) === 'stopped' ? '0' : '12345').padEnd(10)}`,
        ),
      ),
    ),
    text('pct.list', listOf(running('lxc').map(({ vmid }) => `${String(vmid).padEnd(10)} ${statusOf(vmid)}                 ct${vmid}`))),
    ...processesOf(node),
    text('host.uptime', `${uptimeSeconds}.00 ${4 * uptimeSeconds}.00\n`),
    text('host.packages', 'pve-manager 9.1.4\nlvm2 2.03.31-2+pmx1\n'),
    {
      id: 'host.mentions',
      status: 'ok',
      files: [{ path: '/etc/fstab', status: 'ok', out: node.mentions ?? '', length: (node.mentions ?? '').length }],
    },
  ];
}

/** Storage id and group differ, as they do in life. */
export const defaultStorages = `dir: local
	path /var/lib/vz
	content iso,vztmpl

lvmthin: local-lvm
	thinpool data
	vgname pve

lvm: san-prod
	vgname san1vg
	content images,rootdir
	shared 1
`;

function membersOf({ name, members = [], cluster = 'prod', quorate = true }: FakeNode): string {
  if (members.length === 0) return JSON.stringify({ nodename: name, version: 4 });
  const nodelist = Object.fromEntries(members.map((member, index) => [member, { id: index + 1, online: 1, ip: `10.0.0.${index + 1}` }]));
  return JSON.stringify({
    nodename: name,
    version: 7,
    cluster: { name: cluster, version: 3, nodes: members.length, quorate: quorate ? 1 : 0 },
    nodelist,
  });
}

export function infoOf(mappings: readonly FakeMapping[]): string {
  if (mappings.length === 0) return 'No devices found\n';
  return mappings
    .map(({ name, uuid, minor, open = 0, suspended = false, tables = 'Live', uses = '8:16', holders = '' }) =>
      [name, uuid, 253, minor, open, 'L--w', suspended ? 'Suspended' : 'Active', 'Writeable', tables, 1, uses, holders].join('|'),
    )
    .map((row) => `${row}\n`)
    .join('');
}

function devicesOf({ mappings = [], mappingsBefore = [], goneDevices = [] }: FakeNode): string {
  const all = [...mappings, ...mappingsBefore].flatMap(({ minor, uses = '8:16' }) => [`253:${minor}`, ...uses.split(',')]);
  return [...new Set(['8:0', ...all])]
    .filter((device) => device !== '' && !goneDevices.includes(device))
    .map((device) => `${device}\n`)
    .join('');
}

function autoactivationOf(groups: readonly FakeGroup[]): string {
  const lv = groups.flatMap((group) =>
    group.volumes
      .filter(({ name }) => !name.startsWith('['))
      .map((volume) => ({ lv_uuid: hyphenated(volumeUuid(group, volume)), lv_autoactivation: volume.autoactivation === true ? 'enabled' : '' })),
  );
  return `${JSON.stringify({ report: [{ lv }] }, null, 2)}\n`;
}

const poolsOf = ({ mappings = [] }: FakeNode): string =>
  mappings.flatMap(({ name, uuid }) => (uuid.endsWith('-tpool') ? [`${name}: rw - queue_if_no_space data=0 meta=0\n`] : [])).join('');

/** QEMU by its pid file, containers by their monitor and its child. */
function processesOf({ guests = [], runsSince = {} }: FakeNode): Capture[] {
  const running = Object.entries(runsSince).map(([vmid, seconds]) => {
    const isContainer = guests.some((guest) => guest.vmid === Number(vmid) && guest.type === 'lxc');
    return { vmid, isContainer, pid: Number(vmid) + 10_000, start: (uptimeSeconds - seconds) * 100 };
  });
  const files = running.map(({ vmid, isContainer, pid }) => ({
    path: isContainer ? `/sys/fs/cgroup/lxc.monitor/${vmid}/cgroup.procs` : `/run/qemu-server/${vmid}.pid`,
    status: 'ok' as const,
    out: `${pid}\n`,
    length: `${pid}\n`.length,
  }));
  const lines = running.map(({ isContainer, pid, start }) =>
    isContainer ? `${pid} 1 S ${start - 50} 7 lxc-start\n${pid + 1_000_000} ${pid} S ${start} 7 init\n` : `${pid} 1 S ${start} 7 kvm\n`,
  );
  return [{ id: 'guest.pids', status: 'ok', files }, text('guest.processes', lines.join(''))];
}

function listOf(rows: readonly string[]): string {
  return rows.length === 0 ? '' : `      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID       \n${rows.join('\n')}\n`;
}

export function reportOf(groups: readonly FakeGroup[]): string {
  const row = (columns: Readonly<Record<string, string>>) =>
    `{${Object.entries(columns)
      .map(([key, value]) => `"${key}":"${value}"`)
      .join(', ')}}`;
  const rows = (list: readonly Readonly<Record<string, string>>[]) => list.map((columns) => `                  ${row(columns)}`).join(',\n');
  const reports = groups.map((group) => {
    const visible = group.volumes.filter(({ name }) => !name.startsWith('['));
    const vg = {
      vg_name: group.name,
      vg_uuid: hyphenated(groupUuid(group)),
      vg_seqno: String(group.seqno ?? 7),
      vg_attr: 'wz--n-',
      vg_extent_size: '8192',
      vg_free_count: '491',
      vg_missing_pv_count: '0',
      vg_partial: '',
      vg_exported: '',
      vg_lock_type: '',
      vg_systemid: '',
      pv_count: '1',
      lv_count: String(visible.length),
      vg_tags: '',
      ...group.vg,
    };
    const [major = '8', minor = '16'] = (group.device ?? '8:16').split(':');
    const pv = {
      pv_name: '/dev/sdb',
      pv_uuid: hyphenated(uuidOf(`pv of ${group.name}`)),
      pv_major: major,
      pv_minor: minor,
      pe_start: '2048',
      pv_pe_count: '511',
      pv_missing: '',
      pv_duplicate: '',
      dev_size: '4194304',
      ...group.pv,
    };
    const volumes = group.volumes.map((volume) => ({
      lv_name: volume.name,
      lv_uuid: hyphenated(volumeUuid(group, volume)),
      lv_attr: volume.attr ?? '-wi-XX----',
      lv_size: String(volume.sectors ?? 65536),
      pool_lv: volume.pool ?? '',
      pool_lv_uuid: '',
      origin: volume.origin ?? '',
      origin_uuid: '',
      lv_role: 'public',
      lv_layout: volume.layout ?? (volume.pool === undefined ? 'linear' : 'thin,sparse'),
      lv_tags: volume.tags ?? '',
      lv_time: '2026-11-21 02:40:38 +0000',
      lv_host: 'pve2',
      lv_skip_activation: '',
    }));
    return `          {
              "vg": [
${rows([vg])}
              ]
              ,
              "pv": [
${rows([pv])}
              ]
              ,
              "lv": [
${rows(volumes)}
              ]
              ,
              "seg": [
${rows(segmentsOf(group))}
              ]
          }`;
  });
  return `  {\n      "report": [\n${reports.join('\n          ,\n')}\n      ]\n  }\n`;
}
