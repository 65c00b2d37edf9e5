/** The row of a node: read once and written once per message. No indexed column is ever assigned here. */
import type { Behind } from '../../analyzer';
import type { ClusterId, NodeId } from '../../ids';
import { err, ok, type Result } from '../../result';
import type { TenantScope } from '../scope';
import { bindStored, messageIsStored, type StoredMessage } from './guards';

/** Everything a message is judged by before it is read. */
export type Speaker = {
  readonly nodeId: NodeId;
  readonly clusterId: ClusterId;
  readonly name: string;
  readonly status: 'pending' | 'active';
  readonly publicKey: string;
  readonly sequence: number;
  readonly digest: string;
  readonly lastSeenAt: number;
  readonly intervalSeconds: number;
  readonly isSilent: boolean;
  readonly stateHash: string;
  readonly stateAt: number | null;
  /** Where the newest full message is kept; null: it is not. */
  readonly rawKey: string | null;
  /** Null: it has not spoken yet, or not with this key. */
  readonly bootId: string | null;
  /** As ingest/contact.ts keeps them. */
  readonly earlierBoots: string;
  readonly identitySharedAt: number | null;
  readonly clockSeen: number;
  readonly clockLevel: number;
  /** Null: no state stored yet. */
  readonly factsVersion: number | null;
  readonly cluster: { readonly name: string; readonly evidenceRev: number; readonly analysedRev: number; readonly analysedBy: string };
  readonly tenantName: string;
  readonly tenantKey: string;
  /** Open findings of this node. */
  readonly open: { readonly critical: number; readonly warning: number; readonly info: number };
  /** Of the cluster's volume groups, as nodes said it that are still in. */
  readonly knownSeqno: KnownSeqnos;
  /** Group uuid -> vg_seqno, of the stored state. */
  readonly ownSeqno: Readonly<Record<string, number>>;
  /** As ingest/behind.ts keeps it. */
  readonly behind: Behind;
};

/** Group uuid -> the highest vg_seqno known, and the node (id) that showed it. */
export type KnownSeqnos = Readonly<Record<string, { readonly seqno: number; readonly by: string }>>;

type SpeakerRow = Omit<Speaker, 'nodeId' | 'status' | 'isSilent' | 'cluster' | 'open' | 'knownSeqno' | 'ownSeqno' | 'behind'> & {
  readonly silent: number;
  readonly clusterName: string;
  readonly evidenceRev: number;
  readonly analysedRev: number;
  readonly analysedBy: string;
  readonly openCounts: string;
  readonly seqnos: string;
  readonly ownSeqnos: string | null;
  readonly behind: string;
  readonly nodeStatus: Speaker['status'] | 'retired';
  readonly tenantStatus: string;
};

/** Told apart for the log only. */
export type NoSpeaker = 'node_unknown' | 'node_retired' | 'customer_leaving';

// One statement: node, cluster, customer, what is open here and what is remembered of the groups.
const selectSpeaker = `SELECT n.cluster_id AS clusterId, n.name, n.status AS nodeStatus, n.public_key AS publicKey, n.sequence, n.digest,
  n.last_seen_at AS lastSeenAt, n.interval_s AS intervalSeconds, n.silent, n.state_hash AS stateHash, n.state_at AS stateAt,
  n.raw_key AS rawKey, n.boot_id AS bootId, n.earlier_boots AS earlierBoots,
  n.identity_shared_at AS identitySharedAt, n.clock_seen AS clockSeen, n.clock_level AS clockLevel, n.behind, s.facts_version AS factsVersion, s.seqnos AS ownSeqnos,
  c.name AS clusterName, c.evidence_rev AS evidenceRev, c.analysed_rev AS analysedRev, c.analysed_by AS analysedBy,
  t.name AS tenantName, t.key AS tenantKey, t.status AS tenantStatus,
  (SELECT json_array(count(*) FILTER (WHERE f.severity = 3), count(*) FILTER (WHERE f.severity = 2), count(*) FILTER (WHERE f.severity = 1))
     FROM findings f WHERE f.tenant_id = n.tenant_id AND f.cluster_id = n.cluster_id AND f.closed_at IS NULL AND f.node_id = n.node_id) AS openCounts,
  (SELECT json_group_object(substr(m.key, 4), json_object('seqno', CAST(m.value AS INTEGER), 'by', m.by_node))
     FROM cluster_memory m JOIN nodes b ON b.tenant_id = m.tenant_id AND b.node_id = m.by_node AND b.status = 'active'
     WHERE m.tenant_id = n.tenant_id AND m.cluster_id = n.cluster_id AND m.key >= 'vg:' AND m.key < 'vg;') AS seqnos
  FROM nodes n
  JOIN clusters c ON c.tenant_id = n.tenant_id AND c.cluster_id = n.cluster_id
  JOIN tenants t ON t.tenant_id = n.tenant_id
  LEFT JOIN node_states s ON s.tenant_id = n.tenant_id AND s.cluster_id = n.cluster_id AND s.node_id = n.node_id
  WHERE n.tenant_id = ?1 AND n.node_id = ?2`;

