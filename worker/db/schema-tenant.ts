/**
 * The customers' tables as migrations/ makes them, for typed queries only: drizzle knows neither STRICT nor WITHOUT
 * ROWID, so the SQL is written by hand and a test compares both. Every key begins with the tenant. No foreign keys.
 */
import { isNull } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

const tenantId = () => text('tenant_id').notNull();
const clusterId = () => text('cluster_id').notNull();
const nodeId = () => text('node_id').notNull();
const time = (name: string) => integer(name).notNull();

export const clusters = sqliteTable(
  'clusters',
  {
    tenantId: tenantId(),
    clusterId: clusterId(),
    name: text('name').notNull(),
    tags: text('tags').notNull().default('[]'),
    evidenceRev: integer('evidence_rev').notNull().default(0),
    analysedRev: integer('analysed_rev').notNull().default(0),
    reportId: text('report_id').notNull().default(''),
    analysedBy: text('analysed_by').notNull().default(''),
    recheckAt: integer('recheck_at'),
    summary: text('summary').notNull().default('{}'),
    createdAt: time('created_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.clusterId] })],
);

export const clusterReports = sqliteTable(
  'cluster_reports',
  { tenantId: tenantId(), clusterId: clusterId(), at: time('at'), outcomes: text('outcomes').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.clusterId] })],
);

export const clusterDays = sqliteTable(
  'cluster_days',
  { tenantId: tenantId(), clusterId: clusterId(), day: text('day').notNull(), grade: text('grade').notNull(), counts: text('counts').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.clusterId, t.day] })],
);

export const clusterViews = sqliteTable(
  'cluster_views',
  {
    tenantId: tenantId(),
    clusterId: clusterId(),
    digest: text('digest').notNull(),
    at: time('at'),
    version: integer('version').notNull(),
    view: text('view').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.clusterId, t.digest] })],
);

export const clusterMemory = sqliteTable(
  'cluster_memory',
  {
    tenantId: tenantId(),
    clusterId: clusterId(),
    key: text('key').notNull(),
    value: text('value').notNull(),
    byNode: text('by_node'),
    at: time('at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.clusterId, t.key] })],
);

export const groupClusters = sqliteTable(
  'group_clusters',
  { tenantId: tenantId(), vgUuid: text('vg_uuid').notNull(), clusterId: clusterId() },
  (t) => [primaryKey({ columns: [t.tenantId, t.vgUuid, t.clusterId] })],
);

export const nodes = sqliteTable(
  'nodes',
  {
    tenantId: tenantId(),
    nodeId: nodeId(),
    clusterId: clusterId(),
    name: text('name').notNull(),
    status: text('status', { enum: ['pending', 'active', 'retired'] }).notNull(),
    publicKey: text('public_key').notNull(),
    nextPublicKey: text('next_public_key'),
    sequence: integer('sequence').notNull().default(0),
    digest: text('digest').notNull().default(''),
    lastSeenAt: integer('last_seen_at').notNull().default(0),
    intervalSeconds: integer('interval_s').notNull().default(900),
    silent: integer('silent').notNull().default(0),
    stateHash: text('state_hash').notNull().default(''),
    stateAt: integer('state_at'),
    rawKey: text('raw_key'),
    machineId: text('machine_id'),
    bootId: text('boot_id'),
    previousBootId: text('previous_boot_id'),
    collector: text('collector'),
    protocol: integer('protocol'),
    vitals: text('vitals').notNull().default('{}'),
    scriptsWaiting: integer('scripts_waiting').notNull().default(0),
    enrolledAt: time('enrolled_at'),
    retiredAt: integer('retired_at'),
    retiredBy: text('retired_by'),
    earlierBoots: text('earlier_boots').notNull().default(''),
    identitySharedAt: integer('identity_shared_at'),
    clockSeen: integer('clock_seen').notNull().default(0),
    clockLevel: integer('clock_level').notNull().default(0),
    behind: text('behind').notNull().default('{}'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.nodeId] }), index('nodes_by_cluster').on(t.tenantId, t.clusterId)],
);

export const nodeStates = sqliteTable(
  'node_states',
  {
    tenantId: tenantId(),
    clusterId: clusterId(),
    nodeId: nodeId(),
    sequence: integer('sequence').notNull(),
    at: time('at'),
    factsVersion: integer('facts_version').notNull(),
    viewDigest: text('view_digest'),
    captures: text('captures').notNull(),
    facts: text('facts').notNull(),
    readings: text('readings').notNull().default('{}'),
    seqnos: text('seqnos').notNull().default('{}'),
    openVolumes: text('open_volumes'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.clusterId, t.nodeId] })],
);

