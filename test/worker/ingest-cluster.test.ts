import { describe, expect, it } from 'vitest';
import { runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf, type FakeNode } from '../unit/analyzer/support/fake-node';
import { localMappings, pve1, pve2, pve3 } from '../unit/analyzer/support/sample-cluster';
import { makeCustomer, makeToken, rows, type TestCustomer } from './support/test-customer';
import { enrolTestNode } from './support/test-node';
import { makePorts } from './support/test-ports';

const fakes: readonly FakeNode[] = [pve1, pve2, pve3];

async function enrolThree() {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const token = await makeToken(ports, customer);
  const nodes = [];
  for (const { name } of fakes) nodes.push(await enrolTestNode(ports, token.token, name));
  const [first, second, third] = nodes;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were enrolled');
  return { ports, customer, nodes: [first, second, third] as const };
}

/** Rule and subject of what is open, and whether the report is of the newest revision: the same whatever the order. */
async function standing(customer: TestCustomer) {
  const open = await rows<{ rule: string; subject: string; episode: number }>(
    customer,
    'SELECT rule, subject, episode FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL ORDER BY rule, subject',
  );
  const [cluster] = await rows<{ behind: number; summary: string }>(
    customer,
    'SELECT evidence_rev - analysed_rev AS behind, summary FROM clusters WHERE tenant_id = :tenant',
  );
  const { counts, grade, complete, notChecked } = JSON.parse(cluster?.summary ?? '{}') as Record<string, unknown>;
  return { open, behind: cluster?.behind, counts, grade, complete, notChecked };
}

describe('members of one cluster', () => {
  it('that ingest at the same moment leave the report of the serial order, 50 times', async () => {
    const serial = await enrolThree();
    for (const [index, node] of serial.nodes.entries()) await node.full(capturesOf(fakes[index] ?? pve1));
    const expected = await standing(serial.customer);
    expect(expected).toMatchObject({ behind: 0, grade: 'F', complete: true });
    expect(expected.open.length).toBe(6);

    const { customer, nodes } = await enrolThree();
    for (let round = 0; round < 50; round += 1) {
      const quiet = capturesOf({ ...pve1, mappings: localMappings });
      await Promise.all([nodes[0].full(quiet), nodes[1].full(capturesOf(pve2)), nodes[2].full(capturesOf(pve3))]);
      await Promise.all([nodes[0].full(capturesOf(pve1)), nodes[1].full(capturesOf(pve2)), nodes[2].full(capturesOf(pve3))]);
      const now = await standing(customer);
      expect({ ...now, open: now.open.map(({ rule, subject }) => ({ rule, subject })) }).toEqual({
        ...expected,
        open: expected.open.map(({ rule, subject }) => ({ rule, subject })),
      });
    }
    const numbers = await rows<{ number: number }>(customer, 'SELECT number FROM findings WHERE tenant_id = :tenant');
    expect(new Set(numbers.map(({ number }) => number)).size).toBe(numbers.length);
  }, 60_000);

  it('store one view together', async () => {
    const { customer, nodes } = await enrolThree();
    for (const [index, node] of nodes.entries()) await node.full(capturesOf(fakes[index] ?? pve1));
    expect(await rows(customer, 'SELECT digest FROM cluster_views WHERE tenant_id = :tenant')).toHaveLength(1);
  });

  it('a report whose revision is no longer the newest writes nothing; the winner answers', async () => {
    const { ports, customer, nodes } = await enrolThree();
    await nodes[1].full(capturesOf(pve2));
    // Between storing and reporting of one member, another one comes and reports.
    ports.counted.interfereAt(3, () => nodes[2].full(capturesOf(pve3)));
    expect(await nodes[0].full(capturesOf(pve1), { report: 'ascii' })).toMatchObject({ ok: true, value: { open: { critical: 2 } } });
    expect(await standing(customer)).toMatchObject({ behind: 0, counts: { critical: 2 } });
    const events = await rows(customer, "SELECT finding_id FROM finding_events WHERE tenant_id = :tenant AND kind = 'opened'");
    expect(events).toHaveLength((await standing(customer)).open.length);
  });
});

