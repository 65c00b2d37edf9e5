/** A node leaves: its key stops at once, its history stays, its cluster's report is made without it. */
import type { NodeId } from '../../ids';
import { didReturn, rowsOf } from '../rows';
import type { TenantScope } from '../scope';
import { auditStatement, whenChanged } from './audit';
import type { StoredMessage } from './guards';
import type { Speaker } from './nodes';
import { raiseWithNeighbours } from './views';

/** By its own signed word. False: the node's row is not the one that was read. */
export async function retireByItself(
  scope: TenantScope,
  message: StoredMessage,
  speaker: Speaker,
  { now, source }: { readonly now: number; readonly source: string },
): Promise<boolean> {
  const { db, tenantId } = scope;
  const retire = db
    .prepare(`UPDATE nodes SET status = 'retired', retired_at = ?5, retired_by = 'root', sequence = ?3, digest = ?4
      WHERE tenant_id = ?1 AND node_id = ?2 AND sequence = ?6 AND public_key = ?7 AND status = ?8 RETURNING node_id`)
    .bind(tenantId, message.nodeId, message.sequence, message.digest, now, speaker.sequence, speaker.publicKey, speaker.status);
  const event = { at: now, actor: `node:${message.nodeId}`, source, action: 'node.goodbye', subject: message.nodeId };
  const [retired] = await db.batch([
    retire,
    auditStatement(scope, { ...event, detail: { name: speaker.name, cluster: message.clusterId } }, whenChanged),
    raiseWithNeighbours(scope, message),
  ]);
  return didReturn(retired);
}

/** Another machine takes its name. Stands behind the statement that decided it, which changed one row. */
export function retireReplaced({ db, tenantId }: TenantScope, nodeId: NodeId, now: number): D1PreparedStatement {
  const sql = `UPDATE nodes SET status = 'retired', retired_at = ?3, retired_by = 'replaced'
    WHERE tenant_id = ?1 AND node_id = ?2 AND status <> 'retired' AND changes() = 1`;
  return db.prepare(sql).bind(tenantId, nodeId, now);
}

export type RemovedNode = {
  readonly nodeId: NodeId;
  readonly clusterId: string;
  readonly name: string;
  readonly lastSeenAt: number;
  readonly retiredAt: number;
  /** `root`, `replaced` or a user's id; null: removed before this was written down. */
  readonly retiredBy: string | null;
};

const selectRemoved = `SELECT node_id AS nodeId, cluster_id AS clusterId, name, last_seen_at AS lastSeenAt, coalesce(retired_at, 0) AS retiredAt, retired_by AS retiredBy
  FROM nodes WHERE tenant_id = ?1 AND status = 'retired'`;

export async function readRemoved({ db, tenantId }: TenantScope, nodeId: string): Promise<RemovedNode | undefined> {
  return (await db.prepare(`${selectRemoved} AND node_id = ?2`).bind(tenantId, nodeId).first<RemovedNode>()) ?? undefined;
}

/** Those of a cluster that left last. */
export async function listRemoved({ db, tenantId }: TenantScope, clusterId: string, limit: number): Promise<readonly RemovedNode[]> {
  const sql = `${selectRemoved} AND cluster_id = ?2 ORDER BY retired_at DESC, node_id LIMIT ?3`;
  return rowsOf<RemovedNode>(await db.prepare(sql).bind(tenantId, clusterId, limit).all());
}
