/** What the fleet page reads: clusters with their customers and nodes, worst first, in two narrow statements. */
import type { ClusterId, NodeId, TenantId } from '../ids';
import { rowsOf } from './rows';
import type { FleetScope } from './scope';

export type FleetNode = {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly status: 'pending' | 'active';
  /** 0: no check-in yet. */
  readonly lastSeenAt: number;
  readonly intervalSeconds: number;
  readonly isSilent: boolean;
  readonly collector: string | null;
  /** JSON, at most 300 bytes. */
  readonly vitals: string;
};

export type FleetRow = {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
  readonly tenantName: string;
  readonly clusterId: ClusterId;
  /** Empty: no node enrolled yet. */
  readonly name: string;
  /** JSON: see parseSummary in findings/summary.ts. */
  readonly summary: string;
  /** Something changed that the summary does not show yet. */
  readonly isDirty: boolean;
  readonly nodes: readonly FleetNode[];
};

export type FleetPage = { readonly rows: readonly FleetRow[]; readonly total: number };

type ClusterLine = Omit<FleetRow, 'nodes' | 'isDirty'> & { readonly isDirty: number; readonly total: number };
type NodeLine = Omit<FleetNode, 'isSilent'> & { readonly isSilent: number; readonly tenantId: string; readonly clusterId: string };

export async function readFleet({ db, tenantIds }: FleetScope, page: { limit: number; offset: number }): Promise<FleetPage> {
  const inPage = `SELECT c.tenant_id AS tenantId, t.key AS tenantKey, t.name AS tenantName, c.cluster_id AS clusterId, c.name, c.summary,
      c.analysed_rev < c.evidence_rev AS isDirty, count(*) OVER () AS total
    FROM clusters c JOIN tenants t ON t.tenant_id = c.tenant_id AND t.status = 'active'
    WHERE c.tenant_id IN (SELECT value FROM json_each(?1))
    ORDER BY coalesce(json_extract(c.summary, '$.counts.critical'), 0) DESC, coalesce(json_extract(c.summary, '$.counts.warning'), 0) DESC,
      coalesce(json_extract(c.summary, '$.notChecked'), 0) DESC, t.name, c.name, c.cluster_id LIMIT ?2 OFFSET ?3`;
  const scope = JSON.stringify(tenantIds);
  const [clusters, nodes] = await db.batch([
    db.prepare(inPage).bind(scope, page.limit, page.offset),
    db
      .prepare(`SELECT n.tenant_id AS tenantId, n.cluster_id AS clusterId, n.node_id AS nodeId, n.name, n.status, n.last_seen_at AS lastSeenAt,
        n.interval_s AS intervalSeconds, n.silent AS isSilent, n.collector, n.vitals
      FROM (${inPage}) p CROSS JOIN nodes n ON n.tenant_id = p.tenantId AND n.cluster_id = p.clusterId
      WHERE n.status <> 'retired' ORDER BY n.name, n.node_id`)
      .bind(scope, page.limit, page.offset),
  ]);
  const byCluster = groupNodes(rowsOf<NodeLine>(nodes));
  const rows = rowsOf<ClusterLine>(clusters).map(({ total: _, isDirty, ...line }) => ({
    ...line,
    isDirty: isDirty !== 0,
    nodes: byCluster.get(`${line.tenantId}.${line.clusterId}`) ?? [],
  }));
  return { rows, total: rowsOf<ClusterLine>(clusters)[0]?.total ?? 0 };
}

function groupNodes(lines: readonly NodeLine[]): Map<string, FleetNode[]> {
  const groups = new Map<string, FleetNode[]>();
  for (const { tenantId, clusterId, isSilent, ...line } of lines) {
    const node = { ...line, isSilent: isSilent !== 0 };
    const group = groups.get(`${tenantId}.${clusterId}`);
    if (group === undefined) groups.set(`${tenantId}.${clusterId}`, [node]);
    else group.push(node);
  }
  return groups;
}
