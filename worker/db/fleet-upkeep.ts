/** What cron looks for over all customers: nodes that fell silent, clusters whose report must be made again. */
import type { ClusterId, TenantId } from '../ids';
import { rowsOf } from './rows';
import type { FleetScope } from './scope';

const leastSilenceMilliseconds = 15 * 60_000;
const nodesPerTick = 200;

// Three intervals, at least 15 minutes. A node that never spoke is waiting, not silent.
const fellSilent = `SELECT tenant_id, node_id FROM nodes WHERE tenant_id IN (SELECT value FROM json_each(?1)) AND status = 'active' AND silent = 0
  AND last_seen_at > 0 AND last_seen_at + max(interval_s * 3000, ${leastSilenceMilliseconds}) < ?2 ORDER BY last_seen_at, tenant_id, node_id LIMIT ${nodesPerTick}`;

/** Marks them and raises their clusters, and clusters that share a volume group, in one batch. */
export async function markSilent({ db, tenantIds }: FleetScope, now: number): Promise<number> {
  const scope = JSON.stringify(tenantIds);
  const [, marked] = await db.batch([
    db
      .prepare(`WITH hit AS (SELECT DISTINCT n.tenant_id, n.cluster_id FROM nodes n WHERE (n.tenant_id, n.node_id) IN (${fellSilent})),
        sharing AS (SELECT theirs.tenant_id, theirs.cluster_id FROM hit JOIN group_clusters ours ON ours.tenant_id = hit.tenant_id AND ours.cluster_id = hit.cluster_id
          JOIN group_clusters theirs ON theirs.tenant_id = ours.tenant_id AND theirs.vg_uuid = ours.vg_uuid)
      UPDATE clusters SET evidence_rev = evidence_rev + 1
      WHERE (tenant_id, cluster_id) IN (SELECT tenant_id, cluster_id FROM hit UNION SELECT tenant_id, cluster_id FROM sharing)`)
      .bind(scope, now),
    db.prepare(`UPDATE nodes SET silent = 1 WHERE (tenant_id, node_id) IN (${fellSilent}) RETURNING node_id`).bind(scope, now),
  ]);
  return rowsOf(marked).length;
}

/** `since`: the last check-in of any member, because each one that is answered leaves the cluster with its report. */
export type ClusterToAnalyse = {
  readonly tenantId: TenantId;
  readonly clusterId: ClusterId;
  readonly evidenceRev: number;
  readonly analysedRev: number;
  readonly isDirty: boolean;
  readonly since: number;
};

const toAnalyse = `SELECT c.tenant_id AS tenantId, c.cluster_id AS clusterId, c.evidence_rev AS evidenceRev, c.analysed_rev AS analysedRev,
    c.analysed_rev < c.evidence_rev AS isDirty,
    coalesce((SELECT max(max(n.last_seen_at, n.enrolled_at)) FROM nodes n WHERE n.tenant_id = c.tenant_id AND n.cluster_id = c.cluster_id), c.created_at) AS since
  FROM clusters c WHERE c.tenant_id IN (SELECT value FROM json_each(?1)) AND c.evidence_rev > 0`;

/** Dirty, due or outdated clusters, oldest first; `skip`: clusters whose analysis failed last time come last. */
export async function listClustersToAnalyse(
  { db, tenantIds }: FleetScope,
  want: { now: number; catalogue: string; limit: number; skip: readonly string[] },
): Promise<readonly ClusterToAnalyse[]> {
  const sql = `${toAnalyse} AND (c.analysed_rev < c.evidence_rev OR c.recheck_at <= ?2 OR c.analysed_by <> ?3)
    ORDER BY c.cluster_id IN (SELECT value FROM json_each(?5)), since, c.tenant_id, c.cluster_id LIMIT ?4`;
  const rows = await db
    .prepare(sql)
    .bind(JSON.stringify(tenantIds), want.now, want.catalogue, want.limit, JSON.stringify(want.skip))
    .all<Omit<ClusterToAnalyse, 'isDirty'> & { isDirty: number }>();
  return rows.results.map((row) => ({ ...row, isDirty: row.isDirty !== 0 }));
}

/** Unix milliseconds; undefined: every report is up to date. */
export async function readOldestDirty({ db, tenantIds }: FleetScope): Promise<number | undefined> {
  const row = await db
    .prepare(`SELECT min(since) AS since FROM (${toAnalyse} AND c.analysed_rev < c.evidence_rev)`)
    .bind(JSON.stringify(tenantIds))
    .first<{ since: number | null }>();
  return row?.since ?? undefined;
}
