/** A node that leaves by its own word: its key stops, its history stays, conclusions follow. */
import { describe, expect, it } from 'vitest';
import { sayGoodbye } from '../../worker/ingest/say-goodbye';
import { runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { openApp, signIn } from './support/staff';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode, makeKey, signRequest } from './support/test-node';
import { makePorts } from './support/test-ports';

const captures = capturesOf(pve1);
const removed = { ok: true, value: { removed: true } };
const refused = (reason: string) => ({ ok: false, error: { reason } });

describe('goodbye', () => {
  it('removes the node, with its line in the audit log, in one read and one batch', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    ports.counted.reset();
    expect(await sayGoodbye(ports, await node.signGoodbye())).toEqual(removed);
    expect(ports.counted.counts).toMatchObject({ roundTrips: 2, statements: 4, rowsWritten: 3 });
    expect(await rows(customer, 'SELECT status, retired_at, retired_by FROM nodes WHERE tenant_id = :tenant')).toEqual([
      { status: 'retired', retired_at: ports.now(), retired_by: 'root' },
    ]);
    const audit = await rows(customer, "SELECT actor, source, subject FROM audit_events WHERE tenant_id = :tenant AND action = 'node.goodbye'");
    expect(audit).toEqual([{ actor: `node:${node.enrolment.node}`, source: '192.0.2.7', subject: node.enrolment.node }]);
  });

  it('stops the key at once, for check-ins and for another goodbye alike', async () => {
    const { ports, node } = await enrolOne();
    const late = await node.sign('full', captures);
    await sayGoodbye(ports, await node.signGoodbye());
    const answers = [await node.send(late), await node.full(captures), await sayGoodbye(ports, await node.signGoodbye())];
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { reason: 'node_unknown', inside: { why: 'node_retired' } } });
  });

  it('closes what was open on the node and leaves its history', async () => {
    const { ports, customer, node } = await enrolOne();
    const other = await makeToken(ports, customer);
    const elsewhere = await enrolTestNode(ports, other.token, 'pve1');
    for (const one of [node, elsewhere]) await one.full(captures);
    await sayGoodbye(ports, await node.signGoodbye());
    // All tests of this file share one database: as many ticks as their clusters need.
    for (let tick = 0; tick < 4; tick += 1) await runJobs(ports);
    const findings = await rows(
      customer,
      'SELECT cluster_id, closed_why, count(*) AS n FROM findings WHERE tenant_id = :tenant GROUP BY cluster_id, closed_why ORDER BY closed_why',
    );
    expect(findings).toHaveLength(2);
    expect(findings).toMatchObject([
      { cluster_id: elsewhere.enrolment.cluster, closed_why: null },
      { cluster_id: node.enrolment.cluster, closed_why: 'retired' },
    ]);
    expect(await rows(customer, 'SELECT 1 FROM node_states WHERE tenant_id = :tenant')).toHaveLength(2);
  });

  it('is refused when replayed, unsigned, by another key, of another protocol, or when it is none', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures, { sequence: 5 });
    const stranger = await signRequest({ key: await makeKey(), keyid: node.enrolment.keyid, path: '/v1/goodbye', sequence: 9 }, new Uint8Array(2));
    expect(await sayGoodbye(ports, stranger)).toMatchObject(refused('node_unknown'));
    expect(await sayGoodbye(ports, await node.signGoodbye(undefined, 5))).toMatchObject(refused('sequence_used'));
    expect(await sayGoodbye(ports, await node.signGoodbye('{"protocol":7}', 6))).toMatchObject(refused('server_outdated'));
    expect(await sayGoodbye(ports, await node.signGoodbye('[]', 6))).toMatchObject(refused('bad_request'));
    expect(await sayGoodbye(ports, await node.signGoodbye(' '.repeat(2000), 6))).toMatchObject(refused('too_large'));
    // A check-in is signed for its own address and is no goodbye.
    expect(await sayGoodbye(ports, { ...(await node.sign('short', captures)), path: '/v1/goodbye' })).toMatchObject(refused('node_unknown'));
    expect(await rows(customer, 'SELECT status FROM nodes WHERE tenant_id = :tenant')).toEqual([{ status: 'active' }]);
  });

  it('that meets a check-in removes the node all the same', async () => {
    const { ports, customer, node } = await enrolOne();
    const first = await node.sign('full', captures);
    const goodbye = await node.signGoodbye();
    ports.counted.interfereAt(2, () => node.send(first));
    expect(await sayGoodbye(ports, goodbye)).toEqual(removed);
    expect(await rows(customer, 'SELECT status FROM nodes WHERE tenant_id = :tenant')).toEqual([{ status: 'retired' }]);
  });

  it('can be taken back: the node comes in again as a new one, under the same name', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const first = await enrolTestNode(ports, token, 'pve1');
    await sayGoodbye(ports, await first.signGoodbye());
    const second = await enrolTestNode(ports, token, 'pve1');
    expect(second.enrolment.node).not.toBe(first.enrolment.node);
    expect(await second.full(captures)).toMatchObject({ ok: true, value: { accepted: 1 } });
  });

  it('is said on the pages of the node and its cluster', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    expect((await openApp(ports)('/v1/goodbye', { method: 'POST', ...(await asPost(node)) })).status).toBe(200);
    const visit = await signIn(ports, openApp(ports));
    const page = await (await visit(`/t/${customer.tenantId}/nodes/${node.enrolment.node}`)).text();
    expect(page).toContain('Removed by its root user');
    expect(page).toContain('2026-11-21 09:41:07 UTC');
    expect(await (await visit(`/t/${customer.tenantId}/clusters/${node.enrolment.cluster}`)).text()).toContain('Removed by its root user');
    expect((await visit(`/t/${customer.tenantId}/nodes/n_0000000000000000`)).status).toBe(404);
  });
});

async function asPost(node: { signGoodbye(): Promise<{ headers: Headers; body: Uint8Array }> }) {
  const { headers, body } = await node.signGoodbye();
  return { headers, body: Uint8Array.from(body) };
}