export const nodeSamples = sqliteTable(
  'node_samples',
  { tenantId: tenantId(), nodeId: nodeId(), slot: integer('slot').notNull(), at: time('at'), vitals: text('vitals').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.nodeId, t.slot] })],
);

export const findings = sqliteTable(
  'findings',
  {
    tenantId: tenantId(),
    findingId: text('finding_id').notNull(),
    number: integer('number').notNull(),
    clusterId: clusterId(),
    nodeId: text('node_id'),
    rule: text('rule').notNull(),
    severity: integer('severity').notNull(),
    subject: text('subject').notNull(),
    episode: integer('episode').notNull(),
    openedAt: time('opened_at'),
    changedAt: time('changed_at'),
    closedAt: integer('closed_at'),
    closedWhy: text('closed_why', { enum: ['gone', 'verified', 'retired', 'superseded'] }),
    detail: text('detail').notNull(),
    evidence: text('evidence').notNull(),
    ackedAt: integer('acked_at'),
    ackedBy: text('acked_by'),
    note: text('note'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.findingId] }),
    uniqueIndex('findings_number').on(t.tenantId, t.number),
    index('findings_open').on(t.tenantId, t.clusterId).where(isNull(t.closedAt)),
  ],
);

export const findingEvents = sqliteTable(
  'finding_events',
  {
    tenantId: tenantId(),
    at: time('at'),
    findingId: text('finding_id').notNull(),
    kind: text('kind').notNull(),
    episode: integer('episode').notNull(),
    rawKey: text('raw_key'),
    by: text('by'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.at, t.findingId, t.kind] })],
);

export const silences = sqliteTable(
  'silences',
  {
    tenantId: tenantId(),
    silenceId: text('silence_id').notNull(),
    clusterId: text('cluster_id'),
    nodeId: text('node_id'),
    rule: text('rule'),
    findingId: text('finding_id'),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    createdAt: time('created_at'),
    expiresAt: time('expires_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.silenceId] })],
);

export const scripts = sqliteTable(
  'scripts',
  {
    tenantId: tenantId(),
    scriptId: text('script_id').notNull(),
    number: integer('number').notNull(),
    clusterId: clusterId(),
    nodeId: nodeId(),
    batchId: text('batch_id'),
    status: text('status').notNull(),
    bodySha256: text('body_sha256').notNull(),
    plan: text('plan').notNull(),
    signature: text('signature'),
    keyId: text('key_id'),
    madeBy: text('made_by').notNull(),
    madeAt: time('made_at'),
    approvedBy: text('approved_by'),
    expiresAt: time('expires_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.scriptId] })],
);

export const receipts = sqliteTable(
  'receipts',
  { tenantId: tenantId(), scriptId: text('script_id').notNull(), runId: text('run_id').notNull(), at: time('at'), result: text('result').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.scriptId, t.runId] })],
);

export const enrolmentTokens = sqliteTable(
  'enrolment_tokens',
  {
    tenantId: tenantId(),
    tokenId: text('token_id').notNull(),
    clusterId: clusterId(),
    secretHash: text('secret_hash').notNull(),
    usesLeft: integer('uses_left').notNull(),
    expiresAt: time('expires_at'),
    cidr: text('cidr'),
    autoApprove: integer('auto_approve').notNull(),
    madeBy: text('made_by').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.tokenId] })],
);

export const auditEvents = sqliteTable(
  'audit_events',
  {
    tenantId: tenantId(),
    seq: integer('seq').notNull(),
    at: time('at'),
    actor: text('actor').notNull(),
    source: text('source').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: text('detail').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.seq] })],
);

export const auditSeals = sqliteTable(
  'audit_seals',
  { tenantId: tenantId(), toSeq: integer('to_seq').notNull(), at: time('at'), hash: text('hash').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.toSeq] })],
);

export const channels = sqliteTable(
  'channels',
  {
    tenantId: tenantId(),
    channelId: text('channel_id').notNull(),
    kind: text('kind').notNull(),
    configEnc: text('config_enc').notNull(),
    enabled: integer('enabled').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.channelId] })],
);
