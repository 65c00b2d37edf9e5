/** A machine that comes under the name of another: installed anew, or mistaken. */
import { describe, expect, it } from 'vitest';
import type { ClusterId } from '../../worker/ids';
import { sayGoodbye } from '../../worker/ingest/say-goodbye';
import { runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1, pve2 } from '../unit/analyzer/support/sample-cluster';
import { openApp, signIn } from './support/staff';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode, requestEnrolment } from './support/test-node';
import { makePorts } from './support/test-ports';

const minute = 60_000;
const otherMachine = 'f'.repeat(32);
const refusal = (reason: string, says: string) => ({ ok: false, error: { reason, detail: expect.stringContaining(says) } });

async function setUp(more: Parameters<typeof makeToken>[2] = {}) {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer, more);
  const nodes = [await enrolTestNode(ports, token, 'pve1'), await enrolTestNode(ports, token, 'pve2')] as const;
  for (const [index, fake] of [pve1, pve2].entries()) await nodes[index]?.full(capturesOf(fake));
  return { ports, customer, token, nodes };
}

/** pve2 goes on, pve1 is heard no more. */
async function fallSilent({ ports, nodes }: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  ports.clock.now += 40 * minute;
  await nodes[1].short(capturesOf(pve2));
  ports.clock.now += 10 * minute;
  for (let tick = 0; tick < 4; tick += 1) await runJobs(ports);
}

describe('a machine installed anew', () => {
  it('does not take the place of a node that is heard', async () => {
    const { ports, customer, token } = await setUp();
    ports.clock.now += 4 * minute;
    expect(await requestEnrolment(ports, token, 'pve1', { machineId: otherMachine })).toMatchObject(
      refusal('already_enrolled', 'It is another machine than this one, heard 4 minutes ago.'),
    );
    expect(await rows(customer, "SELECT node_id FROM nodes WHERE tenant_id = :tenant AND status = 'active'")).toHaveLength(2);
    expect(await rows(customer, 'SELECT uses_left FROM enrolment_tokens WHERE tenant_id = :tenant')).toEqual([{ uses_left: 8 }]);
  });

  it('takes the place of one that has fallen silent: the old one is retired, its findings close, both are in the audit log', async () => {
    const one = await setUp();
    const { ports, customer, token, nodes } = one;
    await fallSilent(one);
    const anew = await enrolTestNode(ports, token, 'pve1', { machineId: otherMachine });
    expect(anew.enrolment).toMatchObject({ status: 'active', enrolled: 2 });
    expect(anew.enrolment.node).not.toBe(nodes[0].enrolment.node);
    expect(await anew.full(capturesOf(pve1))).toMatchObject({ ok: true, value: { open: { critical: 2 } } });
    expect(await nodes[0].short(capturesOf(pve1))).toMatchObject({ ok: false, error: { reason: 'node_unknown', inside: { why: 'node_retired' } } });
    const closed = await rows(
      customer,
      `SELECT DISTINCT closed_why FROM findings WHERE tenant_id = :tenant AND node_id = '${nodes[0].enrolment.node}'`,
    );
    expect(closed).toEqual([{ closed_why: 'retired' }]);
    const audit = await rows(customer, 'SELECT action, subject FROM audit_events WHERE tenant_id = :tenant ORDER BY seq DESC LIMIT 2');
    expect(audit).toEqual([
      { action: 'node.enrol', subject: anew.enrolment.node },
      { action: 'node.replace', subject: nodes[0].enrolment.node },
    ]);
    const visit = await signIn(ports, openApp(ports));
    expect(await (await visit(`/t/${customer.tenantId}/nodes/${nodes[0].enrolment.node}`)).text()).toContain('Replaced by another machine');
  });

  it('does not when the old one speaks at the same moment, and the token keeps its use', async () => {
    const one = await setUp();
    const { ports, customer, token, nodes } = one;
    await fallSilent(one);
    const late = await nodes[0].sign('short', capturesOf(pve1));
    // Round trips of an enrolment: customer, token and nodes, the write.
    ports.counted.interfereAt(3, () => nodes[0].send(late));
    expect(await requestEnrolment(ports, token, 'pve1', { machineId: otherMachine })).toMatchObject(refusal('already_enrolled', 'another machine'));
    expect(await rows(customer, 'SELECT uses_left FROM enrolment_tokens WHERE tenant_id = :tenant')).toEqual([{ uses_left: 8 }]);
    expect(await rows(customer, "SELECT node_id FROM nodes WHERE tenant_id = :tenant AND status = 'active'")).toHaveLength(2);
  });

  it('needs a token that lets nodes in without approval, and the cluster of the old one', async () => {
    const one = await setUp();
    const { ports, customer, nodes } = one;
    await fallSilent(one);
    const clusterId = nodes[0].enrolment.cluster as ClusterId;
    const careful = await makeToken(ports, customer, { clusterId, autoApprove: false });
    expect(await requestEnrolment(ports, careful.token, 'pve1', { machineId: otherMachine })).toMatchObject(
      refusal('already_enrolled', 'use a token that needs no approval'),
    );
    const plain = await makeToken(ports, customer, { clusterId });
    const elsewhere = { machineId: otherMachine, membership: { cluster: 'lab', members: ['pve1', 'lab2'] } };
    expect(await requestEnrolment(ports, plain.token, 'pve1', elsewhere)).toMatchObject(refusal('wrong_cluster', 'Nothing was enrolled'));
    // Its own name proves nothing: one of the others must be on its list.
    const namesake = { machineId: otherMachine, membership: { cluster: 'prod', members: ['pve1', 'lab2'] } };
    expect(await requestEnrolment(ports, plain.token, 'pve1', namesake)).toMatchObject(refusal('already_enrolled', 'another machine'));
  });

  it('that stands alone takes its own place only', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const membership = { cluster: null, members: ['edge1'] };
    await enrolTestNode(ports, token, 'edge1', { membership });
    ports.clock.now += 50 * minute;
    const again = { machineId: otherMachine, membership };
    expect(await requestEnrolment(ports, token, 'edge1', again)).toMatchObject(refusal('already_enrolled', 'another machine'));
    // It never spoke: an hour is enough.
    await ports.db.prepare('UPDATE enrolment_tokens SET expires_at = expires_at + 7200000 WHERE tenant_id = ?1').bind(customer.tenantId).run();
    ports.clock.now += 20 * minute;
    expect(await requestEnrolment(ports, token, 'edge1', again)).toMatchObject({ ok: true, value: { enrolled: 1 } });
    expect(await requestEnrolment(ports, token, 'edge2', { membership: { cluster: null, members: ['edge2'] } })).toMatchObject(
      refusal('wrong_cluster', 'standalone'),
    );
  });

  it('comes in at once after the old one said goodbye', async () => {
    const { ports, token, nodes } = await setUp();
    await sayGoodbye(ports, await nodes[0].signGoodbye());
    expect(await requestEnrolment(ports, token, 'pve1', { machineId: otherMachine })).toMatchObject({ ok: true });
  });
});
