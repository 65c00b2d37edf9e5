import { expect, test } from 'vitest';
import { prepareRemoteLink } from '../../worker/commands';
import { openSession } from '../../worker/people/session';
import { addUser, base, cookieOf, makeLink, openApp, postForm, signIn } from './support/staff';
import { makePorts } from './support/test-ports';

const minute = 60_000;

test('opening a link changes nothing: it still works afterwards', async () => {
  const ports = await makePorts();
  const visit = openApp(ports);
  const link = await makeLink(ports);
  for (let visits = 0; visits < 3; visits += 1) {
    const page = await visit(link);
    expect(page.status).toBe(200);
    expect(page.headers.get('set-cookie')).toBeNull();
  }
  expect((await visit(link, postForm({}))).status).toBe(303);
});

test('a link signs in once, by its button', async () => {
  const ports = await makePorts();
  const visit = openApp(ports);
  const link = await makeLink(ports, 'once@example.com');
  const first = await visit(link, postForm({}));
  expect(first.headers.get('location')).toBe('/');
  expect((await visit('/', { headers: { cookie: cookieOf(first) } })).status).toBe(200);
  const second = await visit(link, postForm({}));
  expect(second.status).toBe(410);
  expect(second.headers.get('set-cookie')).toBeNull();
  expect(await second.text()).toContain('Each link works once.');
});

test('twenty clicks at the same moment open one session', async () => {
  const ports = await makePorts();
  const secret = (await makeLink(ports, 'race@example.com')).replace('/sign-in/', '');
  const opened = await Promise.all(Array.from({ length: 20 }, () => openSession(ports, secret, 'test')));
  expect(opened.filter(({ ok }) => ok)).toHaveLength(1);
  const { results } = await ports.db
    .prepare(`SELECT s.secret_hash FROM sessions s JOIN users u ON u.user_id = s.user_id WHERE u.email = 'race@example.com'`)
    .all();
  expect(results).toHaveLength(1);
});

test('a link ends after 15 minutes, a session after 30 days', async () => {
  const ports = await makePorts();
  const visit = openApp(ports);
  const late = await makeLink(ports);
  const inTime = await makeLink(ports);
  ports.clock.now += 15 * minute - 1;
  const cookie = cookieOf(await visit(inTime, postForm({})));
  ports.clock.now += 1;
  expect((await visit(late, postForm({}))).status).toBe(410);
  ports.clock.now += 30 * 86_400_000 - 2;
  expect((await visit('/', { headers: { cookie } })).status).toBe(200);
  ports.clock.now += 1;
  expect((await visit('/', { headers: { cookie } })).status).toBe(303);
});

test('a disabled person is out at once and gets in by no link', async () => {
  const ports = await makePorts();
  const visit = openApp(ports);
  await addUser(ports, { email: 'gone@example.com', role: 'owner' });
  const asGone = await signIn(ports, visit, 'gone@example.com');
  expect((await asGone('/')).status).toBe(200);
  await ports.db.prepare(`UPDATE users SET disabled_at = 1 WHERE email = 'gone@example.com'`).run();
  expect((await asGone('/')).status).toBe(303);
  expect((await visit(await makeLink(ports, 'gone@example.com'), postForm({}))).status).toBe(410);
});

test('the cookie is bound to the host, hidden from scripts and only sent over https', async () => {
  const ports = await makePorts();
  const cookie = (await openApp(ports)(await makeLink(ports), postForm({}))).headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^__Host-sexton=[A-Za-z0-9_-]{43}; /);
  for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(attribute);
  expect(cookie).not.toContain('Domain');
});

test('over plain http the cookie has another name, or browsers would drop it', async () => {
  const ports = await makePorts();
  const local = { ...ports, config: { ...ports.config, publicUrl: 'http://127.0.0.1:8787' } };
  const init = postForm({}, { origin: 'http://127.0.0.1:8787' });
  const cookie = (await openApp(local)(await makeLink(ports), init)).headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^sexton=/);
  expect(cookie).not.toContain('Secure');
});

test('signing out ends the session, not only the cookie', async () => {
  const ports = await makePorts();
  const visit = openApp(ports);
  const asAda = await signIn(ports, visit);
  const out = await asAda('/sign-out', postForm({}));
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await asAda('/')).status).toBe(303);
});

test('neither the link nor the session stands in the database as it is', async () => {
  const ports = await makePorts();
  const visit = openApp(ports);
  const link = await makeLink(ports, 'hash@example.com');
  const cookie = cookieOf(await visit(link, postForm({}))).split('=')[1] ?? '';
  const dump = JSON.stringify([
    (await ports.db.prepare('SELECT * FROM sign_in_links').all()).results,
    (await ports.db.prepare('SELECT * FROM sessions').all()).results,
  ]);
  expect(dump).not.toContain(link.replace('/sign-in/', ''));
  expect(dump).not.toContain(cookie);
});

test('a session of one secret is nothing under another: changing it signs everybody out', async () => {
  const ports = await makePorts();
  const cookie = cookieOf(await openApp(ports)(await makeLink(ports), postForm({})));
  const other = { ...ports, config: { ...ports.config, deriveKey: async () => new Uint8Array(32).fill(9) } };
  expect((await openApp(other)('/', { headers: { cookie } })).status).toBe(303);
});

test('every sign-in leaves its row in the log of the installation', async () => {
  const ports = await makePorts();
  await signIn(ports, openApp(ports), 'audit@example.com');
  const { results } = await ports.db
    .prepare(
      `SELECT a.action FROM audit_events a LEFT JOIN users u ON u.user_id = a.subject WHERE a.tenant_id = '_' AND (a.subject = 'audit@example.com' OR u.email = 'audit@example.com') ORDER BY a.seq`,
    )
    .all<{ action: string }>();
  expect(results.map(({ action }) => action)).toEqual(['sign-in-link.make', 'session.open']);
});

test.each(['x', 'A'.repeat(43), '%00', `${'A'.repeat(43)}'--`, '../../etc/passwd'])('a made-up link %j opens nothing', async (secret) => {
  const ports = await makePorts();
  const response = await openApp(ports)(`/sign-in/${encodeURIComponent(secret)}`, postForm({}));
  expect(response.status).toBe(410);
  expect(response.headers.get('set-cookie')).toBeNull();
});

test('the statements a command sends to a database far away make a link that works', async () => {
  const ports = await makePorts();
  ports.clock.now = Date.now();
  const link = await prepareRemoteLink(' Grace@Example.com ');
  if (!link.ok) throw new Error(link.error);
  for (const statement of link.value.sql.split('\n')) await ports.db.prepare(statement).run();
  const page = await openApp(ports)(link.value.path);
  expect(await page.text()).toContain('grace@example.com');
  expect((await openApp(ports)(link.value.path, postForm({}))).status).toBe(303);
  expect((await prepareRemoteLink("x'); DROP TABLE users; --@example.com")).ok).toBe(false);
});

test('the address of the installation may be another than the one of the request: a proxy stands between', async () => {
  const ports = await makePorts();
  const behind = { ...ports, config: { ...ports.config, publicUrl: 'https://fleet.example.com' } };
  const link = await makeLink(ports);
  expect((await openApp(behind)(link, postForm({}, { origin: base }))).status).toBe(403);
  expect((await openApp(behind)(link, postForm({}, { origin: 'https://fleet.example.com' }))).status).toBe(303);
});
