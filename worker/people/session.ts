/** Sessions: opened by a sign-in link, carried by a cookie, closed by signing out or after 30 days. */
import { deleteSession, findSessionUser } from '../db/installation/sessions';
import { consumeLink, findLink } from '../db/installation/sign-in-links';
import { readSessionCookie } from '../http/session-cookie';
import type { UserId } from '../ids';
import type { Ports } from '../ports';
import { err, ok, type Result } from '../result';
import { isRole, type Person } from './person';
import { hashLinkSecret, hashSessionSecret, looksLikeSecret, newSecret } from './secrets';

export const sessionLifeSeconds = 30 * 86_400;

/** What became of a link: the page says it, the button needs it. */
export type LinkState =
  | { readonly is: 'usable'; readonly email: string; readonly userId: UserId; readonly endsAt: number }
  | { readonly is: 'used' | 'over'; readonly at: number }
  | { readonly is: 'unknown' };

export async function readLink(ports: Ports, secret: string): Promise<LinkState> {
  const link = looksLikeSecret(secret) ? await findLink(ports.db, await hashLinkSecret(secret)) : undefined;
  if (link === undefined || link.userId === null) return { is: 'unknown' };
  if (link.usedAt !== null) return { is: 'used', at: link.usedAt };
  if (link.expiresAt <= ports.now()) return { is: 'over', at: link.expiresAt };
  return { is: 'usable', email: link.email, userId: link.userId, endsAt: link.expiresAt };
}

/** The secret for the cookie, or why the link opens nothing. */
export async function openSession(ports: Ports, linkSecret: string, source: string): Promise<Result<string, Exclude<LinkState, { is: 'usable' }>>> {
  const link = await readLink(ports, linkSecret);
  if (link.is !== 'usable') return err(link);
  const secret = newSecret(ports.random);
  const now = ports.now();
  const opened = await consumeLink(ports.db, {
    linkHash: await hashLinkSecret(linkSecret),
    sessionHash: await hashSessionSecret(ports.config, secret),
    userId: link.userId,
    now,
    sessionExpiresAt: now + sessionLifeSeconds * 1000,
    source,
  });
  return opened ? ok(secret) : err({ is: 'used', at: now });
}

export async function findPerson(ports: Ports, request: Request, origin: string): Promise<Person | undefined> {
  const secret = readSessionCookie(request, origin);
  if (secret === undefined || !looksLikeSecret(secret)) return undefined;
  const user = await findSessionUser(ports.db, await hashSessionSecret(ports.config, secret), ports.now());
  if (user === undefined || !isRole(user.role)) return undefined;
  return { userId: user.userId, email: user.email, role: user.role, tenantId: user.tenantId ?? undefined };
}

export async function closeSession(ports: Ports, request: Request, origin: string): Promise<void> {
  const secret = readSessionCookie(request, origin);
  if (secret !== undefined && looksLikeSecret(secret)) await deleteSession(ports.db, await hashSessionSecret(ports.config, secret));
}
