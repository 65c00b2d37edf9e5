/** Sessions of people. Only the keyed hash of a session's secret is stored. */
import type { UserRow } from './users';

/** Undefined: no such session, expired, or its person was disabled. */
export async function findSessionUser(db: D1Database, secretHash: string, now: number): Promise<UserRow | undefined> {
  const row = await db
    .prepare(
      `SELECT u.user_id AS userId, u.email, u.role, u.tenant_id AS tenantId FROM sessions s JOIN users u ON u.user_id = s.user_id
       WHERE s.secret_hash = ?1 AND s.expires_at > ?2 AND u.disabled_at IS NULL`,
    )
    .bind(secretHash, now)
    .first<UserRow>();
  return row ?? undefined;
}

export async function deleteSession(db: D1Database, secretHash: string): Promise<void> {
  await db.prepare('DELETE FROM sessions WHERE secret_hash = ?1').bind(secretHash).run();
}
