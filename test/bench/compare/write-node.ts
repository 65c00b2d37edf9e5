/** The prepared node as files: /etc with the cluster's configuration, and the tables the stub commands answer from. */
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Capture } from '../../../worker/wire/snapshot';

/** Stub -> the commands it stands for. What is not here is the machine's own, in a root with nothing to find. */
const stubs: Readonly<Record<string, readonly string[]>> = {
  answer: ['answer'],
  dmsetup: ['dmsetup'],
  guests: ['qm', 'pct'],
  'lvm-report': ['lvs', 'vgs', 'pvs'],
  nothing: [
    'lsof',
    'fuser',
    'hostname',
    'lvm',
    'lvchange',
    'lvremove',
    'vgchange',
    'kpartx',
    'multipath',
    'pvesm',
    'pvesh',
    'ha-manager',
    'systemctl',
    'mail',
    'sendmail',
    'curl',
    'wget',
    'ssh',
    'nc',
  ],
};

export function writeNode(directory: string, stubDirectory: string, name: string, captures: readonly Capture[]): void {
  const byId = new Map(captures.map((capture) => [capture.id, capture]));
  const out = (id: string) => byId.get(id)?.out ?? '';
  const configurations = byId.get('pve.guests')?.files ?? [];
  const own = (type: string) => configurations.filter(({ path }) => path.includes(`/nodes/${name}/${type}/`));
  const files: Record<string, string> = {
    'etc/hostname': `${name}\n`,
    'etc/hosts': `127.0.0.1 localhost ${name}\n`,
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    'etc/group': 'root:x:0:\n',
    'etc/pve/storage.cfg': out('pve.storage'),
    'etc/pve/.members': out('pve.members'),
    'etc/pve/.vmlist': out('pve.vmlist.1'),
    'node/qm-list.txt': out('qm.list'),
    'node/pct-list.txt': out('pct.list'),
    'node/mappings.tsv': `${mappingColumns.join('\t')}\n${out('dm.info.2').replaceAll('|', '\t')}`,
    'node/tables.tsv': tablesOf(out('dm.table')),
    ...reportsOf(out('lvm.report')),
  };
  for (const { path, out: config = '' } of configurations) files[path.slice(1)] = config;
  // Links of pmxcfs: this node's own guests.
  for (const type of ['qemu-server', 'lxc']) {
    mkdirSync(join(directory, 'etc/pve', type), { recursive: true });
    for (const { path, out: config = '' } of own(type)) files[`etc/pve/${type}/${path.slice(path.lastIndexOf('/') + 1)}`] = config;
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  mkdirSync(join(directory, 'told'));
  mkdirSync(join(directory, 'stubs'));
  for (const [stub, commands] of Object.entries(stubs)) {
    for (const command of commands) {
      cpSync(join(stubDirectory, stub), join(directory, 'stubs', command));
      chmodSync(join(directory, 'stubs', command), 0o755);
    }
  }
}

const mappingColumns = [
  'name',
  'uuid',
  'major',
  'minor',
  'open',
  'attr',
  'suspended',
  'readonly',
  'tables_loaded',
  'segments',
  'devnos_used',
  'names_using_dev',
];

/** `name<TAB>table`, one line of a table each. */
function tablesOf(concise: string): string {
  return concise
    .trim()
    .split(';')
    .flatMap((device) => {
      const [name = '', , , , ...lines] = device.split(',');
      return lines.map((line) => `${name}\t${line}\n`);
    })
    .join('');
}

type Rows = readonly Readonly<Record<string, string>>[];
type Report = { readonly report: readonly { readonly vg: Rows; readonly pv: Rows; readonly lv: Rows }[] };

/** The name and the group stand first: a command may ask for one of them. */
function reportsOf(json: string): Record<string, string> {
  const { report } = JSON.parse(json) as Report;
  const rows = (kind: 'vg' | 'pv' | 'lv') => report.flatMap((group) => group[kind].map((row) => ({ ...row, vg_name: group.vg[0]?.vg_name ?? '' })));
  const visible = rows('lv').filter((row) => !(row as { lv_name?: string }).lv_name?.startsWith('['));
  return {
    'node/volumes.tsv': table(['lv_name', 'vg_name'], visible),
    'node/groups.tsv': table(['vg_name', 'vg_uuid'], rows('vg')),
    'node/disks.tsv': table(['pv_name', 'vg_name'], rows('pv')),
  };
}

/** Every column also under its short name, as LVM allows. */
function table(first: readonly string[], rows: Rows): string {
  const columns = [...new Set([...first, ...rows.flatMap((row) => Object.keys(row))])];
  const short = columns.map((column) => column.replace(/^(?:lv|vg|pv)_/, ''));
  const line = (row: Readonly<Record<string, string>>) => [...columns, ...columns].map((column) => row[column] ?? '').join('\t');
  return [[...columns, ...short].join('\t'), ...rows.map(line)].map((text) => `${text}\n`).join('');
}
