/** A customer with a token, and the rows a test looks at afterwards. */
import { createTenant } from '../../../worker/db/installation/tenants';
import { type TenantScope, tenantScope } from '../../../worker/db/scope';
import { createEnrolmentToken, type TokenMade, type TokenWish } from '../../../worker/enrollment/create-token';
import type { TenantId } from '../../../worker/ids';
import type { TestPorts } from './test-ports';

export type TestCustomer = { readonly scope: TenantScope; readonly tenantId: TenantId; readonly key: string };

let made = 0;

export async function makeCustomer(ports: TestPorts): Promise<TestCustomer> {
  made += 1;
  const tenantId = ports.newId('t') as TenantId;
  const key = `AC${made}`;
  await createTenant(ports.db, { tenantId, key, name: 'Acme Logistics', now: ports.now(), actor: 'system', source: 'test' });
  return { scope: tenantScope(ports.db, tenantId, 'command'), tenantId, key };
}

export async function makeToken(ports: TestPorts, { scope }: TestCustomer, more: Partial<TokenWish> = {}): Promise<TokenMade> {
  const wish = { clusterId: null, uses: 10, lifetimeMs: 3_600_000, autoApprove: true, madeBy: 'system', source: 'test', ...more };
  const token = await createEnrolmentToken(ports, scope, wish);
  if (!token.ok) throw new Error(token.error.reason);
  return token.value;
}

/** Rows as plain objects, through the uncounted way. */
export async function rows<T = Record<string, unknown>>({ scope }: TestCustomer, sql: string): Promise<T[]> {
  return (await scope.db.prepare(sql.replaceAll(':tenant', '?1')).bind(scope.tenantId).all<T>()).results;
}
