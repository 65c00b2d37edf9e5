/** Enrolment tokens: made with their cluster, read with all that decides an enrolment, taken by one conditional write. */
import type { ClusterId, NodeId } from '../../ids';
import { rowsOf } from '../rows';
import type { TenantScope } from '../scope';
import { auditStatement, whenChanged } from './audit';
import { membershipKey, type RememberedMembership, rememberMembership } from './memory';
import { retireReplaced } from './removal';

export type NewToken = {
  readonly tokenId: string;
  readonly secretHash: string;
  readonly clusterId: ClusterId;
  /** The cluster is made with the token and names itself at the first enrolment. */
  readonly makeCluster: boolean;
  readonly uses: number;
  readonly expiresAt: number;
  readonly autoApprove: boolean;
  readonly madeBy: string;
  readonly source: string;
  readonly now: number;
};

/** False: there is no such cluster. */
export async function insertToken(scope: TenantScope, token: NewToken): Promise<boolean> {
  const { db, tenantId } = scope;
  const { clusterId, tokenId, now, madeBy: actor, source, uses, expiresAt } = token;
  const audit = (action: string, subject: string, detail: Record<string, unknown>) =>
    auditStatement(scope, { at: now, actor, source, action, subject, detail }, whenChanged);
  const cluster = db.prepare("INSERT INTO clusters (tenant_id, cluster_id, name, created_at) VALUES (?1, ?2, '', ?3)").bind(tenantId, clusterId, now);
  const insert = db
    .prepare(`INSERT INTO enrolment_tokens (tenant_id, token_id, cluster_id, secret_hash, uses_left, expires_at, auto_approve, made_by)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM clusters WHERE tenant_id = ?1 AND cluster_id = ?3) RETURNING token_id`)
    .bind(tenantId, tokenId, clusterId, token.secretHash, uses, expiresAt, token.autoApprove ? 1 : 0, actor);
  const first = token.makeCluster ? [cluster, audit('cluster.create', clusterId, {})] : [];
  const results = await db.batch([...first, insert, audit('token.create', tokenId, { cluster: clusterId, uses, expiresAt })]);
  return rowsOf(results[first.length]).length === 1;
}

export type EnrolledNode = {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly clusterName: string;
  readonly publicKey: string;
  readonly status: 'pending' | 'active' | 'retired';
  readonly machineId: string | null;
  readonly enrolledAt: number;
  /** 0: not heard yet. */
  readonly lastSeenAt: number;
  readonly sequence: number;
  readonly silent: number;
};

export type TokenRead = {
  readonly tokenId: string;
  readonly clusterId: ClusterId;
  readonly clusterName: string;
  readonly secretHash: string;
  readonly usesLeft: number;
  readonly expiresAt: number;
  readonly autoApprove: number;
  /** The remembered membership as stored: guards the write. */
  readonly membership: string | null;
};

/** The token with its cluster, and every node that could stand in the way: of that cluster, or with that key. */
export async function readTokenAndNodes(
  { db, tenantId }: TenantScope,
  tokenId: string,
  publicKey: string,
): Promise<{ token: TokenRead | undefined; nodes: readonly EnrolledNode[] }> {
  const [tokens, nodes] = await db.batch([
    db
      .prepare(`SELECT k.token_id AS tokenId, k.cluster_id AS clusterId, c.name AS clusterName, k.secret_hash AS secretHash, k.uses_left AS usesLeft,
        k.expires_at AS expiresAt, k.auto_approve AS autoApprove, m.value AS membership
      FROM enrolment_tokens k JOIN clusters c ON c.tenant_id = k.tenant_id AND c.cluster_id = k.cluster_id
      LEFT JOIN cluster_memory m ON m.tenant_id = k.tenant_id AND m.cluster_id = k.cluster_id AND m.key = '${membershipKey}'
      WHERE k.tenant_id = ?1 AND k.token_id = ?2`)
      .bind(tenantId, tokenId),
    db
      .prepare(`SELECT n.node_id AS nodeId, n.name, n.cluster_id AS clusterId, c.name AS clusterName, n.public_key AS publicKey, n.status,
        n.machine_id AS machineId, n.enrolled_at AS enrolledAt, n.last_seen_at AS lastSeenAt, n.sequence, n.silent
      FROM nodes n JOIN clusters c ON c.tenant_id = n.tenant_id AND c.cluster_id = n.cluster_id
      WHERE n.tenant_id = ?1 AND (n.public_key = ?3 OR (n.status <> 'retired' AND n.cluster_id =
        (SELECT cluster_id FROM enrolment_tokens WHERE tenant_id = ?1 AND token_id = ?2))) ORDER BY n.name, n.node_id`)
      .bind(tenantId, tokenId, publicKey),
  ]);
  return { token: rowsOf<TokenRead>(tokens)[0], nodes: rowsOf<EnrolledNode>(nodes) };
}

