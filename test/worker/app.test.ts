import { expect, test } from 'vitest';
import { readBody } from '../../worker/http/read-body';
import { base, openApp, postForm, signIn } from './support/staff';
import { makePorts } from './support/test-ports';

test('every answer carries the policy, pages and documents, found or not', async () => {
  const visit = openApp(await makePorts());
  for (const path of ['/', '/sign-in', '/healthz', '/nowhere', '/v1/nowhere', '/get/none']) {
    const { headers } = await visit(path);
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    expect(headers.get('content-security-policy'), path).not.toContain('unsafe');
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('strict-transport-security'), path).toContain('max-age=');
  }
});

test('nodes and programs get a problem document, people a page', async () => {
  const visit = openApp(await makePorts());
  const document = await visit('/v1/nowhere');
  expect(document.headers.get('content-type')).toBe('application/problem+json');
  expect(await document.json()).toMatchObject({ type: 'urn:sexton:not_found', status: 404, requestId: expect.stringMatching(/^[0-9a-f]{8}$/) });
  const page = await visit('/nowhere');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('There is nothing here');
});

const failing = async (message: string) => {
  const ports = await makePorts();
  const fail = () => {
    throw new Error('Failed query: select secret', { cause: new Error(message) });
  };
  return openApp({ ...ports, db: { prepare: fail, batch: fail } as unknown as D1Database });
};

test('a database without tables asks for the update instead of failing blankly', async () => {
  const visit = await failing('D1_ERROR: no such table: users: SQLITE_ERROR');
  const page = await visit('/sign-in');
  expect(page.status).toBe(503);
  expect(await page.text()).toContain('npm run deploy');
  expect(await (await visit('/healthz')).json()).toMatchObject({ database: 'schema_outdated' });
});

test('a database that is away says that nodes keep their check-ins, with a reference', async () => {
  const visit = await failing('D1_ERROR: Network connection lost.');
  const page = await visit('/sign-in');
  expect(page.status).toBe(503);
  expect(page.headers.get('retry-after')).toBe('30');
  const text = await page.text();
  expect(text).toContain('Nodes keep their last check-in and retry.');
  expect(text).toMatch(/Reference <code>[0-9a-f]{8}<\/code>/);
});

test('a fault of ours tells no query and no parameter', async () => {
  const visit = await failing('something odd about secret');
  const page = await visit('/sign-in');
  expect(page.status).toBe(500);
  expect(await page.text()).not.toContain('secret');
});

test('a body is counted while it is read, whatever its header says', async () => {
  const stream = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
  const endless = new Request(base, { method: 'POST', body: stream() });
  expect(await readBody(endless, 10_000)).toBeUndefined();
  const exact = new Request(base, { method: 'POST', body: new Uint8Array(10_000) });
  expect((await readBody(exact, 10_000))?.length).toBe(10_000);
  const over = new Request(base, { method: 'POST', body: new Uint8Array(10_001) });
  expect(await readBody(over, 10_000)).toBeUndefined();
});

test('a message larger than the wire allows is refused before anybody looks into it', async () => {
  const visit = openApp(await makePorts());
  const response = await visit('/v1/snapshots', { method: 'POST', body: new Uint8Array(2 * 1024 * 1024 + 1) });
  expect(response.status).toBe(413);
});

test('an unsigned message is refused with a document', async () => {
  const visit = openApp(await makePorts());
  const response = await visit('/v1/snapshots', { method: 'POST', body: 'x' });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
});

test('the collector is served as it was built, with its hash, and not again to who has it', async () => {
  const visit = openApp(await makePorts(), { 'sexton-collector.mjs': 'console.log(1)\n' });
  const response = await visit('/get/sexton-collector.mjs');
  expect(await response.text()).toBe('console.log(1)\n');
  const etag = response.headers.get('etag') ?? '';
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('console.log(1)\n'))).toString('hex');
  expect(etag).toBe(`"sha256-${hash}"`);
  expect((await visit('/get/sexton-collector.mjs', { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await visit('/get/constructor')).status).toBe(404);
});

test('health answers without a session and names nobody', async () => {
  const ports = await makePorts();
  const response = await openApp(ports)('/healthz');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ version: ports.config.version, database: 'ok', oldestDirtySeconds: null });
});

test('the stylesheet may be kept for a year because its name changes with it', async () => {
  const ports = await makePorts();
  const visit = openApp(ports);
  const page = await (await visit('/sign-in')).text();
  const href = /href="(\/assets\/[^"]+\.css)"/.exec(page)?.[1] ?? '';
  const sheet = await visit(href);
  expect(sheet.headers.get('cache-control')).toContain('immutable');
  expect((await sheet.text()).length).toBeLessThan(30_000);
  expect(page).not.toMatch(/<script|style=|onclick|javascript:/);
});

test('a form that is too large is refused', async () => {
  const ports = await makePorts();
  const asAda = await signIn(ports, openApp(ports));
  expect((await asAda('/customers', postForm({ name: 'x'.repeat(20_000) }))).status).toBe(413);
});
