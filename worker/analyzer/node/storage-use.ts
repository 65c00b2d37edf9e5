/**
 * What the LVM storages of one node lie on, and which of its guests need it: for the rules that tell one cause where there
 * would be fifty symptoms.
 */
import type { ClusterContext } from '../cluster/cluster-context';
import type { FreshMember } from '../cluster/cluster-evidence';
import { type Evidence, known, type Unknown, whenKnown } from '../evidence';
import type { FailedTask, Guest, StorageEntry, ThinPool, VolumeGroup } from '../facts';
import { sayGuest } from '../volumes/references';
import { indexStorages, isOnLvm, placesOfReference } from '../volumes/volume-places';
import type { Ownership } from './node-inputs';

export type GroupUse = {
  /** The volume group, as storage.cfg calls it. */
  readonly name: string;
  /** Storages of type lvm and lvmthin on it that are enabled for this node. */
  readonly storages: readonly StorageEntry[];
  /** Groups of the name as this node's LVM shows them: none, one, or several. */
  readonly seen: readonly VolumeGroup[];
  /** Other members whose LVM shows a group of the name. */
  readonly elsewhere: readonly string[];
  /** Why another member may show one all the same; undefined: every one of them was read. */
  readonly unread: Unknown | undefined;
};

export type StorageUse = {
  /** In the order of storage.cfg. */
  readonly groups: readonly GroupUse[];
  /** Guests of this node that name volumes of the group, and which: by reference, not by what LVM shows. */
  usersOf(group: string): ReadonlyMap<Guest, ReadonlySet<string>>;
  readonly thinPools: Evidence<readonly ThinPool[]>;
  /** Empty where they could not be read: they only ever add to a finding. */
  readonly failedTasks: readonly FailedTask[];
  /** VMID -> status; empty where it could not be read. */
  readonly running: Readonly<Record<string, string>>;
};

const nobody: ReadonlyMap<Guest, ReadonlySet<string>> = new Map();

/** Known when this node's own LVM and its own, quorate view of /etc/pve are. */
export function findStorageUse({ facts, view }: FreshMember, cluster: ClusterContext, ownership: Evidence<Ownership>): Evidence<StorageUse> {
  const unread = whyUnread(cluster);
  return whenKnown(ownership, ({ guestsHere, isOfferedHere }) =>
    whenKnown(facts.groups, (groups) => {
      const storages = view?.storages.status === 'known' ? view.storages.value : [];
      let users: ReturnType<typeof indexUsers> | undefined;
      return known<StorageUse>({
        groups: groupStorages(storages.filter((storage) => isOnLvm(storage) && !storage.disabled && isOfferedHere(storage))).map((use) => ({
          ...use,
          seen: groups.filter(({ name }) => name === use.name),
          elsewhere: (cluster.nodesByGroup.get(use.name) ?? []).filter((other) => other !== facts.node),
          unread,
        })),
        // Made when it is first asked for: on a healthy node nobody does.
        usersOf: (group) => {
          users ??= indexUsers(guestsHere, indexStorages(storages));
          return users.get(group) ?? nobody;
        },
        thinPools: facts.thinPools,
        failedTasks: facts.failedTasks.status === 'known' ? facts.failedTasks.value : [],
        running: facts.running.status === 'known' ? facts.running.value : {},
      });
    }),
  );
}

/** A member's report that could not be read, or a member nobody hears. Asked on a node whose own report was read. */
function whyUnread({ fresh, absentMembers }: ClusterContext): Unknown | undefined {
  for (const { facts } of fresh) if (facts.groups.status === 'unknown') return facts.groups.why;
  return absentMembers.length === 0 ? undefined : { reason: 'not_enrolled', node: absentMembers.join(', ') };
}

function groupStorages(storages: readonly StorageEntry[]): readonly Pick<GroupUse, 'name' | 'storages'>[] {
  const byName = new Map<string, StorageEntry[]>();
  for (const storage of storages) {
    const same = byName.get(storage.vgname);
    if (storage.vgname === '') continue;
    if (same === undefined) byName.set(storage.vgname, [storage]);
    else same.push(storage);
  }
  return [...byName].map(([name, same]) => ({ name, storages: same }));
}

function indexUsers(guests: readonly Guest[], storages: ReadonlyMap<string, StorageEntry>): Map<string, Map<Guest, Set<string>>> {
  const users = new Map<string, Map<Guest, Set<string>>>();
  for (const guest of guests) {
    for (const { volume } of guest.references) {
      for (const key of placesOfReference(volume, storages, '').keys) {
        const slash = key.indexOf('/');
        if (slash < 1) continue;
        const [group, name] = [key.slice(0, slash), key.slice(slash + 1)];
        const ofGroup = users.get(group) ?? new Map<Guest, Set<string>>();
        const volumes = ofGroup.get(guest) ?? new Set<string>();
        users.set(group, ofGroup.set(guest, volumes.add(name)));
      }
    }
  }
  return users;
}

/** `VM 104`, `CT 200` in order of their numbers. */
export function sayGuests(guests: readonly Guest[]): readonly string[] {
  return [...guests].sort((a, b) => a.vmid - b.vmid).map((guest) => sayGuest(guest, guest.vmid));
}
