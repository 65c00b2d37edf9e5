/** One-use sign-in links: made by a command, consumed by one conditional write. Only the secret's hash is stored. */
import type { UserId } from '../../ids';
import { didReturn } from '../rows';
import { installationAuditStatement, whenChanged } from '../tenant/audit';

/** A spent link is remembered for a day, so that its page can say what became of it. */
const linkMemoryMilliseconds = 86_400_000;

export type LinkRow = {
  readonly email: string;
  /** Null: nobody here has this address, or may not sign in any more. */
  readonly userId: UserId | null;
  readonly expiresAt: number;
  readonly usedAt: number | null;
};

export async function findLink(db: D1Database, secretHash: string): Promise<LinkRow | undefined> {
  const row = await db
    .prepare(
      `SELECT l.email, u.user_id AS userId, l.expires_at AS expiresAt, l.used_at AS usedAt
       FROM sign_in_links l LEFT JOIN users u ON u.email = l.email AND u.disabled_at IS NULL WHERE l.secret_hash = ?1`,
    )
    .bind(secretHash)
    .first<LinkRow>();
  return row ?? undefined;
}

export type NewLink = {
  readonly secretHash: string;
  readonly email: string;
  readonly expiresAt: number;
  readonly now: number;
  /** For a person who is not known yet: whoever may write the database may sign in as owner. */
  readonly newUserId: UserId;
};

/** The statements as text and parameters: a command sends the same ones through wrangler where the database is far away. */
export function newLinkStatements({
  secretHash,
  email,
  expiresAt,
  now,
  newUserId,
}: NewLink): readonly (readonly [sql: string, parameters: readonly (string | number)[]])[] {
  return [
    [`INSERT INTO users (user_id, email, role) VALUES (?1, ?2, 'owner') ON CONFLICT (email) DO NOTHING`, [newUserId, email]],
    ['INSERT INTO sign_in_links (secret_hash, email, expires_at) VALUES (?1, ?2, ?3)', [secretHash, email, expiresAt]],
    [
      `INSERT INTO audit_events (tenant_id, seq, at, actor, source, action, subject, detail)
       SELECT '_', (SELECT coalesce(max(seq), 0) + 1 FROM audit_events WHERE tenant_id = '_'), ?1, 'command', 'command', 'sign-in-link.make', ?2, '{}'`,
      [now, email],
    ],
  ];
}

export async function insertLink(db: D1Database, link: NewLink): Promise<void> {
  await db.batch(newLinkStatements(link).map(([sql, parameters]) => db.prepare(sql).bind(...parameters)));
}

export type Consumption = {
  readonly linkHash: string;
  readonly sessionHash: string;
  readonly userId: UserId;
  readonly now: number;
  readonly sessionExpiresAt: number;
  readonly source: string;
};

/** Uses the link up and opens the session; both and the audit row happen or none does. False: it was used or over by then. */
export async function consumeLink(db: D1Database, { linkHash, sessionHash, userId, now, sessionExpiresAt, source }: Consumption): Promise<boolean> {
  const [, , , opened] = await db.batch([
    db.prepare('DELETE FROM sessions WHERE expires_at <= ?1').bind(now),
    db.prepare('DELETE FROM sign_in_links WHERE expires_at <= ?1').bind(now - linkMemoryMilliseconds),
    db.prepare('UPDATE sign_in_links SET used_at = ?2 WHERE secret_hash = ?1 AND used_at IS NULL AND expires_at > ?2').bind(linkHash, now),
    // changes() is what the statement before changed: a second click at the same moment finds 0.
    db
      .prepare('INSERT INTO sessions (secret_hash, user_id, created_at, expires_at) SELECT ?1, ?2, ?3, ?4 WHERE changes() = 1 RETURNING user_id')
      .bind(sessionHash, userId, now, sessionExpiresAt),
    installationAuditStatement(db, { at: now, actor: userId, source, action: 'session.open', subject: userId }, whenChanged),
  ]);
  return didReturn(opened);
}
