-- Tenant tables: every key begins with tenant_id; reached only through a TenantScope.
CREATE TABLE clusters (                       -- narrow: the fleet page reads only this and nodes
  tenant_id TEXT NOT NULL, cluster_id TEXT NOT NULL, name TEXT NOT NULL, tags TEXT NOT NULL DEFAULT '[]',
  evidence_rev INTEGER NOT NULL DEFAULT 0,    -- +1 with every write that can change a conclusion
  analysed_rev INTEGER NOT NULL DEFAULT 0,    -- the evidence_rev the report was made from
  report_id TEXT NOT NULL DEFAULT '',         -- who wrote it: guard of the report batch
  analysed_by TEXT NOT NULL DEFAULT '',       -- catalogue version; older than ours = dirty
  recheck_at INTEGER,                         -- when time alone can change the report (next freshness or hold limit)
  summary TEXT NOT NULL DEFAULT '{}',         -- <= 2 KB: grade, score, counts, worst sentence, per node mini-summary
  created_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, cluster_id)) STRICT, WITHOUT ROWID;

CREATE TABLE cluster_reports (                -- rule x node outcomes: found n | clean | unknown(why); written only when different
  tenant_id TEXT NOT NULL, cluster_id TEXT NOT NULL, at INTEGER NOT NULL, outcomes TEXT NOT NULL,
  PRIMARY KEY (tenant_id, cluster_id)) STRICT;

CREATE TABLE cluster_days (                   -- trend; a row only on days when something changed
  tenant_id TEXT NOT NULL, cluster_id TEXT NOT NULL, day TEXT NOT NULL, grade TEXT NOT NULL, counts TEXT NOT NULL,
  PRIMARY KEY (tenant_id, cluster_id, day)) STRICT, WITHOUT ROWID;

CREATE TABLE cluster_views (                  -- /etc/pve as a quorate member saw it, stored once per content, not once per member
  tenant_id TEXT NOT NULL, cluster_id TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL,
  version INTEGER NOT NULL, view TEXT NOT NULL,         -- references, guest homes, locks, storages; same encoding
  PRIMARY KEY (tenant_id, cluster_id, digest)) STRICT;

CREATE TABLE cluster_memory (                 -- what must outlive a snapshot: highest vg_seqno per group, open intervals of shared volumes (node, since), learned path counts; written only when different
  tenant_id TEXT NOT NULL, cluster_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, by_node TEXT, at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, cluster_id, key)) STRICT, WITHOUT ROWID;

CREATE TABLE group_clusters (                 -- which clusters of a tenant see a volume group: their references are joined
  tenant_id TEXT NOT NULL, vg_uuid TEXT NOT NULL, cluster_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, vg_uuid, cluster_id)) STRICT, WITHOUT ROWID;

CREATE TABLE nodes (                          -- the hot row: one UPDATE per message, no indexed column in it
  tenant_id TEXT NOT NULL, node_id TEXT NOT NULL, cluster_id TEXT NOT NULL, name TEXT NOT NULL,
  status TEXT NOT NULL,                       -- pending | active | retired
  public_key TEXT NOT NULL, next_public_key TEXT,
  sequence INTEGER NOT NULL DEFAULT 0, digest TEXT NOT NULL DEFAULT '',     -- last accepted request
  last_seen_at INTEGER NOT NULL DEFAULT 0, interval_s INTEGER NOT NULL DEFAULT 900, silent INTEGER NOT NULL DEFAULT 0,
  state_hash TEXT NOT NULL DEFAULT '', state_at INTEGER, raw_key TEXT,      -- raw_key NULL = ask for the state
  machine_id TEXT, boot_id TEXT, previous_boot_id TEXT, collector TEXT, protocol INTEGER,
  vitals TEXT NOT NULL DEFAULT '{}',          -- <= 300 B, newest only
  scripts_waiting INTEGER NOT NULL DEFAULT 0, enrolled_at INTEGER NOT NULL, retired_at INTEGER,
  PRIMARY KEY (tenant_id, node_id)) STRICT, WITHOUT ROWID;
CREATE INDEX nodes_by_cluster ON nodes (tenant_id, cluster_id);

CREATE TABLE node_states (                    -- newest parsed state, replaced in place
  tenant_id TEXT NOT NULL, cluster_id TEXT NOT NULL, node_id TEXT NOT NULL,
  sequence INTEGER NOT NULL, at INTEGER NOT NULL, facts_version INTEGER NOT NULL, view_digest TEXT,
  captures TEXT NOT NULL,                     -- id -> status, bytes, ms: the page's list without R2
  facts TEXT NOT NULL,                        -- JSON: devices, volumes, holders, running guests, tasks; above 512 KB gzip+base64 (D1 row limit 2 MB; 10,000 mappings = 1.9 MB)
  PRIMARY KEY (tenant_id, cluster_id, node_id)) STRICT;

