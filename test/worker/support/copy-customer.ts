/**
 * One customer as the real ways left it, copied with all its rows and ids under another tenant: every case of a long
 * series begins with the same cluster, at the price of one batch. What is read back is comparable from copy to copy.
 */
import { tenantScope } from '../../../worker/db/scope';
import type { TenantId } from '../../../worker/ids';
import type { TestCustomer } from './test-customer';
import type { TestPorts } from './test-ports';

type Table = { readonly name: string; readonly columns: readonly string[] };

/** Every table that begins its key with the tenant, as the migrations made them. */
async function listTenantTables(db: D1Database): Promise<readonly Table[]> {
  const { results } = await db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'd1_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'sqlite_%'")
    .all<{ name: string }>();
  const infos = await db.batch<{ name: string; pk: number }>(results.map(({ name }) => db.prepare(`PRAGMA table_info(${name})`)));
  return results.flatMap(({ name }, at) => {
    const columns = infos[at]?.results ?? [];
    const isTenants = columns.some((column) => column.pk === 1 && column.name === 'tenant_id') && name !== 'tenants';
    return isTenants ? [{ name, columns: columns.map((column) => column.name) }] : [];
  });
}

/** Those in which the customer has something to copy. */
async function listFilled(db: D1Database, tables: readonly Table[], tenantId: TenantId): Promise<readonly Table[]> {
  const counts = await db.batch<{ n: number }>(
    tables.map(({ name }) => db.prepare(`SELECT count(*) AS n FROM ${name} WHERE tenant_id = ?1`).bind(tenantId)),
  );
  return tables.filter((_, at) => counts[at]?.results[0]?.n !== 0);
}

/** Table -> its rows, each as JSON. */
export type Dump = Readonly<Record<string, readonly string[]>>;

export type Template = {
  /** A new tenant with everything the original has; the one copied before is no customer any more. */
  readonly copy: () => Promise<TestCustomer>;
  /** Everything stored of a copy but times and counters, its ids replaced by names, in an order of its own. `without`: table.column */
  readonly dump: (customer: TestCustomer, without?: readonly string[]) => Promise<Dump>;
};

let copies = 0;

export async function makeTemplate({ db, now }: Pick<TestPorts, 'db' | 'now'>, original: TestCustomer): Promise<Template> {
  const tables = await listTenantTables(db);
  const filled = await listFilled(db, tables, original.tenantId);
  await retire(db, original.tenantId);
  let latest: TenantId | undefined;
  return {
    copy: async () => {
      copies += 1;
      const tenantId = `t_${String(copies).padStart(16, '0')}` as TenantId;
      const key = `X${copies}`;
      const rows = filled.map(({ name, columns: [, ...rest] }) =>
        db
          .prepare(`INSERT INTO ${name} (tenant_id, ${rest.join(', ')}) SELECT ?2, ${rest.join(', ')} FROM ${name} WHERE tenant_id = ?1`)
          .bind(original.tenantId, tenantId),
      );
      const tenant = db
        .prepare("INSERT INTO tenants (tenant_id, key, name, status, settings, created_at) VALUES (?1, ?2, 'Acme Logistics', 'active', '{}', ?3)")
        .bind(tenantId, key, now());
      await db.batch([...(latest === undefined ? [] : [retirement(db, latest)]), db.prepare('DELETE FROM jobs'), tenant, ...rows]);
      latest = tenantId;
      return { scope: tenantScope(db, tenantId, 'command'), tenantId, key };
    },
    dump: async ({ tenantId }, without = []) => {
      const results = await db.batch<Record<string, unknown>>(
        tables.map(({ name }) => db.prepare(`SELECT * FROM ${name} WHERE tenant_id = ?1`).bind(tenantId)),
      );
      const all = Object.fromEntries(tables.map(({ name }, at) => [name, results[at]?.results ?? []]));
      const names = nameIds(tenantId, all);
      return Object.fromEntries(
        Object.entries(all).map(([name, rows]) => [name, rows.map((row) => JSON.stringify(comparable(name, row, without, names))).sort()]),
      );
    },
  };
}

/** Neither nodes nor cron find the customer: what the one case left behind is no work for the next. */
const retirement = (db: D1Database, tenantId: TenantId) => db.prepare("UPDATE tenants SET status = 'deleting' WHERE tenant_id = ?1").bind(tenantId);
const retire = (db: D1Database, tenantId: TenantId) => retirement(db, tenantId).run();

type Rows = Readonly<Record<string, readonly Record<string, unknown>[]>>;

function nameIds(
  tenantId: string,
  { nodes = [], clusters = [], findings = [], enrolment_tokens = [] }: Rows,
): readonly (readonly [string, string])[] {
  const numbered = (rows: readonly Record<string, unknown>[], column: string) =>
    rows.map((row, at) => [String(row[column]), `${column} ${at}`] as const);
  return [
    [tenantId, 'tenant'],
    ...nodes.map(({ node_id, name, status }) => [String(node_id), `${name} (${status})`] as const),
    ...numbered(clusters, 'cluster_id'),
    ...numbered(enrolment_tokens, 'token_id'),
    ...findings.map(({ finding_id, rule, subject, node_id }) => [String(finding_id), `${rule} ${subject} on ${node_id}`] as const),
  ];
}

const always = new Set(['tenant_id', 'report_id', 'raw_key', 'evidence_rev', 'analysed_rev', 'day', 'slot']);

function comparable(table: string, row: Record<string, unknown>, without: readonly string[], names: readonly (readonly [string, string])[]) {
  const whole = {
    ...row,
    ...('raw_key' in row && { hasRaw: row.raw_key !== null }),
    ...('evidence_rev' in row && { isDirty: row.evidence_rev !== row.analysed_rev }),
    ...('closed_at' in row && { isClosed: row.closed_at !== null }),
  };
  const isKept = (column: string) => !always.has(column) && !without.includes(`${table}.${column}`) && column !== 'at' && !column.endsWith('_at');
  const kept = Object.fromEntries(Object.entries(whole).filter(([column]) => isKept(column)));
  // Findings last to first: their names hold the ids of nodes, which are named after them.
  const named = [...names].reverse().reduce((text, [id, name]) => text.replaceAll(id, name), JSON.stringify(kept));
  return JSON.parse(named) as unknown;
}

/** The same dump without some columns (`table.column`). */
export function omitColumns(dump: Dump, without: readonly string[]): Dump {
  const omit = (table: string, line: string) =>
    JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).filter(([column]) => !without.includes(`${table}.${column}`))));
  return Object.fromEntries(Object.entries(dump).map(([table, lines]) => [table, lines.map((line) => omit(table, line)).sort()]));
}

/** Rule and subject of what is open: the same whatever the order in which it was found. */
export function listOpen({ findings = [] }: Dump): readonly string[] {
  return findings
    .map((line) => JSON.parse(line) as { rule: string; subject: string; isClosed: boolean })
    .flatMap(({ rule, subject, isClosed }) => (isClosed ? [] : [`${rule} ${subject}`]))
    .sort();
}
