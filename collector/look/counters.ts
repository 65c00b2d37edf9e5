/**
 * What only grows since boot, and how fast it grew since the look before. The time between is told by the uptime: a clock
 * that was set meanwhile changes nothing. Another boot, or a counter that went back: no rate, rather than a wrong one.
 */

import { parseProcessTable } from '../machine/process-table';
import { firstNumber, processorTimes } from './proc-text';

export type Counters = {
  readonly version: 1;
  readonly bootId: string;
  /** Seconds since boot. */
  readonly uptime: number;
  readonly processor?: { readonly total: number; readonly idle: number };
  /** Interface -> bytes in, bytes out. */
  readonly network: Readonly<Record<string, readonly [number, number]>>;
  /** `pid start ticks`, of those that used most. */
  readonly processes: readonly (readonly [pid: number, start: number, ticks: number])[];
};

export type Rates = {
  /** Between the two looks. */
  readonly seconds: number;
  /** Percent of all processors. */
  readonly cpu?: number;
  /** Bytes per second in and out. */
  readonly network: readonly (readonly [name: string, received: number, sent: number])[];
  /** Busiest first. `percent` of one processor; `guest` 0: not a virtual machine's. */
  readonly busiest: readonly (readonly [comm: string, pid: number, guest: number, percent: number])[];
};

const leastSeconds = 5;
const maxKept = 200;
const maxBusiest = 10;
/** USER_HZ: what /proc counts in, on every architecture Proxmox VE runs on. */
const ticksPerSecond = 100;

/** `textOf`: the content of a capture by id as it was read; `network` as it passed its filter. */
export function readCounters(textOf: (id: string) => string, network: string): Counters | undefined {
  const uptime = firstNumber(textOf('host.uptime'));
  if (uptime === undefined) return undefined;
  const processor = processorTimes(textOf('host.stat.2'));
  const busiest = [...parseProcessTable(textOf('guest.processes'))].sort((a, b) => b.ticks - a.ticks).slice(0, maxKept);
  return {
    version: 1,
    bootId: textOf('host.boot-id').trim(),
    uptime,
    ...(processor === undefined ? {} : { processor }),
    network: Object.fromEntries(readNetwork(network)),
    processes: busiest.map(({ pid, start, ticks }) => [pid, start, ticks] as const),
  };
}

function readNetwork(text: string): readonly (readonly [string, readonly [number, number]])[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', received = '', , , , sent = ''] = line.split(' ');
    return name === '' || sent === '' ? [] : [[name, [Number(received), Number(sent)]] as const];
  });
}

/** Undefined: there is nothing to compare with. `textOf` as for readCounters, of this look. */
export function computeRates(
  before: Counters | undefined,
  now: Counters | undefined,
  textOf: (id: string) => string,
  guestOf: (pid: number) => number,
): Rates | undefined {
  if (before === undefined || now === undefined || before.bootId !== now.bootId) return undefined;
  const seconds = now.uptime - before.uptime;
  if (!(seconds >= leastSeconds && seconds < Number.MAX_SAFE_INTEGER)) return undefined;
  const cpu = busyPercent(before.processor, now.processor);
  const perSecond = (was: number, is: number) => (is >= was && was >= 0 ? Math.round((is - was) / seconds) : undefined);
  const network = Object.entries(now.network).flatMap(([name, [received, sent]]) => {
    const was = before.network[name];
    const [inwards, outwards] = was === undefined ? [] : [perSecond(was[0], received), perSecond(was[1], sent)];
    return inwards === undefined || outwards === undefined ? [] : [[name, inwards, outwards] as const];
  });
  return {
    seconds: Math.round(seconds),
    ...(cpu === undefined ? {} : { cpu }),
    network,
    busiest: findBusiest(before, textOf('guest.processes'), seconds, guestOf),
  };
}

function findBusiest({ processes, uptime }: Counters, table: string, seconds: number, guestOf: (pid: number) => number): Rates['busiest'] {
  const earlier = new Map(processes.map(([pid, start, ticks]) => [`${pid} ${start}`, ticks]));
  // Whoever began before the first look and was not among the busiest then is left out: how much of it is new is not known.
  const used = parseProcessTable(table).flatMap((one) => {
    const was = earlier.get(`${one.pid} ${one.start}`) ?? (one.start / ticksPerSecond >= uptime ? 0 : undefined);
    return was === undefined || !(was >= 0) || one.ticks <= was
      ? []
      : [{ ...one, percent: Math.round((1000 * (one.ticks - was)) / ticksPerSecond / seconds) / 10 }];
  });
  return used
    .filter(({ percent }) => percent > 0)
    .sort((a, b) => b.percent - a.percent)
    .slice(0, maxBusiest)
    .map(({ comm, pid, percent }) => [comm, pid, guestOf(pid), percent] as const);
}

/** Everything but idle time is work; undefined when a counter went back. */
export function busyPercent(before: Counters['processor'], now: Counters['processor']): number | undefined {
  if (before === undefined || now === undefined) return undefined;
  const [total, idle] = [now.total - before.total, now.idle - before.idle];
  if (!(total > 0 && total < Number.MAX_SAFE_INTEGER) || !(idle >= 0 && idle <= total)) return undefined;
  return Math.round((1000 * (total - idle)) / total) / 10;
}
