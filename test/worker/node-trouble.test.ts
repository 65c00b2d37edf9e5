/** Clones, wrong clocks, silence, restored databases: noticed by what the server itself sees, explained, harmless. */
import { describe, expect, it } from 'vitest';
import { runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf, type FakeNode } from '../unit/analyzer/support/fake-node';
import { localMappings, pve1, pve2, pve3 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { openApp, signIn } from './support/staff';
import { makeCustomer, makeToken, rows, type TestCustomer } from './support/test-customer';
import { enrolTestNode, type TestNode } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

const minute = 60_000;
const boots = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-2222-3333-4444-555555555555`);
const [bootA = '', bootB = '', bootC = ''] = boots;

async function enrolThree() {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  const fakes: readonly FakeNode[] = [{ ...pve1, mappings: localMappings }, pve2, pve3];
  const nodes: TestNode[] = [];
  for (const { name } of fakes) nodes.push(await enrolTestNode(ports, token, name));
  const speak = async (form: 'full' | 'short', which: readonly number[] = [0, 1, 2]) => {
    for (const index of which) await nodes[index]?.[form](capturesOf(fakes[index] ?? pve1));
  };
  return { ports, customer, nodes, speak };
}

const openRules = async (customer: TestCustomer) =>
  (
    await rows<{ rule: string }>(
      customer,
      "SELECT rule FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL AND rule NOT LIKE 'dm.%' AND rule <> 'cluster.not-enrolled' ORDER BY rule",
    )
  ).map(({ rule }) => rule);

/** All tests of this file share one database: as many ticks as their clusters need. */
async function later(ports: TestPorts, minutes: number): Promise<void> {
  ports.clock.now += minutes * minute;
  for (let tick = 0; tick < 4; tick += 1) await runJobs(ports);
}

describe('two machines with one key', () => {
  it('are noticed when a boot id comes back, by a short message too, and not by restarts', async () => {
    const { ports, customer, node } = await enrolOne();
    const captures = capturesOf(pve1);
    await node.full(captures, { bootId: bootA });
    await node.short(captures, { bootId: bootB });
    await node.short(captures, { bootId: bootC });
    expect(await openRules(customer)).toEqual([]);
    const answer = await node.short(captures, { bootId: bootA, report: 'ascii' });
    expect(await openRules(customer)).toEqual(['node.identity-shared']);
    expect(answer).toMatchObject({ ok: true, value: { report: expect.stringContaining('Two machines check in as pve1') } });
    const [state] = await rows<{ outcomes: string }>(customer, 'SELECT outcomes FROM cluster_reports WHERE tenant_id = :tenant');
    expect(state?.outcomes).toContain('identity_shared');
    // Still there half an hour later, though the clones go on in silence; gone an hour after the last proof.
    await later(ports, 30);
    expect(await openRules(customer)).toEqual(['node.identity-shared']);
    await node.short(captures, { bootId: bootA });
    await later(ports, 31);
    expect(await openRules(customer)).toEqual([]);
  });

  it('that take turns write one row each, as everybody does', async () => {
    const { ports, node } = await enrolOne();
    const captures = capturesOf(pve1);
    for (const bootId of [bootA, bootB, bootA]) await node.full(captures, { bootId });
    ports.counted.reset();
    await node.short(captures, { bootId: bootB });
    expect(ports.counted.counts).toMatchObject({ rowsWritten: 1, roundTrips: 2 });
  });

  it('are forgotten when the node gets a new key', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const first = await enrolTestNode(ports, token, 'pve1');
    for (const bootId of [bootA, bootB, bootA]) await first.full(capturesOf(pve1), { bootId });
    expect(await openRules(customer)).toEqual(['node.identity-shared']);
    const second = await enrolTestNode(ports, token, 'pve1');
    expect(second.enrolment.node).toBe(first.enrolment.node);
    await second.full(capturesOf(pve1), { bootId: bootA, sequence: 10 });
    expect(await openRules(customer)).toEqual([]);
  });
});

describe('a wrong clock', () => {
  it('is found by two check-ins in a row, never refused, and closed when it is right again', async () => {
    const { ports, customer, node } = await enrolOne();
    const captures = capturesOf(pve1);
    ports.faults.nodeClockAheadSeconds = 7200;
    expect(await node.full(captures)).toMatchObject({ ok: true });
    expect(await openRules(customer)).toEqual([]);
    expect(await node.short(captures)).toMatchObject({ ok: true });
    expect(await openRules(customer)).toEqual(['node.clock-skew']);
    ports.faults.nodeClockAheadSeconds = 0;
    await node.short(captures);
    await node.short(captures);
    expect(await openRules(customer)).toEqual([]);
    const events = await rows(
      customer,
      "SELECT kind FROM finding_events e JOIN findings f USING (tenant_id, finding_id) WHERE tenant_id = :tenant AND f.rule = 'node.clock-skew' ORDER BY e.at, kind",
    );
    expect(events.length).toBeGreaterThan(0);
  });

  it('of one slow request accuses nobody', async () => {
    const { ports, customer, node } = await enrolOne();
    const captures = capturesOf(pve1);
    await node.full(captures);
    const slow = await node.sign('short', captures);
    ports.clock.now += 10 * minute;
    expect(await node.send(slow)).toMatchObject({ ok: true });
    await node.short(captures);
    await node.short(captures);
    expect(await openRules(customer)).toEqual([]);
  });
});

describe('silence', () => {
  it('of one node is its finding, on its page and in the fleet, and ends with its next word', async () => {
    const { ports, customer, nodes, speak } = await enrolThree();
    await speak('full');
    ports.clock.now += 40 * minute;
    await speak('short', [0, 1]);
    await later(ports, 6);
    expect(await openRules(customer)).toEqual(['node.silent']);
    const visit = await signIn(ports, openApp(ports));
    const page = await (await visit(`/t/${customer.tenantId}/nodes/${nodes[2]?.enrolment.node}`)).text();
    expect(page).toContain('pve3 has been silent since 2026-11-21 09:41 UTC.');
    expect(page).not.toContain('seen once');
    expect(await (await visit(`/t/${customer.tenantId}/clusters/${nodes[2]?.enrolment.cluster}`)).text()).toContain('A node is silent');
    await speak('short', [2]);
    expect(await openRules(customer)).toEqual([]);
  });

  it('of a whole cluster is one finding, however the minutes fall', async () => {
    const { ports, customer, speak } = await enrolThree();
    for (const index of [0, 1, 2]) {
      await speak('full', [index]);
      ports.clock.now += minute;
    }
    for (let passed = 0; passed < 60; passed += 1) {
      await later(ports, 1);
      expect((await openRules(customer)).filter((rule) => rule === 'node.silent')).toEqual([]);
    }
    expect(await openRules(customer)).toEqual(['cluster.silent']);
    const visit = await signIn(ports, openApp(ports));
    expect(await (await visit('/')).text()).toContain('All 3 nodes fell silent within 2 minutes (2026-11-21 09:43 UTC). Probably the site');
    await speak('short');
    expect(await openRules(customer)).toEqual([]);
  });
});

describe('a database that was restored', () => {
  const captures = capturesOf(pve1);
  const backUp = (customer: TestCustomer) =>
    rows(customer, 'SELECT sequence, digest, state_hash, raw_key, boot_id FROM nodes WHERE tenant_id = :tenant');

  it('from before takes the next number, asks for the state it lost and doubles nothing', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    const [before] = await backUp(customer);
    const changed = capturesOf({ ...pve1, tasks: '', mentions: '/dev/san1vg/vm-131-disk-0' });
    await node.full(changed);
    const count = () =>
      rows(customer, 'SELECT count(*) AS n, count(DISTINCT finding_id) AS d, max(number) AS m FROM findings WHERE tenant_id = :tenant');
    const findings = await count();
    await ports.db
      .prepare('UPDATE nodes SET sequence = ?2, digest = ?3, state_hash = ?4, raw_key = ?5, boot_id = ?6 WHERE tenant_id = ?1')
      .bind(customer.tenantId, before?.sequence, before?.digest, before?.state_hash, before?.raw_key, before?.boot_id)
      .run();
    expect(await node.short(changed)).toMatchObject({ ok: true, value: { accepted: 3, want: 'state' } });
    expect(await node.full(changed)).toMatchObject({ ok: true, value: { accepted: 4, want: 'nothing' } });
    expect(await count()).toEqual(findings);
  });

  it('or a node that was: the last number is told, the next one taken', async () => {
    const { node } = await enrolOne();
    await node.full(captures, { sequence: 50 });
    expect(await node.short(captures, { sequence: 12 })).toMatchObject({ ok: false, error: { reason: 'sequence_used', extra: { last: 50 } } });
    expect(await node.short(captures, { sequence: 51 })).toMatchObject({ ok: true });
  });
});

describe('nodes of one name', () => {
  it('in clusters of one customer and of two are never taken for each other', async () => {
    const one = await enrolOne();
    const second = await makeToken(one.ports, one.customer);
    const sibling = await enrolTestNode(one.ports, second.token, 'pve1', { membership: { cluster: 'lab', members: ['pve1'] } });
    const other = await makeCustomer(one.ports);
    const stranger = await enrolTestNode(one.ports, (await makeToken(one.ports, other)).token, 'pve1');
    await one.node.full(capturesOf(pve1));
    const calm = capturesOf({ ...pve1, cluster: 'lab', members: ['pve1'], mappings: [], groups: [], guests: [] });
    await sibling.full(calm);
    await stranger.full(calm);
    const byNode = await rows<{ node_id: string }>(
      one.customer,
      'SELECT DISTINCT node_id FROM findings WHERE tenant_id = :tenant AND node_id IS NOT NULL',
    );
    expect(byNode).toEqual([{ node_id: one.node.enrolment.node }]);
    expect(await rows(other, "SELECT finding_id FROM findings WHERE tenant_id = :tenant AND rule LIKE 'dm.%'")).toEqual([]);
    expect(await openRules(one.customer)).toEqual([]);
  });
});
