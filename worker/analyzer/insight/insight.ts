/**
 * What a cluster's evidence tells beyond its findings: which numbers are blocked, where guests would start, what space
 * could be had back. Derived with every report and bounded; never stored with a finding, since it changes by itself.
 */
import type { ClusterContext } from '../cluster/cluster-context';
import { isQuorate } from '../cluster/cluster-context';
import type { Member } from '../cluster/cluster-evidence';
import type { Guest, StorageEntry } from '../facts';
import type { NodeInputs } from '../node/node-inputs';
import { longestName } from '../parse/volume-name';
import type { Found, NodeReport } from '../report-shape';
import type { Searched } from '../rule';
import { type CompleteView, completeView } from '../volumes/references';
import { isOffered } from '../volumes/storage-listing';
import { type GuestTable, tableGuests } from './guest-table';
import { type Landing, landGuests } from './landing';
import { firstFreeId, type NextIds, nextIdsOf } from './next-ids';
import { type Reclaimable, sumReclaimable } from './reclaimable';

export type Insight = {
  readonly ids: NextIds;
  readonly landing: Landing;
  /** Largest first. */
  readonly reclaimable: readonly Reclaimable[];
  readonly guests: GuestTable;
  readonly searched: Searched;
};

/** Guests and storages as the cluster has them now. */
export type Inventory = {
  readonly guests: readonly Guest[];
  readonly storages: readonly StorageEntry[];
  /** See Place. */
  readonly nextId: number | null;
  readonly searched: Searched;
};

/** Undefined: no quorate member has shown its guest configurations lately, so nothing can be said about guests. */
export function takeInventory(context: ClusterContext): Inventory | undefined {
  const trusted = context.fresh.find(({ facts, view }) => isQuorate(facts) && completeView(view) !== undefined);
  const view = completeView(trusted?.view);
  if (context.oneCluster.status === 'unknown' || trusted?.view === undefined || view === undefined) return undefined;
  const guests = guestsOfAll(context, view);
  return {
    guests,
    storages: view.storages,
    nextId: firstFreeId(trusted.view.nextId, new Set(guests.map(({ vmid }) => vmid))),
    searched: saySearched(guests, view.storages, context),
  };
}

type Judged = {
  readonly context: ClusterContext;
  readonly inputs: ReadonlyMap<Member, Pick<NodeInputs, 'mappings'>>;
  readonly nodes: readonly NodeReport[];
  readonly clusterFindings: readonly Found[];
};

export function gainInsight({ guests, storages, nextId, searched }: Inventory, { context, inputs, nodes, clusterFindings }: Judged): Insight {
  const findings = [...nodes.flatMap((node) => node.findings), ...clusterFindings];
  return {
    ids: nextIdsOf(nextId, new Set(guests.map(({ vmid }) => vmid)), nodes),
    landing: landGuests({ guests, storages, context, inputs }),
    reclaimable: sumReclaimable(clusterFindings),
    guests: tableGuests(guests, context, findings),
    searched,
  };
}

const maxStorages = 50;

function saySearched(guests: readonly Guest[], storages: readonly StorageEntry[], { grouping }: ClusterContext): Searched {
  const containers = guests.filter(({ type }) => type === 'lxc').length;
  return {
    vms: guests.length - containers,
    containers,
    nodes: grouping.listed?.length ?? 0,
    storages: storages
      .filter(isOffered)
      .slice(0, maxStorages)
      .map(({ id, vgname }) => ({ id: id.slice(0, longestName), group: vgname.slice(0, longestName) })),
  };
}

/** Every guest any fresh member knows, once: a number somebody uses is not free. */
function guestsOfAll({ fresh }: ClusterContext, first: CompleteView): readonly Guest[] {
  const guests = new Map(first.guests.map((guest) => [guest.vmid, guest]));
  for (const view of new Set(fresh.map((member) => member.view))) {
    for (const guest of completeView(view)?.guests ?? []) if (!guests.has(guest.vmid)) guests.set(guest.vmid, guest);
  }
  return [...guests.values()].sort((a, b) => a.vmid - b.vmid);
}
