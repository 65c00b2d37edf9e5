/** What must outlive a message, per cluster: the highest seqno of each volume group, and what the cluster says it is. */
import type { ClusterId, NodeId } from '../../ids';
import type { TenantScope } from '../scope';
import { bindStored, messageIsStored, type StoredMessage } from './guards';

/** Raises the highest known seqno of groups; a lower or equal one writes nothing. */
export function rememberSeqnos(
  scope: TenantScope,
  message: StoredMessage,
  seqnos: readonly (readonly [group: string, seqno: number])[],
  at: number,
): D1PreparedStatement {
  const sql = `INSERT INTO cluster_memory (tenant_id, cluster_id, key, value, by_node, at)
    SELECT ?1, ?5, 'vg:' || json_extract(value, '$[0]'), CAST(json_extract(value, '$[1]') AS TEXT), ?2, ?6 FROM json_each(?7) WHERE ${messageIsStored}
    ON CONFLICT (tenant_id, cluster_id, key) DO UPDATE SET value = excluded.value, by_node = excluded.by_node, at = excluded.at
      WHERE CAST(cluster_memory.value AS INTEGER) < CAST(excluded.value AS INTEGER)`;
  return bindStored(scope, sql, message, at, JSON.stringify(seqnos));
}

/** As its first enrolled node said it; `cluster` null: a standalone node. */
export type RememberedMembership = { readonly cluster: string | null; readonly members: readonly string[]; readonly machineId: string };

export const membershipKey = 'membership';

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