export type Enrolment = {
  readonly token: TokenRead;
  readonly nodeId: NodeId;
  /** The node is here already, on this machine, with a key it no longer has. */
  readonly replacesKey: boolean;
  /** A node of this name that has fallen silent and makes room, if it still has. */
  readonly replaces: Pick<EnrolledNode, 'nodeId' | 'sequence'> | undefined;
  readonly name: string;
  readonly clusterName: string;
  readonly publicKey: string;
  readonly machineId: string;
  readonly collector: string;
  readonly protocol: number;
  readonly membership: RememberedMembership;
  readonly source: string;
  readonly now: number;
};

/** Takes one use and lets the node in, all or nothing. False: something is no longer as it was read. */
export async function takeTokenForNode(scope: TenantScope, enrolment: Enrolment): Promise<boolean> {
  const { db, tenantId } = scope;
  const { token, nodeId, name, publicKey, now, source, replacesKey, replaces, machineId, collector, protocol } = enrolment;
  const take = db
    .prepare(`UPDATE enrolment_tokens SET uses_left = uses_left - 1
      WHERE tenant_id = ?1 AND token_id = ?2 AND secret_hash = ?3 AND uses_left > 0 AND expires_at > ?4
        AND NOT EXISTS (SELECT 1 FROM nodes WHERE tenant_id = ?1 AND public_key = ?5)
        AND (SELECT value FROM cluster_memory WHERE tenant_id = ?1 AND cluster_id = ?6 AND key = '${membershipKey}') IS ?7
        AND ?8 = (SELECT count(*) FROM nodes WHERE tenant_id = ?1 AND cluster_id = ?6 AND name = ?9 AND status <> 'retired')
        AND (?10 IS NULL OR EXISTS (SELECT 1 FROM nodes WHERE tenant_id = ?1 AND node_id = ?10 AND sequence = ?11 AND status <> 'retired')) RETURNING token_id`)
    .bind(
      tenantId,
      token.tokenId,
      token.secretHash,
      now,
      publicKey,
      token.clusterId,
      token.membership,
      replacesKey || replaces ? 1 : 0,
      name,
      replaces?.nodeId ?? null,
      replaces?.sequence ?? null,
    );
  const status = token.autoApprove === 1 ? 'active' : 'pending';
  const insert = db
    .prepare(`INSERT INTO nodes (tenant_id, node_id, cluster_id, name, status, public_key, machine_id, collector, protocol, enrolled_at)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE changes() = 1`)
    .bind(tenantId, nodeId, token.clusterId, name, status, publicKey, machineId, collector, protocol, now);
  // The count goes on: what an earlier key signed is never new again. The state is asked for anew.
  const rekey = db
    .prepare(`UPDATE nodes SET public_key = ?3, next_public_key = NULL, digest = '', state_hash = '', raw_key = NULL, collector = ?4, protocol = ?5,
        boot_id = NULL, previous_boot_id = NULL, earlier_boots = '', identity_shared_at = NULL, clock_seen = 0, clock_level = 0
      WHERE tenant_id = ?1 AND node_id = ?2 AND changes() = 1`)
    .bind(tenantId, nodeId, publicKey, collector, protocol);
  const action = replacesKey ? 'node.replace-key' : 'node.enrol';
  const nameCluster = db
    .prepare(`UPDATE clusters SET name = CASE name WHEN '' THEN ?3 ELSE name END, evidence_rev = evidence_rev + 1
      WHERE tenant_id = ?1 AND cluster_id = ?2 AND EXISTS (SELECT 1 FROM nodes WHERE tenant_id = ?1 AND node_id = ?4 AND public_key = ?5 AND status = 'active')`)
    .bind(tenantId, token.clusterId, enrolment.clusterName, nodeId, publicKey);
  const audit = (what: string, subject: string) =>
    auditStatement(
      scope,
      { at: now, actor: `token:${token.tokenId}`, source, action: what, subject, detail: { name, cluster: token.clusterId, status } },
      whenChanged,
    );
  const makeRoom = replaces && [retireReplaced(scope, replaces.nodeId, now), audit('node.replace', replaces.nodeId)];
  const results = await db.batch([
    take,
    ...(makeRoom ?? []),
    replacesKey ? rekey : insert,
    audit(action, nodeId),
    rememberMembership(scope, token.clusterId, nodeId, publicKey, enrolment.membership, now),
    nameCluster,
  ]);
  return rowsOf(results[0]).length === 1;
}

/** For the text of a token that is used up: how many it was made for, and whom it let in. */
export async function readTokenUses({ db, tenantId }: TenantScope, tokenId: string): Promise<{ uses: number; names: readonly string[] }> {
  const row = await db
    .prepare(`SELECT (SELECT json_extract(detail, '$.uses') FROM audit_events WHERE tenant_id = ?1 AND action = 'token.create' AND subject = ?2) AS uses,
      (SELECT json_group_array(json_extract(detail, '$.name') ORDER BY seq) FROM audit_events
        WHERE tenant_id = ?1 AND actor = 'token:' || ?2 AND action IN ('node.enrol', 'node.replace-key')) AS names`)
    .bind(tenantId, tokenId)
    .first<{ uses: number | null; names: string }>();
  const names = JSON.parse(row?.names ?? '[]') as string[];
  return { uses: row?.uses ?? names.length, names };
}
