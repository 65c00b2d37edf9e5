/** What a signed-in person may see: the one place where a session becomes a scope. */
import { findTenant, listTenants, type Tenant } from '../db/installation/tenants';
import { type FleetScope, fleetScope, type TenantScope, tenantScope } from '../db/scope';
import type { TenantId } from '../ids';
import type { Person } from './person';

export type Sight = { readonly tenants: readonly Tenant[]; readonly fleet: FleetScope };

export async function seeFleet(db: D1Database, person: Person): Promise<Sight> {
  const own = person.tenantId === undefined ? undefined : await findTenant(db, person.tenantId);
  const tenants = person.tenantId === undefined ? await listTenants(db) : own === undefined ? [] : [own];
  return {
    tenants,
    fleet: fleetScope(
      db,
      tenants.map(({ tenantId }) => tenantId),
      'session',
    ),
  };
}

/** Undefined: no such customer, or not this person's to see; the two look the same from outside. */
export async function seeTenant(db: D1Database, person: Person, wanted: string): Promise<{ tenant: Tenant; scope: TenantScope } | undefined> {
  if (person.tenantId !== undefined && person.tenantId !== wanted) return undefined;
  const tenant = await findTenant(db, wanted as TenantId);
  return tenant && { tenant, scope: tenantScope(db, tenant.tenantId, 'session') };
}
