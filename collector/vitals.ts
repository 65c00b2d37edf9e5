/** A few numbers that travel with every message, also the short one. What could not be read is not in it. */
import type { Vitals } from '../worker/wire/snapshot';

type Pair = [number, number];

/** `textOf`: the content of a capture by id, empty when there is none. */
export function readVitals(textOf: (id: string) => string): Vitals {
  const uptime = firstNumber(textOf('host.uptime'));
  const load = firstNumber(textOf('host.loadavg'));
  const cpu = busyPercent(textOf('host.stat.1'), textOf('host.stat.2'));
  const memory = usedOf(textOf('host.meminfo'), 'MemTotal', 'MemAvailable');
  const swap = usedOf(textOf('host.meminfo'), 'SwapTotal', 'SwapFree');
  const root = rootUsage(textOf('host.root'));
  return {
    ...(uptime === undefined ? {} : { uptime: Math.round(uptime) }),
    ...(load === undefined ? {} : { load }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(swap === undefined ? {} : { swap }),
    ...(root === undefined ? {} : { root }),
  };
}

function firstNumber(text: string): number | undefined {
  const [, digits] = /^(\d{1,12}(?:\.\d{1,4})?)(?:\s|$)/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** user nice system idle iowait irq softirq steal …: everything but idle and iowait is work. @see proc_stat(5) */
function busyPercent(before: string, after: string): number | undefined {
  const [first, second] = [processorTimes(before), processorTimes(after)];
  if (first === undefined || second === undefined) return undefined;
  const total = second.total - first.total;
  const idle = second.idle - first.idle;
  if (total <= 0 || idle < 0 || idle > total) return undefined;
  return Math.round((1000 * (total - idle)) / total) / 10;
}

function processorTimes(text: string): { readonly total: number; readonly idle: number } | undefined {
  const [line = ''] = text.split('\n');
  if (!/^cpu +\d+( \d+){3,}\s*$/.test(line)) return undefined;
  // The last two columns, guest times, are already part of the first two.
  const times = line.trim().split(/ +/).slice(1, 9).map(Number);
  return { total: times.reduce((sum, time) => sum + time, 0), idle: (times[3] ?? 0) + (times[4] ?? 0) };
}

function usedOf(text: string, totalKey: string, freeKey: string): Pair | undefined {
  const [total, free] = [kibibytes(text, totalKey), kibibytes(text, freeKey)];
  if (total === undefined || free === undefined || free > total) return undefined;
  return [Math.round((total - free) / 1024), Math.round(total / 1024)];
}

function kibibytes(text: string, key: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${key}:`));
  const [, digits] = /^\w+:\s+(\d{1,15}) kB$/.exec(line ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** `stat -f -c '%S %b %f' /`: bytes of a block, blocks, free blocks. `df` asks every mounted file system, also a dead one. */
function rootUsage(text: string): Pair | undefined {
  const [, size, total, free] = /^(\d{1,9}) (\d{1,15}) (\d{1,15})\n?$/.exec(text) ?? [];
  if (size === undefined || Number(free) > Number(total)) return undefined;
  const mebibytes = (blocks: number) => Math.round((blocks * Number(size)) / 1_048_576);
  return [mebibytes(Number(total) - Number(free)), mebibytes(Number(total))];
}
