/**
 * Whose rows a query may touch. Queries of tenant tables (db/tenant/) take a TenantScope, those of the fleet page and
 * of cron a FleetScope; installation tables (db/installation/) take the database itself. The brands keep a scope from
 * being written down by hand: it comes from a verified node key, enrolment token, session or from cron's own list.
 */
import type { TenantId } from '../ids';

declare const scopeBrand: unique symbol;

export type TenantScope = { readonly db: D1Database; readonly tenantId: TenantId; readonly [scopeBrand]: 'tenant' };
export type FleetScope = { readonly db: D1Database; readonly tenantIds: readonly TenantId[]; readonly [scopeBrand]: 'fleet' };

/** Who vouches for a scope; the reason is part of the call so that a reader sees it. */
export type Voucher = 'node-key' | 'enrolment-token' | 'session' | 'cron' | 'command';

export function tenantScope(db: D1Database, tenantId: TenantId, _vouchedBy: Voucher): TenantScope {
  return { db, tenantId } as TenantScope;
}

/** Bound as one JSON parameter: `tenant_id IN (SELECT value FROM json_each(?1))`. */
export function fleetScope(db: D1Database, tenantIds: readonly TenantId[], _vouchedBy: Voucher): FleetScope {
  return { db, tenantIds } as FleetScope;
}
