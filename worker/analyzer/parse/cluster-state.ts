/**
 * pmxcfs' own files: `.members`, `.vmlist`, HA's manager_status; and the running tasks of this node.
 * @see pve-cluster status.c `cfs_create_memberlist_msg`, `cfs_create_vmlist_msg`
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { RunningTask } from '../facts';
import { type Captures, outputOf } from './captured';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(captures: Captures, id: string): Evidence<Json> {
  return whenKnown(outputOf(captures, id), (text) => {
    try {
      const value: unknown = JSON.parse(text);
      return isObject(value) ? known(value) : unknown({ reason: 'unparseable', capture: id, line: 1 });
    } catch {
      return unknown({ reason: 'unparseable', capture: id, line: 1 });
    }
  });
}

export type Membership = { readonly node: string; readonly cluster: string | null; readonly quorate: boolean; readonly members: readonly string[] };

/** A file without `cluster` is a standalone node's: it always has its own vote. */
export function parseMembership(captures: Captures): Evidence<Membership> {
  return whenKnown<Json, Membership>(parseJson(captures, 'pve.members'), ({ nodename, cluster, nodelist }) => {
    if (typeof nodename !== 'string' || nodename === '') return unknown({ reason: 'unparseable', capture: 'pve.members', line: 1 });
    if (cluster === undefined) return known({ node: nodename, cluster: null, quorate: true, members: [nodename] });
    if (!isObject(cluster) || typeof cluster.name !== 'string' || !isObject(nodelist)) {
      return unknown({ reason: 'unparseable', capture: 'pve.members', line: 1 });
    }
    return known({ node: nodename, cluster: cluster.name, quorate: cluster.quorate === 1, members: Object.keys(nodelist).sort() });
  });
}

export type GuestPlace = { readonly node: string; readonly type: string; readonly version: number };

type Places = Evidence<ReadonlyMap<number, GuestPlace>>;
/** Several facts ask for the same two listings: each is read once per snapshot. */
const vmlists = new WeakMap<Captures, Map<string, Places>>();

/** VMID -> where it lives. `.vmlist` without `ids` is a cluster without guests. */
export function parseVmlist(captures: Captures, reading: 1 | 2): Places {
  const id = `pve.vmlist.${reading}`;
  const known = vmlists.get(captures) ?? new Map<string, Places>();
  vmlists.set(captures, known);
  const places = known.get(id) ?? readVmlist(captures, id);
  known.set(id, places);
  return places;
}

function readVmlist(captures: Captures, id: string): Places {
  return whenKnown(parseJson(captures, id), ({ version, ids = {} }) => {
    if (typeof version !== 'number' || !isObject(ids)) return unknown({ reason: 'unparseable', capture: id, line: 1 });
    const places = new Map<number, GuestPlace>();
    for (const [vmid, place] of Object.entries(ids)) {
      const { node, type, version: guestVersion } = isObject(place) ? place : {};
      if (!/^[1-9][0-9]{2,8}$/.test(vmid) || typeof node !== 'string' || typeof type !== 'string' || typeof guestVersion !== 'number') {
        return unknown({ reason: 'unparseable', capture: id, line: 1 });
      }
      places.set(Number(vmid), { node, type, version: guestVersion });
    }
    return known(places);
  });
}

/** Guests whose entry changed, came or went between the two readings. */
export function parseMovedGuests(captures: Captures): Evidence<readonly number[]> {
  return whenKnown(parseVmlist(captures, 1), (before) =>
    whenKnown(parseVmlist(captures, 2), (after) => {
      const moved = [...new Set([...before.keys(), ...after.keys()])].filter((vmid) => {
        const [was, is] = [before.get(vmid), after.get(vmid)];
        return was === undefined || is === undefined || was.node !== is.node || was.version !== is.version;
      });
      return known(moved.sort((a, b) => a - b));
    }),
  );
}

/** Guests that HA is moving or recovering, of either reading. No manager_status: HA was never used here. */
export function parseHa(captures: Captures): Evidence<Readonly<Record<string, string>>> {
  const moving: Record<string, string> = {};
  for (const id of ['pve.ha.1', 'pve.ha.2']) {
    if (captures.get(id)?.status === 'absent') continue;
    const status = parseJson(captures, id);
    if (status.status === 'unknown') return status;
    const services = status.value.service_status;
    for (const [sid, service] of Object.entries(isObject(services) ? services : {})) {
      const state = isObject(service) ? service.state : undefined;
      const vmid = /^(?:vm|ct):([1-9][0-9]{2,8})$/.exec(sid)?.[1];
      if (vmid !== undefined && typeof state === 'string' && /^(?:migrate|relocate|recovery|fence|request_start_balance)$/.test(state))
        moving[vmid] = state;
    }
  }
  return known(moving);
}

/**
 * Tasks without an end, of either reading. `UPID:node:pid:pstart:start:type:id:user:`
 * @see pve-common RESTEnvironment.pm `write_active_workers`
 */
export function parseTasks(captures: Captures): Evidence<readonly RunningTask[]> {
  const tasks = new Map<string, RunningTask>();
  for (const id of ['pve.tasks.1', 'pve.tasks.2']) {
    // Proxmox VE makes the file with the first task and reads a missing one as none.
    if (captures.get(id)?.status === 'absent') continue;
    const text = outputOf(captures, id);
    if (text.status === 'unknown') return text;
    for (const [index, line] of text.value.split('\n').entries()) {
      if (line.trim() === '') continue;
      const [upid = '', , endTime] = line.split(' ');
      if (endTime !== undefined && endTime !== '') continue;
      const fields = upid.split(':');
      const [tag, , , , , type, guest] = fields;
      if (tag !== 'UPID' || fields.length < 8 || type === undefined || guest === undefined) {
        return unknown({ reason: 'unparseable', capture: id, line: index + 1 });
      }
      tasks.set(upid, { type, id: guest });
    }
  }
  return known([...new Map([...tasks.values()].map((task) => [`${task.type}:${task.id}`, task])).values()]);
}
