/** Reads, in one batch, everything a cluster's report is made from, at one revision. */
import {
  type Behind,
  type ClusterEvidence,
  type ClusterView,
  factsVersion,
  type Member,
  type Neighbour,
  type NodeFacts,
  type OpenVolumes,
} from '../analyzer';
import { rowsOf } from '../db/rows';
import type { TenantScope } from '../db/scope';
import { decodeStored } from '../db/stored-text';
import { type ClusterRow, selectCluster } from '../db/tenant/clusters';
import { type OpenRow, selectOpen } from '../db/tenant/findings';
import { type MemberRow, selectMembers } from '../db/tenant/states';
import { type NeighbourRow, selectNeighbours, selectViews, type ViewRow } from '../db/tenant/views';
import type { ClusterId } from '../ids';
import type { OpenFinding } from './reconcile';
import { severityWord } from './severity';

export type ClusterReading = {
  readonly cluster: ClusterRow;
  readonly evidence: ClusterEvidence;
  readonly open: readonly OpenFinding[];
};

/** As many statements as decodeReading takes results. */
export const readingStatements = 5;

export function selectReading(scope: TenantScope, clusterId: ClusterId, now: number): D1PreparedStatement[] {
  return [
    selectCluster(scope, clusterId),
    selectMembers(scope, clusterId, factsVersion),
    selectViews(scope, clusterId, factsVersion),
    selectNeighbours(scope, clusterId, factsVersion, now),
    selectOpen(scope, clusterId),
  ];
}

/** Undefined: there is no such cluster (any more). */
export function decodeReading(results: readonly D1Result<unknown>[], now: number): ClusterReading | undefined {
  const [clusters, members, views, neighbours, open] = results;
  const cluster = rowsOf<ClusterRow>(clusters)[0];
  if (cluster === undefined) return undefined;
  const viewOf = new Map(rowsOf<ViewRow>(views).map(({ digest, view }) => [digest, decodeStored<ClusterView>(view)]));
  const evidence = {
    clusterId: cluster.clusterId,
    members: rowsOf<MemberRow>(members).map((row) => toMember(row, viewOf)),
    neighbours: joinNeighbours(rowsOf<NeighbourRow>(neighbours)),
    now,
  };
  return { cluster, evidence, open: rowsOf<OpenRow>(open).map((row) => ({ ...row, severity: severityWord(row.severity) })) };
}

export async function readCluster(scope: TenantScope, clusterId: ClusterId, now: number): Promise<ClusterReading | undefined> {
  return decodeReading(await scope.db.batch(selectReading(scope, clusterId, now)), now);
}

function toMember(
  { facts, viewDigest, identitySharedAt, clockLevel, behind, openVolumes, ...row }: MemberRow,
  viewOf: ReadonlyMap<string, ClusterView>,
): Member {
  const metadata = JSON.parse(behind) as Behind;
  return {
    ...row,
    contact: { identitySharedAt, clockLevel, behind: metadata },
    facts: facts === null ? undefined : raiseKnown(decodeStored<NodeFacts>(facts), metadata),
    view: viewDigest === null ? undefined : viewOf.get(viewDigest),
    open: openVolumes === null ? undefined : readOpenVolumes(openVolumes),
  };
}

/** A short message repeats the state: what was known when it came counts for it, and not only what was when the state was sent. */
function raiseKnown(facts: NodeFacts, behind: Behind): NodeFacts {
  const entries = Object.entries(behind);
  if (entries.length === 0) return facts;
  const knownSeqno = { ...facts.knownSeqno };
  for (const [group, [known]] of entries) knownSeqno[group] = Math.max(known, knownSeqno[group] ?? 0);
  return { ...facts, knownSeqno };
}

/** As saveState keeps them: the first part of `owner.device` is the same on every node for the same owners. */
function readOpenVolumes(text: string): OpenVolumes {
  const volumes = JSON.parse(text) as Record<string, readonly [as: string, since: number]>;
  return new Map(Object.entries(volumes).map(([volume, [as, since]]) => [volume, { owner: as.slice(0, Math.max(0, as.indexOf('.'))), since }]));
}

/** Rows come ordered by cluster: one per fresh view, or one without. */
function joinNeighbours(rows: readonly NeighbourRow[]): Neighbour[] {
  const clusters = new Map<string, Neighbour & { readonly views: ClusterView[] }>();
  for (const { clusterId, name, groups, view, open, unheard } of rows) {
    const list = (text: string | null): readonly string[] => (text === null ? [] : (JSON.parse(text) as string[]));
    const first = { cluster: name, groups: [...new Set(list(groups))], views: [], open: list(open), unheard: list(unheard) };
    const known = clusters.get(clusterId) ?? first;
    if (view !== null) known.views.push(decodeStored<ClusterView>(view));
    clusters.set(clusterId, known);
  }
  return [...clusters.values()];
}
