/** A real D1 that counts what it is asked and can fail before or after it did it. */
import { connectionLost, wrapDatabase } from './wrap-db';

export type Counts = { statements: number; roundTrips: number; rowsWritten: number; subrequests: number };
export type Fault = 'before' | 'after';

export type CountingDatabase = {
  readonly db: D1Database;
  readonly counts: Counts;
  /** The nth round trip from now on (1 = the next) fails, before or after it reached the database. */
  failAt(trip: number, fault: Fault): void;
  /** Runs before the nth round trip from now on: what happens at the same moment. */
  interfereAt(trip: number, deed: () => Promise<unknown>): void;
  /** Forgets failures and deeds that were ordered and never came to pass. */
  calm(): void;
  reset(): void;
};

type Event = { readonly trip: number; readonly fault?: Fault; readonly deed?: () => Promise<unknown> };

export function countDatabase(real: D1Database): CountingDatabase {
  const counts: Counts = { statements: 0, roundTrips: 0, rowsWritten: 0, subrequests: 0 };
  let events: Event[] = [];

  const db = wrapDatabase(real, async ({ sql, run }) => {
    counts.statements += sql.length;
    counts.roundTrips += 1;
    counts.subrequests += 1;
    const now = events.filter((event) => event.trip === counts.roundTrips);
    events = events.filter((event) => event.trip !== counts.roundTrips);
    for (const { deed } of now) await deed?.();
    if (now.some(({ fault }) => fault === 'before')) throw connectionLost();
    const results = await run();
    counts.rowsWritten += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
    if (now.some(({ fault }) => fault === 'after')) throw connectionLost();
    return results;
  });

  return {
    db,
    counts,
    failAt: (nth, fault) => events.push({ trip: counts.roundTrips + nth, fault }),
    interfereAt: (nth, deed) => events.push({ trip: counts.roundTrips + nth, deed }),
    calm: () => {
      events = [];
    },
    reset: () => Object.assign(counts, { statements: 0, roundTrips: 0, rowsWritten: 0, subrequests: 0 }),
  };
}
