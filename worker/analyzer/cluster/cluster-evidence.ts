/** What a cluster's report is made from: its members' facts and views, its neighbours, the time. */
import type { ClusterView, NodeFacts } from '../facts';

/**
 * Groups (uuid) of which a node reads older metadata than was known: the number known at the first message that showed it, when
 * that was (Unix milliseconds), and the id of the node that had shown the number.
 */
export type Behind = Readonly<Record<string, readonly [known: number, since: number, by: string]>>;

/** What the server observed of how a node speaks. */
export type Contact = {
  /** Unix milliseconds: when a boot id came back that another had replaced. Null: never. */
  readonly identitySharedAt: number | null;
  /** See clock-level.ts. */
  readonly clockLevel: number;
  readonly behind?: Behind | undefined;
};

/**
 * Volume uuid -> since when (Unix milliseconds, the server's clock) every stored state of the node said that it is open: of the
 * same device, boot and owners, which live where they lived, with nothing under way. `owner`: equal on two nodes when they name
 * the same owners in the same homes; empty: nobody's, or something was under way.
 */
export type OpenVolumes = ReadonlyMap<string, { readonly owner: string; readonly since: number }>;

export type Member = {
  readonly nodeId: string;
  readonly name: string;
  /** Undefined: no state yet, or stored in an outdated shape. */
  readonly facts: NodeFacts | undefined;
  /** The member's own view of the same snapshot. */
  readonly view: ClusterView | undefined;
  /** Unix milliseconds of the last accepted message. */
  readonly lastSeenAt: number;
  readonly intervalSeconds: number;
  /** What it has open, with a memory; undefined: a saved file, or kept by a release that did not look. */
  readonly open?: OpenVolumes | undefined;
  /** Undefined: a saved file, not a node that checks in. */
  readonly contact?: Contact | undefined;
};

/** A member whose facts are there; whether they are fresh, its place in ClusterContext says. */
export type FreshMember = Member & { readonly facts: NodeFacts };

export type Neighbour = {
  /** Its name, for people. */
  readonly cluster: string;
  /** Uuids (32 characters) of the shared groups. */
  readonly groups: readonly string[];
  /** Fresh views of its members; none: nothing is said about unused volumes of those groups. */
  readonly views: readonly ClusterView[];
  /** Uuids of volumes its nodes have open, now or when they were heard last. */
  readonly open?: readonly string[];
  /** Its nodes of which that is not known, or not known now. */
  readonly unheard?: readonly string[];
};

export type ClusterEvidence = {
  readonly clusterId: string;
  /** Active nodes only: a pending or retired one enters no conclusion. */
  readonly members: readonly Member[];
  /** Other clusters of the customer that see a volume group of this one: their references count too. */
  readonly neighbours: readonly Neighbour[];
  /** Unix milliseconds. */
  readonly now: number;
};
