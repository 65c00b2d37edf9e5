/**
 * The audit log: one row per change, in the same batch as the change, guarded by it, so that both land or none.
 * `seq` has no gaps within a tenant. Nothing here updates or deletes a row.
 */
import type { TenantScope } from '../scope';

/** Who did it: a user's id, `node:<id>`, `token:<id>` or `system`. `source`: where from, an address or `cron`. */
export type AuditEvent = {
  readonly at: number;
  readonly actor: string;
  readonly source: string;
  readonly action: string;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
};

/** A condition for the row, as constant SQL with `?` for its values. */
export type Guard = { readonly sql: string; readonly values: readonly (string | number | null)[] };

/** The statement right before this one in the batch changed exactly one row. */
export const whenChanged: Guard = { sql: 'changes() = 1', values: [] };

/** Events of the whole installation stand under this tenant. */
const installation = '_';

const insertEvent = (guard: Guard) => `INSERT INTO audit_events (tenant_id, seq, at, actor, source, action, subject, detail)
  SELECT ?, (SELECT coalesce(max(seq), 0) + 1 FROM audit_events WHERE tenant_id = ?), ?, ?, ?, ?, ?, ? WHERE ${guard.sql}`;

function bindEvent(db: D1Database, tenantId: string, event: AuditEvent, guard: Guard): D1PreparedStatement {
  const { at, actor, source, action, subject, detail } = event;
  return db.prepare(insertEvent(guard)).bind(tenantId, tenantId, at, actor, source, action, subject, JSON.stringify(detail ?? {}), ...guard.values);
}

export function auditStatement(scope: TenantScope, event: AuditEvent, guard: Guard): D1PreparedStatement {
  return bindEvent(scope.db, scope.tenantId, event, guard);
}

export function installationAuditStatement(db: D1Database, event: AuditEvent, guard: Guard): D1PreparedStatement {
  return bindEvent(db, installation, event, guard);
}
