import { env } from 'cloudflare:workers';
import { is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import * as schema from '../../worker/db/schema';

const tables = Object.values<unknown>(schema)
  .filter((value) => is(value, SQLiteTable))
  .map((table) => getTableConfig(table));

type Column = { name: string; type: string; notnull: number; dflt_value: string | null; pk: number };
type Index = { name: string; unique: number; origin: string; partial: number };

const ask = async <T>(sql: string) => (await env.DB.prepare(sql).all<T>()).results;

describe('the typed schema and the migrations say the same', () => {
  it('about which tables there are', async () => {
    const real = await ask<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%'",
    );
    expect(tables.map(({ name }) => name).sort()).toEqual(real.map(({ name }) => name).sort());
  });

  it.each(tables)('about the columns of $name', async ({ name, columns, primaryKeys }) => {
    const key = [...(primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary))].map((column) => column.name);
    const typed = columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      notnull: column.notNull ? 1 : 0,
      dflt_value: column.default === undefined ? null : typeof column.default === 'string' ? `'${column.default}'` : String(column.default),
      pk: key.indexOf(column.name) + 1,
    }));
    const real = await ask<Column>(`SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo('${name}') ORDER BY cid`);
    expect(typed).toEqual(real);
  });

  it.each(tables)('about the indexes of $name', async ({ name, columns, indexes }) => {
    const named = indexes.map(({ config }) => ({
      name: config.name,
      unique: config.unique ? 1 : 0,
      partial: config.where === undefined ? 0 : 1,
      columns: config.columns.map((column) => (column as { name: string }).name),
    }));
    const unnamed = columns.filter(({ isUnique }) => isUnique).map((column) => ({ unique: 1, partial: 0, columns: [column.name] }));
    const real = await Promise.all(
      (await ask<Index>(`SELECT name, "unique", origin, partial FROM pragma_index_list('${name}')`))
        .filter(({ origin }) => origin !== 'pk')
        .map(async ({ name: index, unique, origin, partial }) => {
          const on = (await ask<{ name: string }>(`SELECT name FROM pragma_index_info('${index}') ORDER BY seqno`)).map((column) => column.name);
          return origin === 'u' ? { unique, partial, columns: on } : { name: index, unique, partial, columns: on };
        }),
    );
    const order = (list: readonly object[]) => list.map((entry) => JSON.stringify(entry, ['name', 'unique', 'partial', 'columns'])).sort();
    expect(order([...named, ...unnamed])).toEqual(order(real));
  });

  it('has no foreign key anywhere', async () => {
    for (const { name } of tables) expect(await ask(`SELECT * FROM pragma_foreign_key_list('${name}')`)).toEqual([]);
  });

  it('begins the key of every tenant table with the tenant', () => {
    const installation = ['tenants', 'users', 'sign_in_links', 'sessions', 'api_tokens', 'signing_keys', 'subscriptions', 'outbox', 'jobs'];
    const firsts = tables.filter(({ name }) => !installation.includes(name)).map(({ primaryKeys }) => primaryKeys[0]?.columns[0]?.name);
    expect(new Set(firsts)).toEqual(new Set(['tenant_id']));
    expect(firsts.length).toBe(tables.length - installation.length);
  });
});
