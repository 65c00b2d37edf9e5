import { beforeAll, describe, expect, test } from 'vitest';
import { isOpen } from '../../worker/http/route';
import { makeRoutes } from '../../worker/routes';
import { addUser, type Browser, openApp, postForm, signIn } from './support/staff';
import { makeCustomer } from './support/test-customer';
import { makePorts, type TestPorts } from './support/test-ports';

const routes = makeRoutes({});
const staff = routes.filter((route) => !isOpen(route));
const addressOf = (path: string) => path.replace(/:\w+/g, 'x');

let ports: TestPorts;
let visit: Browser;
beforeAll(async () => {
  ports = await makePorts();
  visit = openApp(ports);
});

const send = (route: (typeof routes)[number], as: Browser): Promise<Response> =>
  as(
    addressOf(route.path),
    route.method === 'GET'
      ? {}
      : route.answers === 'page'
        ? postForm({})
        : { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
  );

test('there are routes for the staff, and the fleet is one of them', () => {
  expect(staff.map(({ path }) => path)).toContain('/');
  expect(staff.length).toBeGreaterThan(4);
});

describe.each(staff.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  test('is closed to whoever is not signed in', async () => {
    const response = await send(route, visit);
    if (route.answers === 'page') {
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toBe('/sign-in');
    } else expect(response.status).toBe(401);
    expect(await response.text()).toBe('');
  });

  test('is closed to a made-up session', async () => {
    const response = await send(route, (path, init = {}) =>
      visit(path, { ...init, headers: { ...(init.headers as Record<string, string>), cookie: `__Host-sexton=${'A'.repeat(43)}` } }),
    );
    expect(response.status).toBe(route.answers === 'page' ? 303 : 401);
  });

  test('is closed to a person of a lesser role', async () => {
    if (route.rights === 'viewer') return;
    const email = `viewer-${addressOf(route.path).replace(/\W/g, '')}@example.com`;
    await addUser(ports, { email, role: 'viewer' });
    expect((await send(route, await signIn(ports, visit, email))).status).toBe(403);
  });
});

describe.each(routes.filter(({ method, rights }) => method === 'POST' && rights !== 'node').map((route) => [route.path, route] as const))(
  'POST %s',
  (_, route) => {
    test('refuses a form that another site sends', async () => {
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      expect((await visit(addressOf(route.path), postForm({}, headers))).status).toBe(403);
    });

    test.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x', ''])('refuses a body of type %j', async (type) => {
      const response = await visit(addressOf(route.path), {
        method: 'POST',
        body: 'name=x',
        headers: { 'sec-fetch-site': 'same-origin', ...(type !== '' && { 'content-type': type }) },
      });
      expect([400, 403]).toContain(response.status);
    });
  },
);

test.each(['PUT', 'DELETE', 'PATCH'])('no address takes %s', async (method) => {
  for (const path of new Set(routes.map((route) => route.path))) {
    const response = await visit(addressOf(path), { method });
    expect(response.status, path).toBe(405);
    expect(response.headers.get('allow'), path).toMatch(/GET|POST/);
  }
});

test('an address that is not in the table is not there', async () => {
  for (const path of [
    '/cdn-cgi/mf/scheduled',
    '/cdn-cgi/local/platform-proxy',
    '/.env',
    '/t',
    '/api/v1/x',
    '/v1/snapshots/',
    '/assets/../index.ts',
  ]) {
    expect((await visit(path)).status, path).toBe(404);
  }
});

describe('one customer of two', () => {
  test('is all that a viewer bound to it sees, by whatever address', async () => {
    const mine = await makeCustomer(ports);
    const theirs = await makeCustomer(ports);
    await addUser(ports, { email: 'bound@example.com', role: 'viewer', tenantId: mine.tenantId });
    const asBound = await signIn(ports, visit, 'bound@example.com');
    expect((await asBound(`/t/${mine.tenantId}`)).status).toBe(200);
    for (const path of [`/t/${theirs.tenantId}`, `/t/${theirs.tenantId}/clusters/c_1`, `/t/${theirs.tenantId}/nodes/n_1`]) {
      const response = await asBound(path);
      expect(response.status, path).toBe(404);
      expect(await response.text()).not.toContain(theirs.key);
    }
    expect(await (await asBound('/')).text()).not.toContain(theirs.tenantId);
  });
});
