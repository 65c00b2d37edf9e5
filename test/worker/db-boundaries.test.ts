import { is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import * as installation from '../../worker/db/schema-installation';
import * as tenant from '../../worker/db/schema-tenant';

type Glob = (pattern: string, options: { query: string; import: string; eager: true }) => Record<string, string>;
const sources = Object.entries(
  (import.meta as unknown as { glob: Glob }).glob('../../worker/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true }),
).map(([path, text]) => ({ path: path.replace('../../worker/', ''), text }));

const namesOf = (module: object) =>
  Object.values(module)
    .filter((value): value is SQLiteTable => is(value, SQLiteTable))
    .map((table) => getTableConfig(table).name);

/** Files whose SQL reads or writes one of these tables. */
function filesThatTouch(tables: readonly string[]): string[] {
  const sql = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE)\\s+(?:${tables.join('|')})\\b`);
  return sources.filter(({ text }) => sql.test(text)).map(({ path }) => path);
}

describe('who may speak to which table', () => {
  it('sees the sources', () => expect(sources.length).toBeGreaterThan(50));

  it('keeps SQL about customers below db/tenant and in the fleet files', () => {
    const own = (path: string) => path.startsWith('db/tenant/') || ['db/fleet.ts', 'db/fleet-retention.ts', 'db/fleet-upkeep.ts'].includes(path);
    const customers = namesOf(tenant).filter((name) => name !== 'audit_events');
    expect(filesThatTouch(customers).filter((path) => !own(path))).toEqual([]);
    // The installation's own events stand under "_" in the same table.
    expect(filesThatTouch(['audit_events']).filter((path) => !own(path) && !path.startsWith('db/installation/'))).toEqual([]);
  });

  it('keeps SQL about the installation below db/installation, but for the names and status of customers', () => {
    const others = namesOf(installation).filter((name) => name !== 'tenants');
    expect(filesThatTouch(others).filter((path) => !path.startsWith('db/installation/'))).toEqual([]);
    expect(
      filesThatTouch(['tenants'])
        .filter((path) => !path.startsWith('db/installation/'))
        .sort(),
    ).toEqual(['db/fleet.ts', 'db/tenant/nodes.ts']);
  });

  it('writes no SQL outside db', () => {
    const any = /\.prepare\(|\b(?:SELECT\s.+\sFROM|INSERT\s+INTO|DELETE\s+FROM)\s/;
    expect(sources.filter(({ path, text }) => !path.startsWith('db/') && any.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('gives every statement of a customer his tenant', () => {
    const statements = sources
      .filter(({ path }) => path.startsWith('db/tenant/'))
      .flatMap(({ path, text }) => [...text.matchAll(/`((?:SELECT|INSERT|UPDATE|DELETE|WITH)\b[^`]*)`/g)].map(([, sql = '']) => ({ path, sql })));
    expect(statements.length).toBeGreaterThan(20);
    const without = statements.filter(({ sql }) => !/tenant_id/.test(sql)).map(({ sql }) => sql.slice(0, 28));
    // The first half of three statements that end in the same WHERE, which names the tenant.
    expect(without).toEqual(['UPDATE nodes SET sequence = ']);
  });

  it('takes a scope in every exported query of a customer', () => {
    const queries = sources
      .filter(({ path }) => path.startsWith('db/tenant/'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/export (?:async )?function (\w+)\(([^)]*)/g)].map(([, name = '', first = '']) => ({ path, name, first })),
      );
    const unscoped = queries.filter(({ first }) => !/^[^:]*: TenantScope/.test(first)).map(({ name }) => name);
    expect(unscoped).toEqual(['installationAuditStatement']);
  });
});
