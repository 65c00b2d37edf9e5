/** The few numbers that come with every check-in: the newest, and one of each hour of the last day. For the node's page. */
import type { NodeId } from '../../ids';
import type { Vitals } from '../../wire/snapshot';
import type { TenantScope } from '../scope';

export type Sample = { readonly at: number; readonly vitals: Vitals };

/** Oldest first; the last one is the newest check-in's. Empty: none yet. */
export async function readVitals({ db, tenantId }: TenantScope, nodeId: NodeId, since: number): Promise<readonly Sample[]> {
  // Ordered by the time, not by the slot: the ring begins somewhere in the week.
  const sql = `SELECT at, vitals FROM node_samples WHERE tenant_id = ?1 AND node_id = ?2 AND at >= ?3
    UNION ALL SELECT last_seen_at AS at, vitals FROM nodes WHERE tenant_id = ?1 AND node_id = ?2 AND last_seen_at > 0 ORDER BY at`;
  const result = await db.prepare(sql).bind(tenantId, nodeId, since).all<{ at: number; vitals: string }>();
  return result.results.map(({ at, vitals }) => ({ at, vitals: JSON.parse(vitals) as Vitals }));
}
