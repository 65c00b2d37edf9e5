/** A real D1 that counts what it is asked and can fail before or after it did it. */

export type Counts = { statements: number; roundTrips: number; rowsWritten: number; subrequests: number };
export type Fault = 'before' | 'after';

export type CountingDatabase = {
  readonly db: D1Database;
  readonly counts: Counts;
  /** The nth round trip from now on (1 = the next) fails, before or after it reached the database. */
  failAt(trip: number, fault: Fault): void;
  /** Runs before the nth round trip from now on: what happens at the same moment. */
  interfereAt(trip: number, deed: () => Promise<unknown>): void;
  reset(): void;
};

type Event = { readonly trip: number; readonly fault?: Fault; readonly deed?: () => Promise<unknown> };

export function countDatabase(real: D1Database): CountingDatabase {
  const counts: Counts = { statements: 0, roundTrips: 0, rowsWritten: 0, subrequests: 0 };
  const inner = new WeakMap<object, D1PreparedStatement>();
  let events: Event[] = [];

  async function trip<T>(statements: number, run: () => Promise<T>, written: (result: T) => number): Promise<T> {
    counts.statements += statements;
    counts.roundTrips += 1;
    counts.subrequests += 1;
    const now = events.filter((event) => event.trip === counts.roundTrips);
    events = events.filter((event) => event.trip !== counts.roundTrips);
    for (const { deed } of now) await deed?.();
    if (now.some(({ fault }) => fault === 'before')) throw new Error('D1_ERROR: Network connection lost.');
    const result = await run();
    counts.rowsWritten += written(result);
    if (now.some(({ fault }) => fault === 'after')) throw new Error('D1_ERROR: Network connection lost.');
    return result;
  }
  const rows = (result: D1Result<unknown>) => result.meta.rows_written;

  function wrap(statement: D1PreparedStatement): D1PreparedStatement {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: () => trip(1, () => statement.all(), rows),
      run: () => trip(1, () => statement.run(), rows),
      first: async () => (await trip(1, () => statement.all(), rows)).results[0] ?? null,
      raw: () =>
        trip(
          1,
          () => statement.raw(),
          () => 0,
        ),
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, statement);
    return wrapped;
  }

  const unwrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const found = inner.get(statement);
    if (found === undefined) throw new Error('a statement of another database');
    return found;
  };
  const db = {
    prepare: (sql: string) => wrap(real.prepare(sql)),
    batch: (list: D1PreparedStatement[]) =>
      trip(
        list.length,
        () => real.batch(list.map(unwrap)),
        (results) => results.reduce((sum, result) => sum + rows(result), 0),
      ),
  } as unknown as D1Database;

  return {
    db,
    counts,
    failAt: (nth, fault) => events.push({ trip: counts.roundTrips + nth, fault }),
    interfereAt: (nth, deed) => events.push({ trip: counts.roundTrips + nth, deed }),
    reset: () => Object.assign(counts, { statements: 0, roundTrips: 0, rowsWritten: 0, subrequests: 0 }),
  };
}
