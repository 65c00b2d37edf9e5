/** /etc/pve as members saw it, once per content; and which clusters of a customer see the same volume group. */
import type { TenantScope } from '../scope';
import { bindStored, messageIsStored, type StoredMessage } from './guards';

/** `view` as encodeStored made it. A view that is there already costs nothing. */
export function saveView(
  scope: TenantScope,
  message: StoredMessage,
  view: { digest: string; version: number; at: number; text: string },
): D1PreparedStatement {
  const sql = `INSERT INTO cluster_views (tenant_id, cluster_id, digest, at, version, view)
    SELECT ?1, ?5, ?6, ?7, ?8, ?9 WHERE ${messageIsStored} ON CONFLICT (tenant_id, cluster_id, digest)
      DO UPDATE SET version = excluded.version, view = excluded.view WHERE cluster_views.version <> excluded.version`;
  return bindStored(scope, sql, message, view.digest, view.at, view.version, view.text);
}

/** Volume groups this message shows, as a JSON array of uuids; known pairs cost nothing. */
export function saveGroups(scope: TenantScope, message: StoredMessage, groupUuids: readonly string[]): D1PreparedStatement {
  const sql = `INSERT INTO group_clusters (tenant_id, vg_uuid, cluster_id)
    SELECT ?1, value, ?5 FROM json_each(?6) WHERE ${messageIsStored} ON CONFLICT DO NOTHING`;
  return bindStored(scope, sql, message, JSON.stringify(groupUuids));
}

const sharesGroupWith = (cluster: string) => `SELECT theirs.cluster_id FROM group_clusters ours JOIN group_clusters theirs
  ON theirs.tenant_id = ours.tenant_id AND theirs.vg_uuid = ours.vg_uuid
  WHERE ours.tenant_id = ?1 AND ours.cluster_id = ${cluster} AND theirs.cluster_id <> ${cluster}`;

/**
 * Other clusters see this one's references and open volumes too. Stands right behind saveGroups and before saveState in the
 * batch: they are raised when a group is new here, when this node's view is not the one it had, or other volumes are open.
 */
export function raiseNeighbours(
  scope: TenantScope,
  message: StoredMessage,
  { viewDigest, openVolumes }: { readonly viewDigest: string; readonly openVolumes: string },
): D1PreparedStatement {
  const sql = `UPDATE clusters SET evidence_rev = evidence_rev + 1 WHERE tenant_id = ?1 AND cluster_id IN (${sharesGroupWith('?5')})
    AND ${messageIsStored} AND (changes() > 0 OR NOT EXISTS (
      SELECT 1 FROM node_states WHERE tenant_id = ?1 AND cluster_id = ?5 AND node_id = ?2 AND view_digest IS ?6
        AND (SELECT json_group_array(key) FROM json_each(coalesce(open_volumes, '{}'))) = (SELECT json_group_array(key) FROM json_each(?7))))`;
  return bindStored(scope, sql, message, viewDigest, openVolumes);
}

/** A node came back: its own cluster and those that count on its view. Stands right behind the statement that stores its message. */
export function raiseWithNeighbours(scope: TenantScope, message: StoredMessage): D1PreparedStatement {
  const sql = `UPDATE clusters SET evidence_rev = evidence_rev + 1
    WHERE tenant_id = ?1 AND (cluster_id = ?5 OR cluster_id IN (${sharesGroupWith('?5')})) AND changes() = 1 AND ${messageIsStored}`;
  return bindStored(scope, sql, message);
}

/** Some active member holds this view (`v`). */
const inUse = `EXISTS (SELECT 1 FROM nodes n JOIN node_states s ON s.tenant_id = n.tenant_id AND s.cluster_id = n.cluster_id AND s.node_id = n.node_id
    WHERE n.tenant_id = ?1 AND n.cluster_id = v.cluster_id AND n.status = 'active' AND s.view_digest = v.digest`;

export type ViewRow = { readonly digest: string; readonly view: string };

/** The distinct views the active members of a cluster hold. */
export function selectViews({ db, tenantId }: TenantScope, clusterId: string, factsVersion: number): D1PreparedStatement {
  const sql = `SELECT v.digest, v.view FROM cluster_views v WHERE v.tenant_id = ?1 AND v.cluster_id = ?2 AND v.version = ?3 AND ${inUse})`;
  return db.prepare(sql).bind(tenantId, clusterId, factsVersion);
}

/** One row per cluster that shares a volume group and each fresh view of it; `view` null: no fresh view at all. */
export type NeighbourRow = {
  readonly clusterId: string;
  readonly name: string;
  readonly groups: string;
  readonly view: string | null;
  /** JSON, in the first row of each cluster only: volumes its nodes have open, and its nodes that are not heard or did not say. */
  readonly open: string | null;
  readonly unheard: string | null;
};

const isFirst = 'row_number() OVER (PARTITION BY c.cluster_id ORDER BY v.digest) = 1';
const nodesOfNeighbour = `FROM nodes o LEFT JOIN node_states t ON t.tenant_id = o.tenant_id AND t.cluster_id = o.cluster_id AND t.node_id = o.node_id
  WHERE o.tenant_id = ?1 AND o.cluster_id = c.cluster_id AND o.status = 'active'`;
const openThere = `(SELECT json_group_array(DISTINCT k.key) FROM (SELECT t.open_volumes ${nodesOfNeighbour}) s, json_each(coalesce(s.open_volumes, '{}')) k)`;
/** Kept by a release that did not look, or more than was kept (ingest/open-volumes.ts). */
const unheardThere = `(SELECT json_group_array(o.name) ${nodesOfNeighbour}
  AND (t.open_volumes IS NULL OR json_extract(t.open_volumes, '$.more') IS NOT NULL OR o.last_seen_at < ?4 - max(o.interval_s * 3, 900) * 1000))`;

/** Fresh as freshForMs says: a member that holds it was heard within three intervals, at least 15 minutes. */
export function selectNeighbours({ db, tenantId }: TenantScope, clusterId: string, factsVersion: number, now: number): D1PreparedStatement {
  const sql = `SELECT c.cluster_id AS clusterId, c.name, g.groups, v.view,
      CASE WHEN ${isFirst} THEN ${openThere} END AS open, CASE WHEN ${isFirst} THEN ${unheardThere} END AS unheard FROM (
      SELECT theirs.cluster_id, json_group_array(theirs.vg_uuid) AS groups FROM group_clusters ours JOIN group_clusters theirs
        ON theirs.tenant_id = ours.tenant_id AND theirs.vg_uuid = ours.vg_uuid AND theirs.cluster_id <> ours.cluster_id
      WHERE ours.tenant_id = ?1 AND ours.cluster_id = ?2 GROUP BY theirs.cluster_id) g
    JOIN clusters c ON c.tenant_id = ?1 AND c.cluster_id = g.cluster_id
    LEFT JOIN cluster_views v ON v.tenant_id = ?1 AND v.cluster_id = g.cluster_id AND v.version = ?3
      AND ${inUse} AND n.last_seen_at >= ?4 - max(n.interval_s * 3, 900) * 1000)
    WHERE EXISTS (SELECT 1 FROM nodes a WHERE a.tenant_id = ?1 AND a.cluster_id = g.cluster_id AND a.status = 'active')
    ORDER BY c.cluster_id, v.digest`;
  return db.prepare(sql).bind(tenantId, clusterId, factsVersion, now);
}
