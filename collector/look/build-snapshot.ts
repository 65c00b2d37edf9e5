/**
 * From raw captures to the two lines that may leave the node: state and readings. Pure but for the start times of
 * processes, which come in as a function.
 */
import { createHash } from 'node:crypto';
import type { Capture, Readings, State, StuckCommand, Vitals } from '../../worker/wire/snapshot';
import type { CaptureEntry } from '../captures/entry';
import type { RawCapture, RawFile } from '../machine/raw-capture';
import { readGroupNames } from '../redact/complaints';
import { readKnownNames } from '../redact/mentions';
import { type RedactionContext, redactCapture } from '../redact/redact';
import type { ProcessStart } from '../redact/tasks';
import { type Counters, computeRates, type Rates, readCounters } from './counters';
import { readVitals } from './vitals';
import { isErrorOutputState, toWireCapture } from './wire-capture';

export type Snapshot = {
  readonly state: State;
  readonly readings: Readings;
  readonly vitals: Vitals;
  readonly machineId: string;
  readonly bootId: string;
  /** For the next look. */
  readonly counters: Counters | undefined;
};

export function buildSnapshot(
  entries: readonly CaptureEntry[],
  raw: ReadonlyMap<string, RawCapture>,
  startOf: ProcessStart,
  stuck: readonly StuckCommand[] = [],
  before?: Counters,
): Snapshot {
  const textOf = (id: string) => raw.get(id)?.out?.toString('latin1') ?? '';
  // Guests are filtered last of all: what they may say depends on the names LVM and the device mapper know.
  const known = readKnownNames(textOf('lvm.report'), [textOf('dm.info.1'), textOf('dm.info.2')]);
  const complained = new Set([...known, ...readGroupNames(textOf('lvm.report'))]);
  const now = readNow(textOf('host.stat.1'), textOf('host.uptime'));
  const context: RedactionContext = { known, complained, startOf, storageConfig: textOf('pve.storage'), now };
  const state: Capture[] = [];
  const readings: Capture[] = [];
  const ms: Record<string, number> = {};
  const stderr: Record<string, string> = {};
  for (const entry of entries) {
    const taken = raw.get(entry.id) ?? { status: 'skipped', reason: 'not reached', ms: 0 };
    const filtered = redactCapture(entry, taken, context);
    (entry.kind === 'state' ? state : readings).push(toWireCapture(entry, filtered));
    ms[entry.id] = taken.ms;
    const said = filtered.err?.toString() ?? '';
    if (said !== '' && !isErrorOutputState(entry, filtered)) stderr[entry.id] = said.slice(0, 65_536);
  }
  const machineId = state.find(({ id }) => id === 'host.machine-id')?.out ?? '';
  const bootId = textOf('host.boot-id').trim();
  const counters = readCounters(textOf, readings.find(({ id }) => id === 'host.network')?.out ?? '');
  const rates = computeRates(before, counters, textOf, guestByPid(raw.get('guest.pids')?.files ?? []));
  return {
    state: { captures: state },
    readings: {
      captures: readings,
      ms,
      stderr,
      ...(stuck.length === 0 ? {} : { stuck: [...stuck.slice(0, 64)] }),
      ...(rates === undefined ? {} : { rates: wireRates(rates) }),
    },
    vitals: readVitals(textOf, rates),
    machineId: /^[0-9a-f]{32}$/.test(machineId) ? machineId : '0'.repeat(32),
    bootId: /^[0-9a-f-]{36}$/.test(bootId) ? bootId : '00000000-0000-0000-0000-000000000000',
    counters,
  };
}

/** Unix seconds, from when the kernel booted and for how long it runs. */
function readNow(stat: string, uptime: string): number | undefined {
  const [boot, up] = [/^btime (\d{1,12})$/m.exec(stat)?.[1], /^(\d{1,12})/.exec(uptime)?.[1]];
  return boot === undefined || up === undefined ? undefined : Number(boot) + Number(up);
}

/** Which virtual machine a process is, by the file its number stands in; 0: none. */
function guestByPid(files: readonly RawFile[]): (pid: number) => number {
  const guests = new Map(
    files.map(({ path, out }) => [Number(out?.toString('latin1').trim()), Number(/^\/run\/qemu-server\/(\d{3,9})\.pid$/.exec(path)?.[1] ?? 0)]),
  );
  return (pid) => guests.get(pid) ?? 0;
}

const wireRates = ({ network, busiest, ...rest }: Rates): NonNullable<Readings['rates']> => ({
  ...rest,
  network: network.map(([name, received, sent]) => [name, received, sent]),
  busiest: busiest.map(([comm, pid, guest, percent]) => [comm, pid, guest, percent]),
});

/** Over the bytes of the state line, without its newline. */
export function hashState(stateLine: string): string {
  return createHash('sha256').update(stateLine).digest('hex');
}
