/**
 * Whether a command that may hang may start. LVM opens every disk it finds: behind a multipath map without a path, or a
 * suspended mapping, it would hang in the kernel where no signal reaches it. `qm` waits for every virtual machine to answer.
 */

import type { Need } from '../captures/entry';
import { lookAgainSeconds, qemuNames, storageWaits, unmovedSeconds } from '../captures/needs';
import type { BlockedTask } from './blocked-tasks';

export type GateMachine = {
  /** Rows of `dmsetup info`, lines of `dmsetup status` for multipath; a sentence when there are none. */
  readonly lookAtStorage: () => Promise<{ readonly mappings: string; readonly multipath: string } | { readonly says: string }>;
  readonly listBlockedTasks: () => readonly BlockedTask[];
  readonly wait: (seconds: number) => Promise<void>;
};

/** Why it may not start, for people; undefined: it may. The same trouble always has the same words. */
export function findTrouble(need: Need, machine: GateMachine): Promise<string | undefined> {
  return need === 'healthy-storage' ? findStorageTrouble(machine) : findQemuTrouble(machine);
}

async function findStorageTrouble(machine: GateMachine): Promise<string | undefined> {
  const first = await lookAtMaps(machine);
  if (typeof first === 'string') return first;
  if (first.dead.length + first.suspended.length > 0) {
    await machine.wait(lookAgainSeconds);
    const second = await lookAtMaps(machine);
    if (typeof second === 'string') return second;
    const dead = first.dead.filter((name) => second.dead.includes(name));
    if (dead.length > 0) return `${sayNames('multipath map', dead, 'has', 'have')} no working path: LVM commands would hang`;
    const suspended = first.suspended.filter((name) => second.suspended.includes(name));
    if (suspended.length > 0) return `${sayNames('mapping', suspended, 'is', 'are')} suspended: LVM commands would hang`;
  }
  const isStorageWait = ({ wchan }: BlockedTask) => storageWaits.some((name) => wchan.startsWith(name));
  return (await isAnyUnmoved(machine, isStorageWait, unmovedSeconds['healthy-storage']))
    ? 'a process waits in the kernel for storage that does not answer: LVM commands would hang'
    : undefined;
}

async function findQemuTrouble(machine: GateMachine): Promise<string | undefined> {
  const isQemu = ({ comm }: BlockedTask) => qemuNames.some((name) => comm.startsWith(name));
  return (await isAnyUnmoved(machine, isQemu, unmovedSeconds['no-blocked-qemu']))
    ? 'a virtual machine hangs in the kernel: qm and pct would wait for it'
    : undefined;
}

/** Looks until none of them has stayed where it was, or the time is over. Most of the time there is none to begin with. */
async function isAnyUnmoved(machine: GateMachine, isMeant: (task: BlockedTask) => boolean, seconds: number): Promise<boolean> {
  const look = () =>
    new Map(
      machine
        .listBlockedTasks()
        .filter(isMeant)
        .map((task) => [`${task.pid} ${task.tid}`, task.moment]),
    );
  let suspects = look();
  for (let waited = 0; suspects.size > 0 && waited < seconds; waited += 0.5) {
    await machine.wait(0.5);
    const now = look();
    suspects = new Map([...suspects].filter(([id, moment]) => now.get(id) === moment));
  }
  return suspects.size > 0;
}

async function lookAtMaps(machine: GateMachine): Promise<{ readonly dead: readonly string[]; readonly suspended: readonly string[] } | string> {
  const seen = await machine.lookAtStorage();
  return 'says' in seen ? seen.says : { dead: findDeadMaps(seen.multipath), suspended: findSuspended(seen.mappings) };
}

/**
 * `NAME: START LENGTH multipath … A|D|E 0 PATHS ARGS {MAJOR:MINOR A|F FAILURES …}`: a path that works is an A behind its number.
 * @see Documentation/admin-guide/device-mapper, dm-mpath.c `multipath_status`
 */
export function findDeadMaps(status: string): readonly string[] {
  const alive = new Map<string, boolean>();
  for (const line of status.split('\n')) {
    const at = line.indexOf(': ');
    if (at <= 0 || !/^\d+ \d+ multipath /.test(line.slice(at + 2))) continue;
    const name = line.slice(0, at);
    alive.set(name, (alive.get(name) ?? true) && / \d+:\d+ A \d+/.test(line.slice(at)));
  }
  return [...alive].flatMap(([name, isAlive]) => (isAlive ? [] : [name])).sort();
}

/** Rows of `dmsetup info` with the columns of the catalogue: name first, `Suspended` seventh. */
function findSuspended(mappings: string): readonly string[] {
  const rows = mappings.split('\n').map((row) => row.split('|'));
  return rows.flatMap(([name = '', , , , , , suspended]) => (suspended === 'Suspended' ? [name] : [])).sort();
}

function sayNames(what: string, names: readonly string[], one: string, several: string): string {
  const shown = names.slice(0, 3).map((name) => name.replace(/[^\x21-\x7e]/g, '?').slice(0, 40));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return names.length === 1 ? `${what} ${shown.join('')} ${one}` : `${what}s ${shown.join(', ')}${more} ${several}`;
}
