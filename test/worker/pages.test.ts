import { expect, test } from 'vitest';
import { fullTime, spanText } from '../../worker/pages/frame/time';
import { type Browser, openApp, postForm, signIn } from './support/staff';
import { makeCustomer, type TestCustomer } from './support/test-customer';
import { makePorts, type TestPorts } from './support/test-ports';

const summary = (more: object) =>
  JSON.stringify({
    grade: 'A+',
    score: 100,
    complete: true,
    counts: { critical: 0, warning: 0, info: 0 },
    notChecked: 0,
    sentence: null,
    nodes: [],
    rest: 0,
    ...more,
  });

type Cluster = {
  readonly id: string;
  readonly name: string;
  readonly node?: string;
  readonly seenMinutesAgo?: number;
  readonly worst?: string;
  readonly summary?: object;
};

async function addCluster(
  ports: TestPorts,
  { tenantId }: TestCustomer,
  { id, name, node = 'pve1', seenMinutesAgo = 4, worst = 'ok', summary: more = {} }: Cluster,
) {
  const said = summary({ nodes: [{ id: `n_${id}`, name: node, worst, grade: 'A+', open: 1 }], ...more });
  await ports.db.batch([
    ports.db
      .prepare('INSERT INTO clusters (tenant_id, cluster_id, name, summary, created_at) VALUES (?1, ?2, ?3, ?4, 1)')
      .bind(tenantId, `c_${id}`, name, said),
    ports.db
      .prepare(
        `INSERT INTO nodes (tenant_id, node_id, cluster_id, name, status, public_key, last_seen_at, enrolled_at) VALUES (?1, ?2, ?3, ?4, 'active', ?2, ?5, 1)`,
      )
      .bind(tenantId, `n_${id}`, `c_${id}`, node, ports.clock.now - seenMinutesAgo * 60_000),
  ]);
}

async function openFleet(): Promise<{ ports: TestPorts; customer: TestCustomer; asAda: Browser }> {
  const ports = await makePorts();
  await ports.db.prepare('DELETE FROM tenants').run();
  const customer = await makeCustomer(ports);
  return { ports, customer, asAda: await signIn(ports, openApp(ports)) };
}

const read = async (visit: Browser, path = '/') => (await visit(path)).text();

test('the worst cluster comes first, whatever its grade', async () => {
  const { ports, customer, asAda } = await openFleet();
  await addCluster(ports, customer, {
    id: 'w',
    name: 'warned',
    worst: 'warning',
    summary: { counts: { critical: 0, warning: 3, info: 0 }, grade: 'F', sentence: 'three warnings' },
  });
  await addCluster(ports, customer, { id: 'h', name: 'healthy' });
  await addCluster(ports, customer, { id: 'u', name: 'holes', worst: 'unknown', summary: { complete: false, notChecked: 8 } });
  await addCluster(ports, customer, { id: 's', name: 'silent', seenMinutesAgo: 130 });
  await addCluster(ports, customer, {
    id: 'c',
    name: 'critical',
    worst: 'critical',
    summary: { counts: { critical: 1, warning: 0, info: 0 }, grade: 'B', sentence: 'one critical' },
  });
  const page = await read(asAda);
  const places = ['>critical<', '>silent<', '>holes<', '>warned<', 'needs nothing', '>healthy<'].map((text) => page.indexOf(text));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
  expect(page).toContain('4 of 5 clusters need you.');
  expect(page).toContain('pve1 silent for 2 h 10 min');
  expect(page).toContain('Not fully checked: 8 checks could not be done.');
});

test('a fleet in order is one calm line', async () => {
  const { ports, customer, asAda } = await openFleet();
  for (const id of ['1', '2', '3']) await addCluster(ports, customer, { id: `f${id}`, name: `site-${id}`, seenMinutesAgo: Number(id) * 4 });
  const page = await read(asAda);
  expect(page).toContain('All 3 clusters are fine.');
  expect(page).toMatch(/oldest check-in <time[^>]*>12 min ago/);
});

test('a cluster that only has a token yet is not counted', async () => {
  const { ports, customer, asAda } = await openFleet();
  await ports.db.prepare(`INSERT INTO clusters (tenant_id, cluster_id, name, created_at) VALUES (?1, 'c_t', '', 1)`).bind(customer.tenantId).run();
  const page = await read(asAda);
  expect(page).toContain('No node has checked in yet.');
  expect(page).not.toContain('/clusters/c_t');
});

