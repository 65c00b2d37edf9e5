/** Leases: a job is run by whoever takes its row with one conditional write, and by one at a time. */

/** Servers' clocks differ by seconds; what is further ahead was written by a clock that was wrong. */
const wrongClockMs = 3_600_000;

export type Lease = { readonly name: string; readonly until: number; readonly cursor: string | null };

/** Undefined: somebody else has it. A lease that ran out was left by a crash, one longer than any was taken while the clock was wrong: both may be taken. */
export async function takeLease(db: D1Database, name: string, now: number, milliseconds: number): Promise<Lease | undefined> {
  const until = now + milliseconds;
  const row = await db
    .prepare(`INSERT INTO jobs (name, lease_until) VALUES (?1, ?2)
      ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until WHERE jobs.lease_until <= ?3 OR jobs.lease_until > ?2 + ${wrongClockMs} RETURNING cursor`)
    .bind(name, until, now)
    .first<{ cursor: string | null }>();
  return row === null ? undefined : { name, until, cursor: row.cursor };
}

/** What a job left for its next run; null: nothing, or it never ran. */
export async function readJobCursor(db: D1Database, name: string): Promise<string | null> {
  const row = await db.prepare('SELECT cursor FROM jobs WHERE name = ?1').bind(name).first<{ cursor: string | null }>();
  return row?.cursor ?? null;
}

/** Gives the lease back; nothing when somebody else took it meanwhile. */
export async function returnLease(db: D1Database, lease: Lease, end: { now: number; cursor: string | null; error: string | null }): Promise<void> {
  await db
    .prepare(`UPDATE jobs SET lease_until = 0, cursor = ?3, last_error = ?4, last_ok_at = CASE WHEN ?4 IS NULL THEN ?5 ELSE last_ok_at END
      WHERE name = ?1 AND lease_until = ?2`)
    .bind(lease.name, lease.until, end.cursor, end.error, end.now)
    .run();
}
