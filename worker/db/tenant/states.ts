/** The newest parsed state of each node, replaced in place. Older states live in the raw store only. */
import type { NodeId } from '../../ids';
import type { TenantScope } from '../scope';
import { bindStored, messageIsStored, type StoredMessage } from './guards';

export type StoredState = {
  readonly at: number;
  readonly factsVersion: number;
  readonly viewDigest: string | null;
  /** Capture id -> { status, bytes, ms }. */
  readonly captures: string;
  /** As encodeStored made it. */
  readonly facts: string;
  /** JSON of the analyzer's NodeReadings, at most 4 KB; `{}`: of a release that kept none. */
  readonly readings: string;
};

export type NewStoredState = StoredState & {
  /** JSON: group uuid -> vg_seqno. */
  readonly seqnos: string;
  /** JSON: volume uuid -> as what it is open, see ingest/open-volumes.ts. Since when, this statement finds out. */
  readonly openVolumes: string;
};

const sinceBefore = `json_extract(node_states.open_volumes, '$."' || v.key || '"[1]')`;
const asBefore = `json_extract(node_states.open_volumes, '$."' || v.key || '"[0]')`;

/** What was open as the same before keeps its time; everything else is open since this message. */
export function saveState(scope: TenantScope, message: StoredMessage, state: NewStoredState): D1PreparedStatement {
  const { at, factsVersion, viewDigest, captures, facts, readings, seqnos, openVolumes } = state;
  const sql = `INSERT INTO node_states (tenant_id, cluster_id, node_id, sequence, at, facts_version, view_digest, captures, facts, readings, seqnos, open_volumes)
    SELECT ?1, ?5, ?2, ?3, ?6, ?7, ?8, ?9, ?10, ?11, ?12, (SELECT json_group_object(v.key, json_array(v.value, ?6)) FROM json_each(?13) v) WHERE ${messageIsStored}
    ON CONFLICT (tenant_id, cluster_id, node_id) DO UPDATE SET sequence = excluded.sequence, at = excluded.at, facts_version = excluded.facts_version,
      view_digest = excluded.view_digest, captures = excluded.captures, facts = excluded.facts, readings = excluded.readings, seqnos = excluded.seqnos,
      open_volumes = (SELECT json_group_object(v.key, json_array(v.value, CASE WHEN ${asBefore} = v.value THEN ${sinceBefore} ELSE ?6 END)) FROM json_each(?13) v)`;
  return bindStored(scope, sql, message, at, factsVersion, viewDigest, captures, facts, readings, seqnos, openVolumes);
}

export type NodeStateRow = StoredState & { readonly sequence: number };

/** For the node's page. */
export async function readState({ db, tenantId }: TenantScope, clusterId: string, nodeId: NodeId): Promise<NodeStateRow | undefined> {
  const sql = `SELECT sequence, at, facts_version AS factsVersion, view_digest AS viewDigest, captures, facts, readings
    FROM node_states WHERE tenant_id = ?1 AND cluster_id = ?2 AND node_id = ?3`;
  return (await db.prepare(sql).bind(tenantId, clusterId, nodeId).first<NodeStateRow>()) ?? undefined;
}

export type MemberRow = {
  readonly nodeId: string;
  readonly name: string;
  readonly lastSeenAt: number;
  readonly intervalSeconds: number;
  readonly identitySharedAt: number | null;
  readonly clockLevel: number;
  /** JSON: the analyzer's Behind. */
  readonly behind: string;
  /** JSON: volume uuid -> [as what, since]; null: not known. */
  readonly openVolumes: string | null;
  /** Null: no state, or one of another facts version. */
  readonly facts: string | null;
  readonly viewDigest: string | null;
};

/** Active nodes of a cluster with their newest facts, if those are of this version. ?3 facts version. */
export function selectMembers({ db, tenantId }: TenantScope, clusterId: string, factsVersion: number): D1PreparedStatement {
  const sql = `SELECT n.node_id AS nodeId, n.name, n.last_seen_at AS lastSeenAt, n.interval_s AS intervalSeconds,
      n.identity_shared_at AS identitySharedAt, n.clock_level AS clockLevel, n.behind, s.open_volumes AS openVolumes, s.facts, s.view_digest AS viewDigest
    FROM nodes n LEFT JOIN node_states s
      ON s.tenant_id = n.tenant_id AND s.cluster_id = n.cluster_id AND s.node_id = n.node_id AND s.facts_version = ?3
    WHERE n.tenant_id = ?1 AND n.cluster_id = ?2 AND n.status = 'active' ORDER BY n.node_id`;
  return db.prepare(sql).bind(tenantId, clusterId, factsVersion);
}