test('hostile names are text, and what they hide is seen', async () => {
  const { ports, customer, asAda } = await openFleet();
  const evil = '<img src=x onerror=alert(1)>\u202e"\'';
  await addCluster(ports, customer, {
    id: 'e',
    name: evil,
    node: evil,
    worst: 'critical',
    summary: { counts: { critical: 1, warning: 0, info: 0 }, sentence: evil },
  });
  await ports.db
    .prepare(
      `INSERT INTO findings (tenant_id, finding_id, number, cluster_id, node_id, rule, severity, subject, episode, opened_at, changed_at, detail, evidence)
       VALUES (?1, 'f_e', 1, 'c_e', 'n_e', 'dm.not-a-rule', 3, ?2, 1, 1, 1, '{}', '[]'), (?1, 'f_d', 2, 'c_e', 'n_e', 'dm.stale-mapping', 2, ?2, 1, 1, 1, 'not json', '[]')`,
    )
    .bind(customer.tenantId, evil)
    .run();
  for (const path of ['/', `/t/${customer.tenantId}`, `/t/${customer.tenantId}/clusters/c_e`, `/t/${customer.tenantId}/nodes/n_e`]) {
    const page = await read(asAda, path);
    expect(page, path).not.toContain('<img');
    expect(page, path).not.toContain('\u202e');
    expect(page, path).toContain('\\u{202e}');
  }
});

test('two hundred clusters with five nodes each stay within the budget', async () => {
  const { ports, customer, asAda } = await openFleet();
  const nodes = Array.from({ length: 5 }, (_, index) => ({ id: `n_${index}`, name: `pve${index}`, worst: 'warning', grade: 'C', open: 2 }));
  const said = summary({
    counts: { critical: 1, warning: 9, info: 0 },
    sentence: 'On pve3 the name vm-119-disk-0 leads to blocks of a removed disk.',
    nodes,
  });
  for (let index = 0; index < 200; index += 1) await addCluster(ports, customer, { id: `b${index}`, name: `site-${index}` });
  await ports.db.prepare(`UPDATE clusters SET summary = ?1 WHERE tenant_id = ?2`).bind(said, customer.tenantId).run();
  ports.counted.reset();
  const page = await read(asAda);
  expect(page.length).toBeLessThan(120_000);
  expect(ports.counted.counts.statements).toBeLessThanOrEqual(5);
});

test('a customer is added with a key from its name, and a taken key gives way', async () => {
  const { asAda } = await openFleet();
  const first = await asAda('/customers', postForm({ name: 'Beacon Foods', key: '' }));
  expect(first.status).toBe(303);
  expect(await read(asAda, first.headers.get('location') ?? '')).toContain('BEA');
  const second = await asAda('/customers', postForm({ name: 'Beatrix Ltd', key: '' }));
  expect(await read(asAda, second.headers.get('location') ?? '')).toContain('BEA2');
  const taken = await asAda('/customers', postForm({ name: 'Third', key: 'bea' }));
  expect(taken.status).toBe(422);
  expect(await taken.text()).toContain('The key BEA is taken.');
});

test('a token of one customer is not made for the cluster of another', async () => {
  const { ports, customer, asAda } = await openFleet();
  const other = await makeCustomer(ports);
  await addCluster(ports, other, { id: 'other', name: 'other' });
  const response = await asAda(`/t/${customer.tenantId}/tokens`, postForm({ cluster: 'c_other', uses: '3' }));
  expect(response.status).toBe(404);
  for (const uses of ['0', '65', '-1', 'x', '1.5', ''])
    expect((await asAda(`/t/${customer.tenantId}/tokens`, postForm({ cluster: '', uses }))).status, uses).toBe(400);
});

test('whoever made a token reads the lines for a node, a cluster and Ansible, with the checksum of the package', async () => {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const bytes = Buffer.from('a package');
  const asAda = await signIn(ports, openApp(ports, { 'sexton-collector_9.9.9_all.deb': { base64: bytes.toString('base64') } }));
  const page = await (await asAda(`/t/${customer.tenantId}/tokens`, postForm({ cluster: '', uses: '3' }))).text();
  const sum = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  expect(page).toContain('This token lets in 3 nodes for one hour.');
  expect(page.split(sum)).toHaveLength(4);
  for (const text of ['curl -fsSLO https://sexton.test/get/sexton-collector_9.9.9_all.deb', 'while read -r name ip; do', 'ansible.builtin.apt'])
    expect(page).toContain(text);
  for (const text of ['ssh-keygen -Y verify', 'apt says 401', '--ca-file', 'https_proxy=']) expect(page).toContain(text);
  expect(page.match(/sxe-ac\d+-[a-z0-9-]+/g)).toHaveLength(1);
});

test('an installation that was not built says that there is no package', async () => {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const asAda = await signIn(ports, openApp(ports));
  const page = await (await asAda(`/t/${customer.tenantId}/tokens`, postForm({ cluster: '', uses: '3' }))).text();
  expect(page).toContain('there is no package to fetch');
});

test('times are short, and whole in the title', () => {
  const cases = [
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [7_800_000, '2 h 10 min'],
    [7_200_000, '2 h'],
    [86_400_000, '1 day'],
    [200_000_000, '2 days'],
  ] as const;
  for (const [span, words] of cases) expect(spanText(span)).toBe(words);
  expect(fullTime(0)).toBe('1970-01-01 00:00:00 UTC');
});
