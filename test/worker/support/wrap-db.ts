/** A D1 whose every round trip passes through a hand that may look, wait, refuse, or lose the answer. */

/** `run`: the real thing, once. What it answers are the results of the trip's statements. */
export type Trip = { readonly sql: readonly string[]; readonly run: () => Promise<readonly D1Result<unknown>[]> };
export type Around = (trip: Trip) => Promise<readonly D1Result<unknown>[]>;

/** What D1 says when a connection broke. */
export const connectionLost = () => new Error('D1_ERROR: Network connection lost.');

export function wrapDatabase(real: D1Database, around: Around): D1Database {
  const inner = new WeakMap<object, { readonly statement: D1PreparedStatement; readonly sql: string }>();

  function wrap(statement: D1PreparedStatement, sql: string): D1PreparedStatement {
    const alone = async () => {
      const [result] = await around({ sql: [sql], run: async () => [await statement.all()] });
      if (result === undefined) throw new Error('a statement without a result');
      return result;
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), sql),
      all: alone,
      run: alone,
      first: async () => (await alone()).results[0] ?? null,
      // Rows as arrays, which only this call answers: carried as the results of a result.
      raw: async () => {
        const run = async () => [{ results: await statement.raw(), success: true, meta: { rows_written: 0 } } as unknown as D1Result<unknown>];
        return (await around({ sql: [sql], run }))[0]?.results;
      },
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, { statement, sql });
    return wrapped;
  }

  const unwrap = (statement: D1PreparedStatement) => {
    const found = inner.get(statement);
    if (found === undefined) throw new Error('a statement of another database');
    return found;
  };
  return {
    prepare: (sql: string) => wrap(real.prepare(sql), sql),
    batch: (list: D1PreparedStatement[]) => {
      const statements = list.map(unwrap);
      return around({ sql: statements.map(({ sql }) => sql), run: () => real.batch(statements.map(({ statement }) => statement)) });
    },
  } as unknown as D1Database;
}