CREATE TABLE node_samples (                   -- ring of one week: grows with nodes, not with time
  tenant_id TEXT NOT NULL, node_id TEXT NOT NULL, slot INTEGER NOT NULL,    -- hour of the week 0..167
  at INTEGER NOT NULL, vitals TEXT NOT NULL, PRIMARY KEY (tenant_id, node_id, slot)) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
  tenant_id TEXT NOT NULL, finding_id TEXT NOT NULL,    -- f_ + base32(sha256(cluster, node or '', rule, subject key))[0..16]
  number INTEGER NOT NULL,                              -- the short number people say; UNIQUE (tenant_id, number)
  cluster_id TEXT NOT NULL, node_id TEXT,               -- NULL = the cluster's
  rule TEXT NOT NULL, severity INTEGER NOT NULL, subject TEXT NOT NULL,  -- 1 info 2 warning 3 critical; words in JSON
  episode INTEGER NOT NULL, opened_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  closed_at INTEGER, closed_why TEXT,                   -- gone | verified | retired | superseded
  detail TEXT NOT NULL, evidence TEXT NOT NULL,         -- <= 4 KB each; nothing in detail changes by itself
  acked_at INTEGER, acked_by TEXT, note TEXT, PRIMARY KEY (tenant_id, finding_id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX findings_number ON findings (tenant_id, number);
CREATE INDEX findings_open ON findings (tenant_id, cluster_id) WHERE closed_at IS NULL;

CREATE TABLE finding_events (tenant_id TEXT NOT NULL, at INTEGER NOT NULL, finding_id TEXT NOT NULL, kind TEXT NOT NULL,
  episode INTEGER NOT NULL, raw_key TEXT, by TEXT, PRIMARY KEY (tenant_id, at, finding_id, kind)) STRICT, WITHOUT ROWID;

CREATE TABLE silences (tenant_id TEXT NOT NULL, silence_id TEXT NOT NULL, cluster_id TEXT, node_id TEXT, rule TEXT, finding_id TEXT,
  reason TEXT NOT NULL, by TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, silence_id)) STRICT, WITHOUT ROWID;             -- evaluated when read or delivered: no row per finding

CREATE TABLE scripts (tenant_id TEXT NOT NULL, script_id TEXT NOT NULL, number INTEGER NOT NULL, cluster_id TEXT NOT NULL, node_id TEXT NOT NULL, batch_id TEXT,
  status TEXT NOT NULL,                       -- awaiting_approval | ready | run | expired | withdrawn
  body_sha256 TEXT NOT NULL, plan TEXT NOT NULL, signature TEXT, key_id TEXT,
  made_by TEXT NOT NULL, made_at INTEGER NOT NULL, approved_by TEXT, expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, script_id)) STRICT;
CREATE TABLE receipts (tenant_id TEXT NOT NULL, script_id TEXT NOT NULL, run_id TEXT NOT NULL, at INTEGER NOT NULL, result TEXT NOT NULL,
  PRIMARY KEY (tenant_id, script_id, run_id)) STRICT;

CREATE TABLE enrolment_tokens (tenant_id TEXT NOT NULL, token_id TEXT NOT NULL, cluster_id TEXT NOT NULL, secret_hash TEXT NOT NULL,
  uses_left INTEGER NOT NULL, expires_at INTEGER NOT NULL, cidr TEXT, auto_approve INTEGER NOT NULL, made_by TEXT NOT NULL,
  PRIMARY KEY (tenant_id, token_id)) STRICT, WITHOUT ROWID;               -- printed as sxe-<tenant>-<id>-<secret>

CREATE TABLE audit_events (tenant_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, source TEXT NOT NULL,
  action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (tenant_id, seq)) STRICT, WITHOUT ROWID;  -- '_' = installation
CREATE TABLE audit_seals (tenant_id TEXT NOT NULL, to_seq INTEGER NOT NULL, at INTEGER NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (tenant_id, to_seq)) STRICT, WITHOUT ROWID;
CREATE TABLE channels (tenant_id TEXT NOT NULL, channel_id TEXT NOT NULL, kind TEXT NOT NULL, config_enc TEXT NOT NULL, enabled INTEGER NOT NULL, PRIMARY KEY (tenant_id, channel_id)) STRICT, WITHOUT ROWID;

-- Installation tables: reached only from worker/db/installation.
CREATE TABLE tenants (tenant_id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, status TEXT NOT NULL, settings TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE users (user_id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, role TEXT NOT NULL, tenant_id TEXT, disabled_at INTEGER, last_visit_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE sign_in_links (secret_hash TEXT PRIMARY KEY, email TEXT NOT NULL, browser_hash TEXT, expires_at INTEGER NOT NULL, used_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (secret_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE api_tokens (secret_hash TEXT PRIMARY KEY, name TEXT NOT NULL, tenant_id TEXT, scope TEXT NOT NULL, expires_at INTEGER, made_by TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE signing_keys (key_id TEXT PRIMARY KEY, public_key TEXT NOT NULL, status TEXT NOT NULL, endorsed_by TEXT, endorsement TEXT, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE subscriptions (subscription_id TEXT PRIMARY KEY, email TEXT NOT NULL, tenants TEXT NOT NULL, zone TEXT NOT NULL, hour INTEGER NOT NULL,
  days TEXT NOT NULL, only_when_wrong INTEGER NOT NULL, paused_until INTEGER, next_at INTEGER NOT NULL, last_event_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (message_id TEXT PRIMARY KEY,       -- digest:<subscription>:<local date> · alert:<finding>:<episode>:<opened|resolved>:<channel> · sign-in:<hash>
  kind TEXT NOT NULL, tenant_id TEXT, target TEXT NOT NULL,
  args TEXT NOT NULL,                                   -- what to render, <= 4 KB; never the rendered mail
  state TEXT NOT NULL,                                  -- pending | sending | sent | uncertain | dead
  attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, provider_id TEXT, last_error TEXT, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (next_at) WHERE state IN ('pending','sending');
CREATE TABLE jobs (name TEXT PRIMARY KEY, lease_until INTEGER NOT NULL, cursor TEXT, last_ok_at INTEGER, last_error TEXT) STRICT, WITHOUT ROWID;
