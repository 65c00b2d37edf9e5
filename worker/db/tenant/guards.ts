/**
 * D1 has no rollback on "0 rows", so every statement of a batch carries its own condition. Two batches, two guards.
 * Parameters they use come first; a statement's own begin behind them.
 */
import type { ClusterId, NodeId } from '../../ids';
import type { TenantScope } from '../scope';

type Value = string | number | null;

/** A message on its way into the database, as the node's row names it once it is in. */
export type StoredMessage = { readonly nodeId: NodeId; readonly clusterId: ClusterId; readonly sequence: number; readonly digest: string };

/** ?1 tenant, ?2 node, ?3 sequence, ?4 digest, ?5 cluster; own values from ?6. */
export const messageIsStored = 'EXISTS (SELECT 1 FROM nodes WHERE tenant_id = ?1 AND node_id = ?2 AND sequence = ?3 AND digest = ?4)';

export function bindStored({ db, tenantId }: TenantScope, sql: string, message: StoredMessage, ...values: Value[]): D1PreparedStatement {
  return db.prepare(sql).bind(tenantId, message.nodeId, message.sequence, message.digest, message.clusterId, ...values);
}

/** Who writes a report: one analysis of one revision. */
export type ReportMark = { readonly clusterId: ClusterId; readonly reportId: string };

/** ?1 tenant, ?2 cluster, ?3 report; own values from ?4. */
export const reportIsOurs = 'EXISTS (SELECT 1 FROM clusters WHERE tenant_id = ?1 AND cluster_id = ?2 AND report_id = ?3)';

export function bindReport({ db, tenantId }: TenantScope, sql: string, mark: ReportMark, ...values: Value[]): D1PreparedStatement {
  return db.prepare(sql).bind(tenantId, mark.clusterId, mark.reportId, ...values);
}
