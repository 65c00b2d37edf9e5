/** Reads, in one batch, everything a cluster's report is made from, at one revision. */
import { type ClusterEvidence, type ClusterView, factsVersion, type Member, type Neighbour, type NodeFacts } from '../analyzer';
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

function toMember({ facts, viewDigest, identitySharedAt, clockLevel, ...row }: MemberRow, viewOf: ReadonlyMap<string, ClusterView>): Member {
  const view = viewDigest === null ? undefined : viewOf.get(viewDigest);
  return { ...row, contact: { identitySharedAt, clockLevel }, facts: facts === null ? undefined : decodeStored<NodeFacts>(facts), view };
}

/** Rows come ordered by cluster: one per fresh view, or one without. */
function joinNeighbours(rows: readonly NeighbourRow[]): Neighbour[] {
  const clusters = new Map<string, { cluster: string; groups: string[]; views: ClusterView[] }>();
  for (const { clusterId, name, groups, view } of rows) {
    const known = clusters.get(clusterId) ?? { cluster: name, groups: [...new Set(JSON.parse(groups) as string[])], views: [] };
    if (view !== null) known.views.push(decodeStored<ClusterView>(view));
    clusters.set(clusterId, known);
  }
  return [...clusters.values()];
}
