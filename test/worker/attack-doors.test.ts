/** Doors: sign-in, enrolment, leases, pages. What leaks, what can be forced, what a hostile name does on a page. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { takeLease } from '../../worker/db/installation/jobs';
import { runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf, type FakeNode, mapped } from '../unit/analyzer/support/fake-node';
import { localMappings, pve1, san } from '../unit/analyzer/support/sample-cluster';
import { addUser, makeLink, openApp, postForm, signIn } from './support/staff';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode, makeKey, requestEnrolment } from './support/test-node';
import { makePorts } from './support/test-ports';

afterEach(() => vi.restoreAllMocks());

describe('the log', () => {
  it('never holds the secret of a sign-in link that was not used', async () => {
    const ports = await makePorts();
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const link = await makeLink(ports);
    ports.counted.failAt(1, 'before');
    expect((await openApp(ports)(link, postForm({}))).status).toBe(503);
    expect(JSON.stringify(log.mock.calls)).not.toContain(link.split('/').at(-1));
  });
});

describe('a sign-in link', () => {
  it('opens one session however many press its button at once', async () => {
    const ports = await makePorts();
    const visit = openApp(ports);
    const link = await makeLink(ports);
    const answers = await Promise.all(Array.from({ length: 10 }, () => visit(link, postForm({}))));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter((answer) => answer.headers.has('set-cookie'))).toHaveLength(1);
  });

  it('is not used up by GET, HEAD or a POST from elsewhere', async () => {
    const ports = await makePorts();
    const visit = openApp(ports);
    const link = await makeLink(ports);
    await visit(link);
    await visit(link, { method: 'HEAD' });
    expect((await visit(link, postForm({}, { origin: 'https://evil.test' }))).status).toBe(403);
    expect((await visit(link, postForm({}, { origin: 'null' }))).status).toBe(403);
    expect((await visit(link, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(403);
    const answer = await visit(link, postForm({}));
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-sexton=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(answer.headers.get('location')).toBe('/');
  });
});

describe('somebody who may see one customer', () => {
  it('makes no other customer, whatever the role', async () => {
    const ports = await makePorts();
    const own = await makeCustomer(ports);
    await addUser(ports, { email: 'bound@example.com', role: 'owner', tenantId: own.tenantId });
    const visit = await signIn(ports, openApp(ports), 'bound@example.com');
    await visit('/customers', postForm({ name: 'Not Mine Ltd' }));
    const made = await ports.db.prepare("SELECT count(*) AS n FROM tenants WHERE name = 'Not Mine Ltd'").first<{ n: number }>();
    expect(made?.n).toBe(0);
  });
});

describe('an enrolment token that lets nobody in without approval', () => {
  it('replaces no key of a node that is in without approval', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const first = await makeToken(ports, customer);
    await enrolTestNode(ports, first.token, 'pve1');
    const careful = await makeToken(ports, customer, { clusterId: first.clusterId, autoApprove: false });
    const key = await makeKey();
    await requestEnrolment(ports, careful.token, 'pve1', { key });
    const inside = await rows(customer, "SELECT public_key FROM nodes WHERE tenant_id = :tenant AND status = 'active'");
    expect(inside).not.toContainEqual({ public_key: key.publicKey });
  });
});

describe('a node that waits for approval', () => {
  it('decides neither what its cluster is called nor who may follow', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer, { autoApprove: false });
    await requestEnrolment(ports, token, 'rogue', { membership: { cluster: 'rogue', members: ['rogue'] } });
    expect(await rows(customer, 'SELECT name FROM clusters WHERE tenant_id = :tenant')).toEqual([{ name: '' }]);
    expect(await requestEnrolment(ports, token, 'pve1')).toMatchObject({ ok: true });
  });

  it('changes nothing of what the members that are in said of their cluster', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const first = await makeToken(ports, customer);
    await enrolTestNode(ports, first.token, 'pve1');
    const sql = "SELECT value FROM cluster_memory WHERE tenant_id = :tenant AND key = 'membership'";
    const before = await rows(customer, sql);
    const careful = await makeToken(ports, customer, { clusterId: first.clusterId, autoApprove: false });
    await requestEnrolment(ports, careful.token, 'rogue', { membership: { cluster: 'prod', members: ['pve1', 'rogue', 'no-such-node'] } });
    expect(await rows(customer, sql)).toEqual(before);
  });
});

describe('six clusters of one customer', () => {
  it('that open findings at the same moment number them all differently', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const nodes = [];
    for (let made = 0; made < 6; made += 1) nodes.push(await enrolTestNode(ports, (await makeToken(ports, customer)).token, 'pve1'));
    const answers = await Promise.all(nodes.map((node) => node.full(capturesOf(pve1))));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const [count] = await rows(
      customer,
      'SELECT count(*) AS n, count(DISTINCT number) AS numbers, max(number) AS last FROM findings WHERE tenant_id = :tenant',
    );
    expect(count).toEqual({ n: count?.n, numbers: count?.n, last: count?.n });
  });
});

describe('ten nodes of one cluster', () => {
  it('that enrol at the same moment are all in', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const members = Array.from({ length: 10 }, (_, at) => `pve${at + 1}`);
    const membership = { cluster: 'prod', members };
    const answers = await Promise.all(members.map((name) => requestEnrolment(ports, token, name, { membership })));
    expect(answers.filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('the audit log', () => {
  it('holds addresses of clients, not any text a client calls its address', async () => {
    const ports = await makePorts();
    await openApp(ports)(await makeLink(ports), postForm({}, { 'cf-connecting-ip': `cron ${'x'.repeat(4000)}` }));
    const row = await ports.db.prepare("SELECT max(length(source)) AS n FROM audit_events WHERE action = 'session.open'").first<{ n: number }>();
    expect(row?.n).toBeLessThanOrEqual(45);
  });
});

describe('a node that stood alone when it was enrolled', () => {
  it('and founded a cluster since takes its new members in', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const alone = await enrolTestNode(ports, token, 'pve1', { membership: { cluster: null, members: ['pve1'] } });
    await alone.full(capturesOf({ ...pve1, mappings: localMappings }));
    expect(await requestEnrolment(ports, token, 'pve2')).toMatchObject({ ok: true });
  });

  it('and still does takes nobody in who lists a namesake', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const alone = await enrolTestNode(ports, token, 'pve1', { membership: { cluster: null, members: ['pve1'] } });
    await alone.full(capturesOf({ ...pve1, members: [], mappings: localMappings }));
    expect(await requestEnrolment(ports, token, 'pve2')).toMatchObject({ ok: false, error: { reason: 'wrong_cluster' } });
  });

  it('and founded a cluster since comes back with a new key', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    await enrolTestNode(ports, token, 'pve1', { membership: { cluster: null, members: ['pve1'] } });
    expect(await requestEnrolment(ports, token, 'pve1')).toMatchObject({ ok: true });
  });
});

describe('a lease', () => {
  it('taken while the clock was a day ahead keeps nothing from running once the clock is right', async () => {
    const ports = await makePorts();
    ports.clock.now += 86_400_000;
    await takeLease(ports.db, 'analyse', ports.now(), 120_000);
    ports.clock.now -= 86_400_000;
    const results = await runJobs(ports);
    await ports.db.prepare('DELETE FROM jobs').run();
    expect(results).not.toContainEqual({ name: 'analyse', skipped: 'leased' });
  });
});

describe('a lease somebody holds', () => {
  it('is respected by a server whose clock is five seconds behind', async () => {
    const ports = await makePorts();
    await takeLease(ports.db, 'skewed', ports.now() + 5000, 120_000);
    expect(await takeLease(ports.db, 'skewed', ports.now(), 120_000)).toBeUndefined();
  });
});

describe('pages', () => {
  const evil = '<img src=x onerror=alert(1)>"\'&\u202e\u0007';
  it('show hostile names of customer, cluster, guest, volume, mapping and LVM as text', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    await ports.db.prepare('UPDATE tenants SET name = ?2 WHERE tenant_id = ?1').bind(customer.tenantId, evil).run();
    const { token } = await makeToken(ports, customer);
    const members = ['pve1', 'pve2'];
    const node = await enrolTestNode(ports, token, 'pve1', { collector: evil.slice(0, 32), membership: { cluster: evil, members } });
    const hostile: FakeNode = {
      ...pve1,
      members: ['pve1', evil],
      cluster: evil,
      groups: [
        { ...san, volumes: [...san.volumes, { name: `vm-131-${evil}` }] },
        { name: evil, volumes: [] },
      ],
      mappings: [mapped('san1vg', `vm-777-${evil}`, 40), { name: evil, uuid: '', minor: 41 }, { name: `x${evil}`, uuid: `LVM-${evil}`, minor: 42 }],
      guests: [{ vmid: 777, node: evil, config: `name: ${evil}\nscsi0: san-prod:vm-777-${evil}\n` }],
      lvmSays: `  WARNING: Device ${evil} has size 1.\n  WARNING: VG ${evil} is missing PV ${evil}.\n`,
    };
    expect(await node.full(capturesOf(hostile), { collector: evil.slice(0, 32) })).toMatchObject({ ok: true });
    const visit = await signIn(ports, openApp(ports));
    const { tenant, cluster, node: nodeId } = node.enrolment;
    for (const path of ['/', `/t/${tenant}`, `/t/${tenant}/clusters/${cluster}`, `/t/${tenant}/nodes/${nodeId}`]) {
      const page = await (await visit(path)).text();
      expect(page, path).not.toContain('<img');
      for (const hidden of ['\u202e', '\u0007']) expect(page, path).not.toContain(hidden);
      expect(page, path).not.toMatch(/ (?:style|on[a-z]+)="/);
    }
  });

  it("show the customer's name as text where a token is handed out", async () => {
    const ports = await makePorts();
    const { tenantId: tenant } = await makeCustomer(ports);
    await ports.db.prepare('UPDATE tenants SET name = ?2 WHERE tenant_id = ?1').bind(tenant, evil).run();
    const visit = await signIn(ports, openApp(ports));
    const made = await (await visit(`/t/${tenant}/tokens`, postForm({ cluster: '', uses: '2' }))).text();
    expect(made).not.toContain('<img');
    for (const hidden of ['\u202e', '\u0007']) expect(made).not.toContain(hidden);
    const again = await (await visit('/customers', postForm({ name: evil, key: '"><b>' }))).text();
    expect(again).not.toMatch(/<img|<b>/);
  });
});
