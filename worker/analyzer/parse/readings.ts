/**
 * What a node measured, for its page: capacities, rates, the busiest processes. Conclusions never rest on it. Total: whatever
 * the captures hold there is an answer, of a bounded size.
 */
import type { Capture, Readings } from '../../wire/snapshot';
import { type Captures, indexCaptures, outputOf } from './captured';
import { decodeDmName } from './dm-name';

export type SpaceKind = 'root' | 'storage' | 'group' | 'thin' | 'meta' | 'zfs';
/** MiB. */
export type Space = readonly [kind: SpaceKind, name: string, used: number, total: number];

export type NodeReadings = {
  /** Unix seconds, the node's clock. */
  readonly boot?: number;
  readonly processor?: { readonly threads: number; readonly cores: number; readonly model: string };
  /** Versions; empty: not known. */
  readonly system?: { readonly pve: string; readonly kernel: string };
  readonly spaces: readonly Space[];
  /** How long the rates below were measured; absent: there was no look before. */
  readonly seconds?: number;
  /** Bytes per second. */
  readonly network: readonly (readonly [name: string, received: number, sent: number])[];
  /** Percent of one processor; `guest` 0: none. */
  readonly busiest: readonly (readonly [name: string, pid: number, guest: number, percent: number])[];
  readonly stuck: readonly (readonly [command: string, pid: number, state: string, wchan: string, since: number])[];
};

const maxNameLength = 64;
const maxStored = 4096;
const mebibyte = 1_048_576;

export function readReadings(state: readonly Capture[], readings: Readings): NodeReadings {
  const captures = indexCaptures([...readings.captures, ...state]);
  const { rates, stuck = [] } = readings;
  const boot = /^btime (\d{1,12})$/m.exec(textOf(captures, 'host.stat.2'))?.[1];
  const processor = readProcessor(textOf(captures, 'host.processor'));
  const system = readSystem(captures);
  return shrink({
    ...(boot === undefined ? {} : { boot: Number(boot) }),
    ...(processor === undefined ? {} : { processor }),
    ...(system === undefined ? {} : { system }),
    spaces: [
      ...linesOf(captures, 'host.file-systems').flatMap(readFileSystem),
      ...readGroups(textOf(captures, 'lvm.report')),
      ...linesOf(captures, 'dm.thin-pool').flatMap(readThinPool),
      ...linesOf(captures, 'zfs.pools').flatMap(readPool),
    ].slice(0, 32),
    ...(rates === undefined ? {} : { seconds: Math.round(rates.seconds) }),
    network: (rates?.network ?? []).slice(0, 16).map(([name, received, sent]) => [plain(name), received, sent]),
    busiest: (rates?.busiest ?? []).slice(0, 10).map(([name, pid, guest, percent]) => [plain(name).slice(0, 32), pid, guest, percent]),
    stuck: stuck.slice(0, 8).map(({ command, pid, state: letter, wchan, since }) => [plain(command), pid, plain(letter), plain(wchan), since]),
  });
}

/** Halves the lists until the whole fits: rather fewer lines than none. */
function shrink(readings: NodeReadings): NodeReadings {
  if (JSON.stringify(readings).length <= maxStored) return readings;
  const half = <T>(list: readonly T[]) => list.slice(0, Math.floor(list.length / 2));
  const { spaces, network, busiest, stuck } = readings;
  return shrink({ ...readings, spaces: half(spaces), network: half(network), busiest: half(busiest), stuck: half(stuck) });
}

function textOf(captures: Captures, id: string): string {
  const text = outputOf(captures, id);
  return text.status === 'known' ? text.value : '';
}

/** Bounded before anything is looked at: a node says here what it likes. */
const linesOf = (captures: Captures, id: string): readonly string[] => textOf(captures, id).slice(0, 65_536).split('\n').slice(0, 256);

const plain = (text: string): string => text.slice(0, maxNameLength).replace(/[^ -~]/g, '?');

