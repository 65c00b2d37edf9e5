/** A node's goodbye is said once and whole, wherever the database breaks and however often it is said at the same moment. */
import { beforeAll, expect, it } from 'vitest';
import { makeSample, minute, muteLog, type Sample, type SampleCopy, settle, states } from './support/sample-customer';
import { openApp } from './support/staff';
import { rows } from './support/test-customer';
import { signRequest } from './support/test-node';

const path = '/v1/goodbye';
let sample: Sample;
beforeAll(async () => {
  muteLog();
  sample = await makeSample();
});

/** Removed with findings open. */
async function begin(): Promise<{ copy: SampleCopy; say: () => Promise<number> }> {
  const copy = await sample.copy();
  await copy.nodes[0].deliver('full', states.faulty);
  sample.ports.clock.now += minute;
  const [original] = sample.originals;
  if (original === undefined) throw new Error('three nodes were enrolled');
  const signing = { key: original.key, keyid: `${copy.customer.tenantId}.${original.enrolment.node}`, path, sequence: copy.nodes[0].sequence() + 1 };
  const { headers, body } = await signRequest(signing, Uint8Array.from(Buffer.from('{"protocol":1}')));
  const visit = openApp(sample.ports);
  sample.ports.counted.reset();
  return { copy, say: async () => (await visit(path, { method: 'POST', headers, body: Uint8Array.from(body) })).status };
}

const goodbyes = ({ customer }: SampleCopy) =>
  rows(
    customer,
    "SELECT seq FROM audit_events WHERE tenant_id = :tenant AND action NOT IN ('node.enrol', 'token.create', 'cluster.create', 'tenant.create')",
  );
const statusOf = ({ customer }: SampleCopy) => rows(customer, "SELECT status FROM nodes WHERE tenant_id = :tenant AND name = 'pve1'");

it('is said once and whole, or not at all, wherever the database breaks', async () => {
  const plain = await begin();
  expect(await plain.say()).toBe(200);
  const trips = sample.ports.counted.counts.roundTrips;
  const told = await settle(sample.ports, plain.copy);
  expect(await statusOf(plain.copy)).toEqual([{ status: 'retired' }]);
  const quiet = await settle(sample.ports, (await begin()).copy);
  for (let trip = 1; trip <= trips; trip += 1) {
    for (const fault of ['before', 'after'] as const) {
      const where = `${fault} trip ${trip} of ${trips}`;
      const once = await begin();
      sample.ports.counted.failAt(trip, fault);
      expect(await once.say(), where).toBe(503);
      const isGone = (await statusOf(once.copy))[0]?.status === 'retired';
      expect(await settle(sample.ports, once.copy), where).toEqual(isGone ? told : quiet);

      const again = await begin();
      sample.ports.counted.failAt(trip, fault);
      expect(await again.say(), where).toBe(503);
      // Either it is said now, or the key is one of nobody any more.
      expect([200, 401], where).toContain(await again.say());
      expect(await settle(sample.ports, again.copy), where).toEqual(told);
    }
  }
});

it('is said by one of fifty that say it at the same moment', async () => {
  const { copy, say } = await begin();
  const answers = await Promise.all(Array.from({ length: 50 }, say));
  expect(answers.filter((status) => status === 200)).toHaveLength(1);
  expect(new Set(answers.filter((status) => status !== 200))).toEqual(new Set([401]));
  expect(await goodbyes(copy)).toHaveLength(1);
  await settle(sample.ports, copy);
});

it('beside a message of the same node leaves the node removed, and nothing of it open', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { copy, say } = await begin();
    const [said, delivered] = await Promise.all([say(), copy.nodes[0].deliver('full', states.halfway)]);
    if (said === 409) {
      // The message was first and took the number.
      expect(delivered.status).toBe(200);
      expect(await statusOf(copy)).toEqual([{ status: 'active' }]);
      continue;
    }
    expect(said).toBe(200);
    expect([200, 401]).toContain(delivered.status);
    await settle(sample.ports, copy);
    expect(await statusOf(copy)).toEqual([{ status: 'retired' }]);
    const open =
      "SELECT rule FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL AND node_id IN (SELECT node_id FROM nodes WHERE tenant_id = :tenant AND name = 'pve1')";
    expect(await rows(copy.customer, open)).toEqual([]);
  }
});
