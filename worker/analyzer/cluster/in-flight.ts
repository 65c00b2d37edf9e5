/** What is under way in a cluster: locks, tasks, HA, entries that changed while they were read; and where nobody could look. */

import type { ClusterView, Guest } from '../facts';
import { guestOfVolume, kindOfVolume } from '../parse/volume-name';
import type { FreshMember } from './cluster-evidence';

export type Hold = {
  /** Undefined: nobody's in particular. */
  readonly guest: number | undefined;
  readonly says: string;
};

export type InFlight = {
  /** Why nothing may be concluded or done about a volume of these names now; undefined: nothing is known to be under way. */
  holdOf(volumeNames: readonly string[], owners: readonly Guest[]): Hold | undefined;
  /** Some member's running tasks could not be read: what no guest is known to use may be in the making there. */
  readonly blindness: Hold | undefined;
};

/** Locks in which a guest may rest for months. */
const restingLocks = new Set(['', 'suspended', 'mounted']);

/** Consoles people leave open: they touch no volume. @see qemu-server, pve-manager: worker types */
const consoleTasks = new Set(['vncproxy', 'vncshell', 'spiceproxy', 'spiceshell', 'termproxy']);

/** What only exists while a backup runs. */
const isOfBackup = (volumeName: string) => ['fleecing', 'backup-snapshot'].includes(kindOfVolume(volumeName));

/** What /etc/pve alone tells, also of another cluster: guests that are locked, moved by HA, or have a snapshot in the making. */
export function movingIn({ guests, ha }: ClusterView): ReadonlyMap<number, string> {
  const moving = new Map<number, string>();
  for (const { vmid, lock, unfinished } of guests.status === 'known' ? guests.value : []) {
    const first = unfinished?.[0];
    if (first !== undefined) moving.set(vmid, `snapshot ${first} is half made or half deleted`);
    if (!restingLocks.has(lock)) moving.set(vmid, `locked (${lock})`);
  }
  for (const [vmid, state] of Object.entries(ha.status === 'known' ? ha.value : {})) moving.set(Number(vmid), `HA state ${state}`);
  return moving;
}

export function gatherInFlight(fresh: readonly FreshMember[]): InFlight {
  const moving = new Map<number, string>();
  const homes = new Map<number, string>();
  /** Nodes whose running tasks or changes could not be read: their guests may be in the middle of anything. */
  const blind = new Set<string>();
  let anonymous: string | undefined;
  let backup: string | undefined;
  // Members that see the same hold one view.
  for (const view of new Set(fresh.map((member) => member.view))) {
    for (const [vmid, says] of view === undefined ? [] : movingIn(view)) moving.set(vmid, says);
    for (const guest of view?.guests.status === 'known' ? view.guests.value : []) {
      const home = homes.get(guest.vmid);
      if (home !== undefined && home !== guest.node) moving.set(guest.vmid, 'its members disagree where it lives');
      homes.set(guest.vmid, guest.node);
    }
  }
  for (const { facts, name } of fresh) {
    if (facts.movedGuests.status === 'unknown' || facts.tasks.status === 'unknown') blind.add(facts.node || name);
    if (facts.movedGuests.status === 'known')
      for (const vmid of facts.movedGuests.value) moving.set(vmid, 'its configuration changed during the check-in');
    for (const { type, id } of facts.tasks.status === 'known' ? facts.tasks.value : []) {
      if (consoleTasks.has(type)) continue;
      const [, vmid] = /^([1-9][0-9]{2,8})(?:@.*)?$/.exec(id) ?? [];
      if (vmid !== undefined) moving.set(Number(vmid), `task ${type} on ${name}`);
      // It frees or wipes a volume and does not say which.
      else if (type === 'imgdel') anonymous = `task imgdel on ${name}`;
      // Of several guests; the one it works on is locked, and what it left of another it may still remove.
      else if (type === 'vzdump') backup = `task vzdump on ${name}`;
    }
  }
  const knowsHa = fresh.some(({ view }) => view?.ha.status === 'known');
  const [blindNode] = blind;
  return {
    blindness: blindNode === undefined ? undefined : { guest: undefined, says: `running tasks of ${blindNode} could not be read` },
    holdOf: (volumeNames, owners) => {
      const guests = [...volumeNames.map(guestOfVolume), ...owners.map(({ vmid }) => vmid)].filter((vmid) => vmid !== undefined);
      for (const guest of guests) {
        const says = moving.get(guest);
        if (says !== undefined) return { guest, says };
      }
      const [guest] = guests;
      if (anonymous !== undefined) return { guest, says: anonymous };
      if (backup !== undefined && volumeNames.some(isOfBackup)) return { guest, says: backup };
      if (!knowsHa) return { guest, says: "HA's state could not be read" };
      // Most tasks about a guest run where it lives; a disk is wiped, and a backup restored, anywhere.
      return blindNode === undefined ? undefined : { guest, says: `running tasks of ${blindNode} could not be read` };
    },
  };
}
