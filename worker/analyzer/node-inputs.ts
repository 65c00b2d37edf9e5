/** The facts a rule about one node may ask for, each known or not for a reason. */
import type { ClusterContext, FreshMember } from './cluster-context';
import { isQuorate } from './cluster-context';
import { type Evidence, known, unknown, whenKnown } from './evidence';
import type { Guest, LogicalVolume, VolumeGroup } from './facts';
import { type JudgedMapping, judgeMappings } from './judged-mapping';
import { guestOfVolume } from './parse/volume-name';
import { completeView, indexReferences, type References } from './references';

export type NodeInputs = {
  readonly mappings: Evidence<readonly JudgedMapping[]>;
  /** Which guests own what, and where they live, by this node's own configuration of the same moment. */
  readonly ownership: Evidence<Ownership>;
  /** What is under way and, as far as known, who owns what: for rules that stand without either. */
  readonly circumstances: Evidence<Circumstances>;
};

export type Ownership = {
  /** Guests that reference the volume, and the guest whose number its name carries. */
  ownersOf(groupName: string, volumeName: string): readonly Guest[];
  readonly references: References;
  isHere(guest: Guest): boolean;
  /** Two nodes or more show the volume; not known when a storage says shared and only one node does. */
  isShared(group: VolumeGroup, volume: LogicalVolume): Evidence<boolean>;
};

export type Circumstances = {
  readonly ownership: Evidence<Ownership>;
  /** Why nothing may be done about a volume now; undefined: nothing is known to be under way. */
  holdOf(volumeName: string, owners: readonly Guest[]): { readonly guest: number; readonly says: string } | undefined;
};

export function nodeInputs(member: FreshMember, cluster: ClusterContext): NodeInputs {
  const ownership = findOwnership(member, cluster);
  return { mappings: judgeMappings(member.facts), ownership, circumstances: known({ ownership, holdOf: findHolds(member, cluster) }) };
}

function findOwnership(member: FreshMember, cluster: ClusterContext): Evidence<Ownership> {
  const { facts, view } = member;
  return whenKnown(cluster.oneCluster, () => {
    if (facts.membership.status === 'unknown') return facts.membership;
    const here = facts.membership.value.node;
    if (!isQuorate(facts)) return unknown({ reason: 'no_quorum', node: here });
    const own = completeView(view);
    if (view === undefined || own === undefined) return whyNoView(view);
    const homes = view.homes;
    if (homes.status === 'unknown') return homes;
    if (facts.mentions.status === 'unknown') return facts.mentions;
    const references = indexReferences([own], facts.mentions.value);
    return known<Ownership>({
      references,
      ownersOf: (group, volume) => {
        const named = references.guest(guestOfVolume(volume) ?? -1);
        return [...new Set([...references.guestsOf(group, volume), ...(named === undefined ? [] : [named])])];
      },
      isHere: (guest) => guest.node === here || homes.value[String(guest.vmid)] === here,
      isShared: ({ uuid, name }, volume) => {
        if ((cluster.seenBy.get(`${uuid}${volume.uuid}`) ?? 0) >= 2) return known(true);
        const says = references.storages.find(({ vgname, shared }) => vgname === name && shared);
        if (says === undefined) return known(false);
        return unknown({ reason: 'not_enrolled', node: cluster.absentMembers.join(', ') || `a second node with ${name}` });
      },
    });
  });
}

function whyNoView(view: FreshMember['view']): Evidence<never> {
  for (const part of [view?.guests, view?.storages, view?.mentions]) if (part?.status === 'unknown') return part;
  return unknown({ reason: 'not_captured', capture: 'pve.guests' });
}

function findHolds({ facts, view }: FreshMember, cluster: ClusterContext): Circumstances['holdOf'] {
  const blind = [facts.tasks, facts.movedGuests, view?.ha ?? unknown({ reason: 'not_mounted' })].find(({ status }) => status === 'unknown');
  return (volume, owners) => {
    const guests = [guestOfVolume(volume), ...owners.map(({ vmid }) => vmid)].filter((vmid) => vmid !== undefined);
    for (const guest of guests) {
      const says = cluster.inFlight.get(guest);
      if (says !== undefined) return { guest, says };
    }
    if (cluster.freeing && volume.startsWith('del-')) return { guest: guests[0] ?? 0, says: 'task imgdel' };
    return blind === undefined ? undefined : { guest: guests[0] ?? 0, says: 'running tasks and locks of this node could not be read' };
  };
}
