/** The facts a rule about one node may ask for, each known or not for a reason. */
import type { ClusterContext, Elsewhere } from '../cluster/cluster-context';
import { isQuorate } from '../cluster/cluster-context';
import type { FreshMember } from '../cluster/cluster-evidence';
import type { Hold, InFlight } from '../cluster/in-flight';
import { nameOf, type Presence } from '../cluster/presence';
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { Guest, LogicalVolume, NodeFacts, StorageEntry, VolumeGroup } from '../facts';
import { guestOfVolume, isConsumerVolume } from '../parse/volume-name';
import { completeView, type References, sayGuest } from '../volumes/references';
import { type DeviceTree, growTree } from './device-tree';
import { type JudgedMapping, judgeMappings } from './judged-mapping';
import { hasStayedBehind } from './stayed-behind';
import { findStorageUse, type StorageUse } from './storage-use';
import { type TrustedGroups, trustGroups } from './trusted-groups';

/** Facts of the node's own that rules take as they are. */
type OwnFacts = Pick<NodeFacts, 'tables' | 'groups' | 'running' | 'runningFor' | 'thinPools' | 'failedTasks' | 'cookies' | 'lvmLocks'>;

export type NodeInputs = OwnFacts & {
  readonly mappings: Evidence<readonly JudgedMapping[]>;
  /** How they lie on each other. */
  readonly tree: Evidence<DeviceTree>;
  /** Which guests own what, and where they live, by this node's own configuration of the same moment. */
  readonly ownership: Evidence<Ownership>;
  /** Volume groups in which absence proves something. */
  readonly trustedGroups: Evidence<TrustedGroups>;
  /** storage.cfg as this node sees it: every entry, also disabled ones and those of other nodes. */
  readonly storages: Evidence<readonly StorageEntry[]>;
  /** What the storages of this node lie on, and which of its guests need it. */
  readonly storageUse: Evidence<StorageUse>;
  /** What is under way and, as far as known, who owns what: for rules that stand without either. */
  readonly circumstances: Evidence<Circumstances>;
  /** Groups of which it reads older metadata than was known; empty for saved files. */
  readonly behind: Evidence<readonly GroupBehind[]>;
  /** How it speaks: known of every node, also of one nobody hears. */
  readonly presence: Evidence<Presence>;
};

export type GroupBehind = {
  readonly uuid: string;
  readonly group: string;
  readonly seqno: number;
  readonly known: number;
  readonly shownBy: string | null;
  readonly isOwnWord: boolean;
  readonly isShownByNobody: boolean;
  /** At two messages an interval apart, and of one group: it was not merely overtaken. */
  readonly hasStayed: boolean;
  readonly line: number;
};

export type Ownership = {
  readonly references: References;
  /** Guests that reference the volume, and the guest whose number its name carries. */
  ownersOf(group: VolumeGroup, volume: LogicalVolume): readonly Guest[];
  isHere(guest: Guest): boolean;
  /** Guests whose configuration lies here, by this node's own view. */
  readonly guestsHere: readonly Guest[];
  isOfferedHere(storage: StorageEntry): boolean;
  /** A path some guest here uses that may be any volume. */
  readonly opaqueHere: string | undefined;
  /** Two nodes or more show the volume; not known when a storage says shared and only one node does. */
  isShared(group: VolumeGroup, volume: LogicalVolume): Evidence<boolean>;
  /** The node is a member that nobody hears now. */
  isUnheard(node: string): boolean;
  /** Other clusters of the customer that see the group, and whether a guest of theirs names the volume. */
  readonly elsewhere: Elsewhere;
};

export type Circumstances = {
  readonly ownership: Evidence<Ownership>;
  readonly holdOf: InFlight['holdOf'];
  /** Does a QEMU or container of this number run on the node, wherever its configuration lies? */
  hasProcess(vmid: number): Evidence<boolean>;
  /** Devices that mappings use and the kernel does not have any more. */
  readonly goneDevices: Evidence<readonly string[]>;
  /** First number of Proxmox VE's release here; undefined: not known. */
  readonly release: number | undefined;
  /** Seconds its process had run when the node was read; 0: it has none. */
  runsFor(vmid: number): Evidence<number>;
  /** `VM 119`, `CT 200`, `guest 777`. */
  whoIs(vmid: number): string;
  /** For people: `VM 119: locked (backup)`. */
  sayHold(hold: Hold): string;
};

export function nodeInputs(member: FreshMember, cluster: ClusterContext, presence: Presence): NodeInputs {
  const ownership = findOwnership(member, cluster);
  const tree = whenKnown(member.facts.mappings, (list) => known(growTree(list)));
  const mappings = judgeMappings(member.facts, tree);
  const whoIs = (vmid: number) => (ownership.status === 'known' ? ownership.value.references.whoIs(vmid) : sayGuest(undefined, vmid));
  const { tables, groups, running, runningFor, thinPools, failedTasks, cookies, lvmLocks } = member.facts;
  return {
    ...{ tables, groups, running, runningFor, thinPools, failedTasks, cookies, lvmLocks },
    mappings,
    tree,
    ownership,
    trustedGroups: whenKnown(tree, (grown) => trustGroups(member.facts, mappings, grown)),
    storages: member.view?.storages ?? unknown({ reason: 'not_captured', capture: 'pve.storage' }),
    storageUse: findStorageUse(member, cluster, ownership),
    circumstances: known({
      ownership,
      holdOf: (names, owners) => cluster.inFlight.holdOf(names, owners) ?? holdOfBlind(member.facts),
      hasProcess: (vmid) => whenKnown(runningFor, (processes) => known(Object.hasOwn(processes, String(vmid)))),
      runsFor: (vmid) => {
        // Who is listed as stopped needs no look at the processes.
        if (runningFor.status === 'unknown' && running.status === 'known' && running.value[String(vmid)] === 'stopped') return known(0);
        return whenKnown(runningFor, (processes) => known(processes[String(vmid)] ?? 0));
      },
      goneDevices: member.facts.goneDevices,
      release: releaseOf(member.facts.pve.manager),
      whoIs,
      sayHold: ({ guest, says }) => (guest === undefined ? says : `${whoIs(guest)}: ${says}`),
    }),
    behind: whenKnown(groups, (list) => known(findBehind(member, list, cluster))),
    presence: known(presence),
  };
}