/** `threads cores model` */
function readProcessor(text: string): NodeReadings['processor'] {
  const [, threads, cores, model = ''] = /^(\d{1,5}) (\d{1,5}) (.{0,200})\n?$/.exec(text) ?? [];
  return threads === undefined || cores === undefined ? undefined : { threads: Number(threads), cores: Number(cores), model: plain(model) };
}

/** dpkg-query ends with 1 when one of the packages is not installed, and prints the others all the same. */
function readSystem(captures: Captures): NodeReadings['system'] {
  const packages = (captures.get('host.packages')?.out ?? '').slice(0, 65_536);
  const pve = /^pve-manager (\S{1,64})$/m.exec(packages)?.[1] ?? '';
  const [kernel = ''] = textOf(captures, 'host.kernel').slice(0, 1024).split('\n');
  return pve === '' && kernel === '' ? undefined : { pve: plain(pve), kernel: plain(kernel) };
}

function space(kind: SpaceKind, name: string, usedBytes: number, totalBytes: number): readonly Space[] {
  const [used, total] = [Math.round(usedBytes / mebibyte), Math.round(totalBytes / mebibyte)];
  return total > 0 && used >= 0 && used <= total && Number.isSafeInteger(total) ? [[kind, plain(name), used, total]] : [];
}

/** `block blocks free available name`; the root is called `/`. */
function readFileSystem(line: string): readonly Space[] {
  const [, block, blocks, free, name = ''] = /^(\d{1,10}) (\d{1,18}) (\d{1,18}) \d{1,18} (\S{1,128})$/.exec(line) ?? [];
  const bytes = Number(block) * Number(blocks);
  return block === undefined ? [] : space(name === '/' ? 'root' : 'storage', name, bytes - Number(block) * Number(free), bytes);
}

/** `name: start length thin-pool transaction used/total used/total …`: metadata in blocks of 4 KiB, data over the whole length. */
function readThinPool(line: string): readonly Space[] {
  const [, dmName, sectors, metaUsed, meta, dataUsed, data] =
    /^(\S{1,256}): \d{1,20} (\d{1,18}) thin-pool \d{1,20} (\d{1,15})\/(\d{1,15}) (\d{1,15})\/(\d{1,15}) /.exec(line) ?? [];
  if (dmName === undefined) return [];
  const { vg, lv } = decodeDmName(dmName);
  const bytes = Number(sectors) * 512;
  const name = `${vg}/${lv}`;
  return [
    ...space('thin', name, (bytes * Number(dataUsed)) / Number(data), bytes),
    ...space('meta', name, Number(metaUsed) * 4096, Number(meta) * 4096),
  ];
}

/** `name size allocated free` with tabs between. */
function readPool(line: string): readonly Space[] {
  const [, name, size, allocated] = /^([^\t]{1,128})\t(\d{1,20})\t(\d{1,20})\t/.exec(line) ?? [];
  return name === undefined ? [] : space('zfs', name, Number(allocated), Number(size));
}

/** Groups of LVM's report: every row of it stands on a line of its own, that of the group before those of its disks. */
function readGroups(report: string): readonly Space[] {
  const groups: { name: string; extent: number; free: number; extents: number }[] = [];
  for (let start = 0; start < report.length && groups.length <= 64; ) {
    const end = report.indexOf('\n', start);
    const row = report.slice(start, end === -1 ? report.length : end);
    start = end === -1 ? report.length : end + 1;
    const value = (column: string) => valueIn(row, column);
    const name = value('vg_name');
    if (name !== '') groups.push({ name, extent: Number(value('vg_extent_size')) * 512, free: Number(value('vg_free_count')), extents: 0 });
    const last = groups[groups.length - 1];
    if (last !== undefined) last.extents += Number(value('pv_pe_count'));
  }
  return groups.flatMap(({ name, extent, free, extents }) => space('group', name, (extents - free) * extent, extents * extent));
}

function valueIn(row: string, column: string): string {
  const key = `"${column}":"`;
  const from = row.indexOf(key);
  return from < 0 ? '' : row.slice(from + key.length, row.indexOf('"', from + key.length));
}
