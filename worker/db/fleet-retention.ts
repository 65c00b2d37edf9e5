/** What is deleted of customers' rows once it is old enough. Each statement deletes a bounded part and says how much. */
import type { FleetScope } from './scope';

/** Unix milliseconds: what is older goes. */
export type Limits = {
  /** Closed findings, events, results of scripts, days of the trend. */
  readonly history: number;
  /** Enrolment tokens that expired before. */
  readonly tokens: number;
  /** Views of a cluster nobody holds any more, made before; samples of nodes that were removed before. */
  readonly unused: number;
};

export type Sweep = { readonly name: string; readonly prepare: (fleet: FleetScope, limits: Limits, most: number) => D1PreparedStatement };

const mine = 'tenant_id IN (SELECT value FROM json_each(?1))';

function sweep(name: string, table: string, key: string, condition: string, limit: keyof Limits): Sweep {
  // The rows are chosen in the same statement that deletes them: nothing can come back to life in between.
  const sql = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} t WHERE t.${mine} AND ${condition} LIMIT ?3)`;
  return { name, prepare: ({ db, tenantIds }, limits, most) => db.prepare(sql).bind(JSON.stringify(tenantIds), limits[limit], most) };
}

export const sweeps: readonly Sweep[] = [
  // The highest number stays, so that no number is ever given twice.
  sweep(
    'findings',
    'findings',
    'tenant_id, finding_id',
    't.closed_at < ?2 AND t.number < (SELECT max(m.number) FROM findings m WHERE m.tenant_id = t.tenant_id)',
    'history',
  ),
  // What is open keeps its beginning.
  sweep(
    'events',
    'finding_events',
    'tenant_id, at, finding_id, kind',
    't.at < ?2 AND NOT EXISTS (SELECT 1 FROM findings f WHERE f.tenant_id = t.tenant_id AND f.finding_id = t.finding_id AND f.closed_at IS NULL)',
    'history',
  ),
  sweep('receipts', 'receipts', 'tenant_id, script_id, run_id', 't.at < ?2', 'history'),
  sweep('days', 'cluster_days', 'tenant_id, cluster_id, day', "t.day < strftime('%Y-%m-%d', ?2 / 1000, 'unixepoch')", 'history'),
  sweep('tokens', 'enrolment_tokens', 'tenant_id, token_id', 't.expires_at < ?2', 'tokens'),
  sweep(
    'views',
    'cluster_views',
    'tenant_id, cluster_id, digest',
    't.at < ?2 AND NOT EXISTS (SELECT 1 FROM node_states s WHERE s.tenant_id = t.tenant_id AND s.cluster_id = t.cluster_id AND s.view_digest = t.digest)',
    'unused',
  ),
  sweep(
    'samples',
    'node_samples',
    'tenant_id, node_id, slot',
    "EXISTS (SELECT 1 FROM nodes n WHERE n.tenant_id = t.tenant_id AND n.node_id = t.node_id AND n.status = 'retired' AND n.retired_at < ?2)",
    'unused',
  ),
];
