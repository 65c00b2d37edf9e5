/** Somebody who is signed in, through the same door as people: a link, its button, the cookie. */
import { createApp } from '../../../worker/app';
import { insertLink } from '../../../worker/db/installation/sign-in-links';
import type { UserId } from '../../../worker/ids';
import { prepareLink } from '../../../worker/people/sign-in-link';
import type { Ports } from '../../../worker/ports';
import type { Downloads } from '../../../worker/routes';

export const base = 'https://sexton.test';
export type Browser = (path: string, init?: RequestInit) => Promise<Response>;

/** Requests as a browser on our own pages sends them. */
export function openApp(ports: Ports, downloads: Downloads = {}): Browser {
  const app = createApp(ports, downloads);
  return async (path, init = {}) => app.fetch(new Request(`${base}${path}`, { redirect: 'manual', ...init }));
}

export const postForm = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  headers: { origin: base, ...headers },
});

export async function makeLink(ports: Ports, email = 'ada@example.com'): Promise<string> {
  const { secret, link } = await prepareLink(ports, email);
  await insertLink(ports.db, link);
  return `/sign-in/${secret}`;
}

export const cookieOf = (response: Response): string => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** The same browser, carrying a session. */
export async function signIn(ports: Ports, visit: Browser, email?: string): Promise<Browser> {
  const response = await visit(await makeLink(ports, email), postForm({}));
  const cookie = cookieOf(response);
  return (path, init = {}) => visit(path, { ...init, headers: { ...(init.headers as Record<string, string> | undefined), cookie } });
}

export async function addUser(ports: Ports, user: { email: string; role: string; tenantId?: string; disabledAt?: number }): Promise<void> {
  const userId = ports.newId('u') as UserId;
  await ports.db
    .prepare('INSERT INTO users (user_id, email, role, tenant_id, disabled_at) VALUES (?1, ?2, ?3, ?4, ?5)')
    .bind(userId, user.email, user.role, user.tenantId ?? null, user.disabledAt ?? null)
    .run();
}
