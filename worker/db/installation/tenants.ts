/** Customers. Their rows in other tables are reached through a TenantScope only. */
import { and, asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { TenantId } from '../../ids';
import { tenants } from '../schema-installation';
import { tenantScope } from '../scope';
import { auditStatement, whenChanged } from '../tenant/audit';

export type Tenant = { readonly tenantId: TenantId; readonly key: string; readonly name: string };

/** `ACM`: said on the phone in ACM-17 and typed in lower case in enrolment tokens. */
export const isTenantKey = (text: string): boolean => /^[A-Z][A-Z0-9]{1,7}$/.test(text);

const columns = { tenantId: tenants.tenantId, key: tenants.key, name: tenants.name };
const brand = (row: { tenantId: string; key: string; name: string }): Tenant => ({ ...row, tenantId: row.tenantId as TenantId });

/** Customers being deleted are not found: their tokens and pages refuse at once. */
export async function findTenantByKey(db: D1Database, key: string): Promise<Tenant | undefined> {
  const rows = await drizzle(db)
    .select(columns)
    .from(tenants)
    .where(and(eq(tenants.key, key), eq(tenants.status, 'active')));
  return rows[0] && brand(rows[0]);
}

export async function findTenant(db: D1Database, tenantId: TenantId): Promise<Tenant | undefined> {
  const rows = await drizzle(db)
    .select(columns)
    .from(tenants)
    .where(and(eq(tenants.tenantId, tenantId), eq(tenants.status, 'active')));
  return rows[0] && brand(rows[0]);
}

export async function listTenants(db: D1Database): Promise<readonly Tenant[]> {
  const rows = await drizzle(db).select(columns).from(tenants).where(eq(tenants.status, 'active')).orderBy(asc(tenants.name), asc(tenants.tenantId));
  return rows.map(brand);
}

export type NewTenant = Tenant & { readonly now: number; readonly actor: string; readonly source: string };

/** False: the key is taken. The key must satisfy isTenantKey. */
export async function createTenant(db: D1Database, { tenantId, key, name, now, actor, source }: NewTenant): Promise<boolean> {
  if (!isTenantKey(key)) throw new Error('a customer key is 2 to 8 capital letters and digits');
  const [made] = await db.batch([
    db
      .prepare(`INSERT INTO tenants (tenant_id, key, name, status, settings, created_at) VALUES (?1, ?2, ?3, 'active', '{}', ?4)
      ON CONFLICT DO NOTHING RETURNING tenant_id`)
      .bind(tenantId, key, name, now),
    auditStatement(
      tenantScope(db, tenantId, 'session'),
      { at: now, actor, source, action: 'tenant.create', subject: tenantId, detail: { key, name } },
      whenChanged,
    ),
  ]);
  return made?.results.length === 1;
}
