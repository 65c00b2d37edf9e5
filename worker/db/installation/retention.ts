/** What is deleted of the installation's own rows once it is old enough. Bounded parts, as in fleet-retention.ts. */

export type InstallationLimits = {
  /** Messages that were sent, given up or are uncertain, made before. */
  readonly outbox: number;
  /** Links, sessions and tokens that expired before. */
  readonly expired: number;
};

type Sweep = { readonly name: string; readonly prepare: (db: D1Database, limits: InstallationLimits, most: number) => D1PreparedStatement };

function sweep(name: string, table: string, key: string, condition: string, limit: keyof InstallationLimits): Sweep {
  const sql = `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ?2)`;
  return { name, prepare: (db, limits, most) => db.prepare(sql).bind(limits[limit], most) };
}

export const installationSweeps: readonly Sweep[] = [
  sweep('outbox', 'outbox', 'message_id', "created_at < ?1 AND state IN ('sent', 'uncertain', 'dead')", 'outbox'),
  sweep('links', 'sign_in_links', 'secret_hash', 'expires_at < ?1', 'expired'),
  sweep('sessions', 'sessions', 'secret_hash', 'expires_at < ?1', 'expired'),
  sweep('api-tokens', 'api_tokens', 'secret_hash', 'expires_at < ?1', 'expired'),
];
