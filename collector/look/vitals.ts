/** A few numbers that travel with every message, also the short one. What could not be read is not in it. */
import type { Vitals } from '../../worker/wire/snapshot';
import { redactGuestList } from '../redact/lines';
import { busyPercent, type Rates } from './counters';
import { firstNumber, kibibytes, processorTimes } from './proc-text';

type Pair = [number, number];

/** No number is longer, so that all together stay below the 300 bytes of the wire. */
const largest = 999_999_999_999;

/** `textOf`: the content of a capture by id, empty when there is none. `rates`: since the look before. */
export function readVitals(textOf: (id: string) => string, rates?: Rates): Vitals {
  const uptime = firstNumber(textOf('host.uptime'));
  const memory = textOf('host.meminfo');
  const vitals: { readonly [Key in keyof Vitals]: Vitals[Key] | undefined } = {
    uptime: uptime === undefined ? undefined : Math.round(uptime),
    load: firstNumber(textOf('host.loadavg')),
    // Within this run when there is no look before: a second or two, but something.
    cpu: rates?.cpu ?? busyPercent(processorTimes(textOf('host.stat.1')), processorTimes(textOf('host.stat.2'))),
    memory: usedOf(memory, 'MemTotal', 'MemAvailable'),
    swap: usedOf(memory, 'SwapTotal', 'SwapFree'),
    root: rootUsage(textOf('host.file-systems')),
    vms: countGuests('qemu', textOf('qm.list')),
    cts: countGuests('lxc', textOf('pct.list')),
    net: sumNetwork(rates),
    fullest: fullestPercent(textOf),
  };
  const known = Object.entries(vitals).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([key, value]) => [key, Array.isArray(value) ? value.map(cap) : cap(Number(value))]));
}

const cap = (value: number): number => Math.min(Math.max(0, value), largest);

function usedOf(text: string, totalKey: string, freeKey: string): Pair | undefined {
  const [total, free] = [kibibytes(text, totalKey), kibibytes(text, freeKey)];
  if (total === undefined || free === undefined || free > total) return undefined;
  return [Math.round((total - free) / 1024), Math.round(total / 1024)];
}

/** `block blocks free available path` of each file system. @see stat(1) -f */
function fileSystems(text: string): readonly { readonly path: string; readonly used: number; readonly total: number }[] {
  return text.split('\n').flatMap((line) => {
    const [, block, blocks, free, path = ''] = /^(\d{1,10}) (\d{1,18}) (\d{1,18}) \d{1,18} (\S+)$/.exec(line) ?? [];
    const [total, left] = [Number(blocks) * Number(block), Number(free) * Number(block)];
    return block === undefined || left > total ? [] : [{ path, used: total - left, total }];
  });
}

function rootUsage(text: string): Pair | undefined {
  const root = fileSystems(text).find(({ path }) => path === '/');
  return root === undefined ? undefined : [Math.round(root.used / 1_048_576), Math.round(root.total / 1_048_576)];
}

/** Running, all. */
function countGuests(type: 'qemu' | 'lxc', list: string): Pair | undefined {
  const [heading = '', ...rows] = redactGuestList(type, list).split('\n');
  const guests = rows.map((row) => row.split(' ')).filter(([vmid = '']) => /^\d+$/.test(vmid));
  if (!heading.startsWith('VMID')) return undefined;
  return [guests.filter((fields) => fields[type === 'qemu' ? 2 : 1] === 'running').length, guests.length];
}

/** KiB per second in and out, over the interfaces that are hardware: bridges and bonds count the same bytes again. */
function sumNetwork(rates: Rates | undefined): Pair | undefined {
  const hardware = (rates?.network ?? []).filter(([name]) => /^(?:en|eth|ib|nic|wl)[^.]*$/.test(name));
  if (hardware.length === 0) return undefined;
  const sum = (column: 1 | 2) => Math.round(hardware.reduce((all, row) => all + row[column], 0) / 1024);
  return [sum(1), sum(2)];
}

/** How full the fullest storage is that this node alone can tell: directories, thin pools (data and metadata), ZFS pools. */
function fullestPercent(textOf: (id: string) => string): number | undefined {
  const shares = [
    ...fileSystems(textOf('host.file-systems')).map(({ used, total }) => used / total),
    ...textOf('dm.thin-pool').split('\n').flatMap(readThinPool),
    ...textOf('zfs.pools').split('\n').flatMap(readPool),
  ].filter((share) => share >= 0 && share <= 1);
  return shares.length === 0 ? undefined : Math.round(100 * Math.max(...shares));
}

/** `name: start length thin-pool transaction used/total used/total …` */
function readThinPool(line: string): readonly number[] {
  const [, metaUsed, meta, dataUsed, data] = / thin-pool \d+ (\d{1,15})\/(\d{1,15}) (\d{1,15})\/(\d{1,15}) /.exec(line) ?? [];
  return meta === undefined ? [] : [Number(metaUsed) / Number(meta), Number(dataUsed) / Number(data)];
}

function readPool(line: string): readonly number[] {
  const [, size, allocated] = line.split('\t').map(Number);
  return size === undefined || allocated === undefined || Number.isNaN(size) ? [] : [allocated / size];
}