describe('a crash between storing and reporting', () => {
  it('is finished by the next message of any member', async () => {
    const { ports, customer, nodes } = await enrolThree();
    await nodes[1].full(capturesOf(pve2));
    ports.counted.failAt(3, 'before');
    await expect(nodes[0].full(capturesOf(pve1))).rejects.toThrow('D1_ERROR');
    expect((await standing(customer)).behind).toBeGreaterThan(0);
    await nodes[1].short(capturesOf(pve2));
    expect(await standing(customer)).toMatchObject({ behind: 0, counts: { critical: 2 } });
  });

  it('is finished by cron', async () => {
    const { ports, customer, nodes } = await enrolThree();
    ports.counted.failAt(3, 'before');
    await expect(nodes[0].full(capturesOf(pve1))).rejects.toThrow('D1_ERROR');
    await runJobs(ports);
    expect(await standing(customer)).toMatchObject({ behind: 0, counts: { critical: 2 } });
  });
});

describe('findings', () => {
  it('close when they are gone and come back as the next episode, without the acknowledgement, under the same number', async () => {
    const { ports, customer, nodes } = await enrolThree();
    const [node] = nodes;
    await node.full(capturesOf(pve1));
    const before = await rows<{ finding_id: string; number: number }>(
      customer,
      'SELECT finding_id, number FROM findings WHERE tenant_id = :tenant ORDER BY finding_id',
    );
    await ports.db.prepare("UPDATE findings SET acked_at = 1, acked_by = 'u_1' WHERE tenant_id = ?1").bind(customer.tenantId).run();
    ports.clock.now += 60_000;
    await node.full(capturesOf({ ...pve1, mappings: localMappings }));
    expect(await rows(customer, 'SELECT DISTINCT closed_why FROM findings WHERE tenant_id = :tenant AND node_id IS NOT NULL')).toEqual([
      { closed_why: 'gone' },
    ]);
    ports.clock.now += 60_000;
    await node.full(capturesOf(pve1));
    expect(await rows(customer, 'SELECT finding_id, number FROM findings WHERE tenant_id = :tenant ORDER BY finding_id')).toEqual(before);
    expect(
      await rows(customer, 'SELECT DISTINCT episode, acked_at, closed_at FROM findings WHERE tenant_id = :tenant AND node_id IS NOT NULL'),
    ).toEqual([{ episode: 2, acked_at: null, closed_at: null }]);
    const kinds = await rows(
      customer,
      'SELECT kind, episode, count(*) AS n FROM finding_events e WHERE tenant_id = :tenant AND finding_id IN (SELECT finding_id FROM findings WHERE tenant_id = :tenant AND node_id IS NOT NULL) GROUP BY kind, episode ORDER BY kind',
    );
    expect(kinds).toEqual([
      { kind: 'closed', episode: 1, n: 4 },
      { kind: 'opened', episode: 1, n: 4 },
      { kind: 'reopened', episode: 2, n: 4 },
    ]);
  });

  it('stay open, not confirmed, when what they rest on cannot be read any more', async () => {
    const { customer, nodes } = await enrolThree();
    const [node] = nodes;
    await node.full(capturesOf(pve1));
    const blind = capturesOf(pve1).map((capture) => (capture.id.startsWith('dm.') ? { id: capture.id, status: 'timeout' as const } : capture));
    const answer = await node.full(blind);
    expect(answer).toMatchObject({ ok: true, value: { open: { critical: 2, warning: 2, info: 0 } } });
    const [report] = await rows<{ outcomes: string }>(customer, 'SELECT outcomes FROM cluster_reports WHERE tenant_id = :tenant');
    expect((JSON.parse(report?.outcomes ?? '{}') as { unconfirmed: string[] }).unconfirmed.length).toBeGreaterThanOrEqual(4);
  });

  it('two clusters of a customer that see one group: a new reference in the one makes the other due', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const [here, there] = [await makeToken(ports, customer), await makeToken(ports, customer)];
    const one = await enrolTestNode(ports, here.token, 'pve1');
    const other = await enrolTestNode(ports, there.token, 'dr1', { membership: { cluster: 'dr', members: ['dr1'] } });
    await one.full(capturesOf(pve1));
    const unused =
      "SELECT cluster_id FROM findings WHERE tenant_id = :tenant AND rule = 'dm.unreferenced-volume' AND closed_at IS NULL AND detail LIKE '%vm-131-disk-0%'";
    expect(await rows(customer, unused)).toHaveLength(1);
    const guest = { vmid: 131, node: 'dr1', config: 'scsi0: san-prod:vm-131-disk-0,size=32G\n' };
    await other.full(capturesOf({ ...pve2, name: 'dr1', cluster: 'dr', members: ['dr1'], guests: [guest], mappings: [] }));
    await runJobs(ports);
    expect(await rows(customer, unused)).toEqual([]);
  });
});
