/** What must outlive a message, per cluster: the highest seqno of each volume group, and what the cluster says it is. */
import type { ClusterId, NodeId } from '../../ids';
import type { TenantScope } from '../scope';
import { bindStored, messageIsStored, type StoredMessage } from './guards';

/** A node that shows ever new groups fills this and no more; nobody else's are kept out by it. */
const maxGroups = 1000;

/** Raises the highest known seqno of groups; a lower or equal one writes nothing, unless its node is no longer in. */
export function rememberSeqnos(
  scope: TenantScope,
  message: StoredMessage,
  seqnos: readonly (readonly [group: string, seqno: number])[],
  at: number,
): D1PreparedStatement {
  const sql = `INSERT INTO cluster_memory (tenant_id, cluster_id, key, value, by_node, at)
    SELECT ?1, ?5, 'vg:' || json_extract(value, '$[0]'), CAST(json_extract(value, '$[1]') AS TEXT), ?2, ?6 FROM json_each(?7) WHERE ${messageIsStored}
      AND (EXISTS (SELECT 1 FROM cluster_memory WHERE tenant_id = ?1 AND cluster_id = ?5 AND key = 'vg:' || json_extract(value, '$[0]'))
        OR (SELECT count(*) FROM cluster_memory WHERE tenant_id = ?1 AND cluster_id = ?5 AND key >= 'vg:' AND key < 'vg;' AND by_node = ?2) < ${maxGroups})
    ON CONFLICT (tenant_id, cluster_id, key) DO UPDATE SET value = excluded.value, by_node = excluded.by_node, at = excluded.at
      WHERE CAST(cluster_memory.value AS INTEGER) < CAST(excluded.value AS INTEGER)
        OR NOT EXISTS (SELECT 1 FROM nodes b WHERE b.tenant_id = ?1 AND b.node_id = cluster_memory.by_node AND b.status = 'active')`;
  return bindStored(scope, sql, message, at, JSON.stringify(seqnos));
}

/** As its first enrolled node said it; `cluster` null: a standalone node. */
export type RememberedMembership = { readonly cluster: string | null; readonly members: readonly string[]; readonly machineId: string };

export const membershipKey = 'membership';

/** A standalone node founded or joined a cluster: by its own word only, and never back. */
export function growMembership(
  scope: TenantScope,
  message: StoredMessage,
  grown: { readonly cluster: string; readonly members: readonly string[] },
  at: number,
): D1PreparedStatement {
  const sql = `UPDATE cluster_memory SET at = ?6, value = json_set(value, '$.cluster', ?7, '$.members', json(?8))
    WHERE tenant_id = ?1 AND cluster_id = ?5 AND key = '${membershipKey}' AND by_node = ?2 AND json_extract(value, '$.cluster') IS NULL AND ${messageIsStored}`;
  return bindStored(scope, sql, message, at, grown.cluster, JSON.stringify(grown.members));
}

/** Written once the node is in and active, which this statement proves for itself: one that waits for approval decides nothing. */
export function rememberMembership(
  { db, tenantId }: TenantScope,
  clusterId: ClusterId,
  nodeId: NodeId,
  publicKey: string,
  membership: RememberedMembership,
  at: number,
): D1PreparedStatement {
  const sql = `INSERT INTO cluster_memory (tenant_id, cluster_id, key, value, by_node, at)
    SELECT ?1, ?2, '${membershipKey}', ?5, ?3, ?6
    WHERE EXISTS (SELECT 1 FROM nodes WHERE tenant_id = ?1 AND node_id = ?3 AND public_key = ?4 AND status = 'active')
    ON CONFLICT (tenant_id, cluster_id, key) DO UPDATE SET value = excluded.value, by_node = excluded.by_node, at = excluded.at
      WHERE cluster_memory.value <> excluded.value`;
  return db.prepare(sql).bind(tenantId, clusterId, nodeId, publicKey, JSON.stringify(membership), at);
}