/** A removed node and a customer being deleted are refused at once. */
export async function readSpeaker({ db, tenantId }: TenantScope, nodeId: NodeId): Promise<Result<Speaker, NoSpeaker>> {
  const row = await db.prepare(selectSpeaker).bind(tenantId, nodeId).first<SpeakerRow>();
  if (row === null) return err('node_unknown');
  const { silent, clusterName, evidenceRev, analysedRev, analysedBy, openCounts, seqnos, ownSeqnos, behind, nodeStatus, tenantStatus, ...same } = row;
  if (tenantStatus !== 'active') return err('customer_leaving');
  if (nodeStatus === 'retired') return err('node_retired');
  const [critical = 0, warning = 0, info = 0] = JSON.parse(openCounts) as number[];
  return ok({
    ...same,
    nodeId,
    status: nodeStatus,
    isSilent: silent !== 0,
    cluster: { name: clusterName, evidenceRev, analysedRev, analysedBy },
    open: { critical, warning, info },
    knownSeqno: JSON.parse(seqnos) as KnownSeqnos,
    ownSeqno: JSON.parse(ownSeqnos ?? '{}') as Record<string, number>,
    behind: JSON.parse(behind) as Behind,
  });
}

export type Heard = {
  readonly now: number;
  readonly vitals: string;
  readonly collector: string;
  readonly protocol: number;
  readonly bootId: string;
  readonly earlierBoots: string;
  readonly identitySharedAt: number | null;
  readonly clockSeen: number;
  readonly clockLevel: number;
  readonly behind: Behind;
};

/** The machine id is the one of the enrolment: it decides who may bring a new key. */
export type NewState = { readonly stateHash: string; readonly rawKey: string | null };

// Exactly the row that was read: with `sequence < new` two messages of one node in flight would both be judged against
// the same old findings. `silent` is part of it because whoever clears it must also raise the revision, the key because a
// node that was enrolled anew counts from the beginning.
const asRead =
  'WHERE tenant_id = ?1 AND node_id = ?2 AND cluster_id = ?5 AND sequence = ?11 AND silent = ?12 AND status = ?13 AND public_key = ?14 RETURNING node_id';
const heard = `UPDATE nodes SET sequence = ?3, digest = ?4, vitals = ?7, collector = ?8, protocol = ?9,
  previous_boot_id = CASE WHEN boot_id IS NOT ?10 THEN boot_id ELSE previous_boot_id END, boot_id = ?10,
  earlier_boots = ?15, identity_shared_at = ?16, clock_seen = ?17, clock_level = ?18, behind = ?19`;
const seen = 'last_seen_at = ?6, silent = 0';

function heardValues(speaker: Speaker, said: Heard) {
  const { now, vitals, collector, protocol, bootId, earlierBoots, identitySharedAt, clockSeen, clockLevel } = said;
  const contact = [earlierBoots, identitySharedAt, clockSeen, clockLevel, JSON.stringify(said.behind)] as const;
  const asItWas = [speaker.sequence, speaker.isSilent ? 1 : 0, speaker.status, speaker.publicKey] as const;
  return [now, vitals, collector, protocol, bootId, ...asItWas, ...contact] as const;
}

/** A short message about the state we have. Answers no row when the node's row is not the one that was read. */
export function acceptShort(scope: TenantScope, message: StoredMessage, speaker: Speaker, said: Heard): D1PreparedStatement {
  return bindStored(scope, `${heard}, ${seen} ${asRead}`, message, ...heardValues(speaker, said));
}

/** A short message about a state we do not have: what we know of the node does not become fresh by it. */
export function acceptUnknownState(scope: TenantScope, message: StoredMessage, speaker: Speaker, said: Heard): D1PreparedStatement {
  return bindStored(scope, `${heard} ${asRead}`, message, ...heardValues(speaker, said));
}

/** A full message. */
export function acceptFull(scope: TenantScope, message: StoredMessage, speaker: Speaker, said: Heard, state: NewState): D1PreparedStatement {
  const sql = `${heard}, ${seen}, state_hash = ?20, state_at = ?6, raw_key = ?21 ${asRead}`;
  return bindStored(scope, sql, message, ...heardValues(speaker, said), state.stateHash, state.rawKey);
}

const hourMilliseconds = 3_600_000;
const hoursOfWeek = 168;

/** One sample per hour of the week, the first of each hour; undefined within an hour that has its sample. */
export function sampleVitals(scope: TenantScope, message: StoredMessage, lastSeenAt: number, said: Heard): D1PreparedStatement | undefined {
  const hour = Math.floor(said.now / hourMilliseconds);
  if (Math.floor(lastSeenAt / hourMilliseconds) === hour) return undefined;
  const sql = `INSERT INTO node_samples (tenant_id, node_id, slot, at, vitals) SELECT ?1, ?2, ?6, ?7, ?8 WHERE ${messageIsStored}
    ON CONFLICT (tenant_id, node_id, slot) DO UPDATE SET at = excluded.at, vitals = excluded.vitals`;
  return bindStored(scope, sql, message, hour % hoursOfWeek, said.now, said.vitals);
}

/** Where the newest full message of a node is kept, and when it arrived; undefined: there is no such node. */
export async function readRawKey({ db, tenantId }: TenantScope, nodeId: string): Promise<{ rawKey: string | null; at: number } | undefined> {
  const sql = 'SELECT raw_key AS rawKey, state_at AS at FROM nodes WHERE tenant_id = ?1 AND node_id = ?2';
  return (await db.prepare(sql).bind(tenantId, nodeId).first<{ rawKey: string | null; at: number }>()) ?? undefined;
}