function findBehind(
  { nodeId, view, contact, lastSeenAt, intervalSeconds }: FreshMember,
  groups: readonly VolumeGroup[],
  cluster: ClusterContext,
): readonly GroupBehind[] {
  const behind = contact?.behind ?? {};
  return groups.flatMap((group): GroupBehind[] => {
    const { uuid, name, seqno, line } = group;
    const entry = Object.hasOwn(behind, uuid) ? behind[uuid] : undefined;
    if (entry === undefined || seqno >= entry[0]) return [];
    const [highest, since, by] = entry;
    const heard = [...cluster.fresh, ...cluster.silent];
    const shownBy = heard.find((other) => other.nodeId === by);
    const shows = ({ facts }: FreshMember) =>
      facts.groups.status === 'known' && facts.groups.value.some((one) => one.uuid === uuid && one.seqno >= highest);
    return [
      {
        ...{ uuid, group: name, seqno, known: highest, line },
        shownBy: shownBy === undefined ? null : nameOf(shownBy),
        isOwnWord: by === nodeId,
        isShownByNobody: !heard.some(shows),
        hasStayed: hasStayedBehind(since, lastSeenAt, intervalSeconds) && (by === nodeId || isMeantShared(group, view, cluster)),
      },
    ];
  });
}

/** Nodes made from one disk image have local groups of one uuid, and each counts by itself. */
function isMeantShared({ uuid, name, volumes }: VolumeGroup, view: FreshMember['view'], { seenBy }: ClusterContext): boolean {
  const storages = view?.storages.status === 'known' ? view.storages.value : [];
  if (storages.some(({ vgname, shared }) => vgname === name && shared)) return true;
  const shown = seenBy.get(uuid);
  return volumes.some((volume) => guestOfVolume(volume.name) !== undefined && (shown?.get(volume.uuid) ?? 0) >= 2);
}

/** `9` of `9.1.4` or `9.1.4~rc1`. */
function releaseOf(manager: string): number | undefined {
  const first = /^([0-9]{1,3})\./.exec(manager)?.[1];
  return first === undefined ? undefined : Number(first);
}

/**
 * A restore, clone or move onto this node is a task of this node, whoever owns the guest. Without quorum its /etc/pve stands
 * still: it does not see what the others lock and begin.
 */
function holdOfBlind({ tasks, movedGuests, membership }: FreshMember['facts']): Hold | undefined {
  const says =
    tasks.status === 'unknown' || movedGuests.status === 'unknown'
      ? 'running tasks of this node could not be read'
      : membership.status === 'unknown'
        ? 'whether this node has quorum could not be read'
        : membership.value.quorate
          ? undefined
          : 'this node has no quorum: the locks it sees may be old';
  return says === undefined ? undefined : { guest: undefined, says };
}

function findOwnership(member: FreshMember, cluster: ClusterContext): Evidence<Ownership> {
  const { facts, view } = member;
  return whenKnown(cluster.oneCluster, () => {
    if (facts.membership.status === 'unknown') return facts.membership;
    const here = facts.membership.value.node;
    if (!isQuorate(facts)) return unknown({ reason: 'no_quorum', node: here });
    const own = completeView(view);
    if (view === undefined || own === undefined) return whyNoView(view);
    const { homes } = view;
    if (homes.status === 'unknown') return homes;
    if (facts.mentions.status === 'unknown') return facts.mentions;
    const references = cluster.views.join([view], facts.mentions.value);
    const isHere = (guest: Guest) => guest.node === here || homes.value[String(guest.vmid)] === here;
    return known<Ownership>({
      references,
      ownersOf: (group, volume) => {
        // The number in a name of LINSTOR's or Kubernetes' says nothing about where it may be active.
        const named = isConsumerVolume(volume.name) ? undefined : references.guest(guestOfVolume(volume.name) ?? -1);
        return [...new Set([...references.guestsOf(group, volume), ...(named === undefined ? [] : [named])])];
      },
      isHere,
      guestsHere: own.guests.filter(isHere),
      isOfferedHere: ({ nodes }) => nodes.length === 0 || nodes.includes(here),
      opaqueHere: references.opaque.find(({ guest }) => guest === undefined || isHere(guest))?.path,
      isShared: ({ uuid, name }, volume) => {
        if ((cluster.seenBy.get(uuid)?.get(volume.uuid) ?? 0) >= 2) return known(true);
        if (!own.storages.some(({ vgname, shared }) => vgname === name && shared)) return known(false);
        return unknown({ reason: 'not_enrolled', node: cluster.absentMembers.join(', ') || `a second node with ${name}` });
      },
      isUnheard: (node) => cluster.absentMembers.includes(node),
      elsewhere: cluster.elsewhere,
    });
  });
}

function whyNoView(view: FreshMember['view']): Evidence<never> {
  for (const part of [view?.guests, view?.storages, view?.mentions]) if (part?.status === 'unknown') return part;
  return unknown({ reason: 'not_captured', capture: 'pve.guests' });
}
