/** What each kind of message asks of the database, 500 mappings on each of three nodes. Measures; the bars are judged outside. */
import { expect, it } from 'vitest';
import type { Capture } from '../../worker/wire/snapshot';
import { makeCustomer, makeToken, rows } from '../worker/support/test-customer';
import { enrolTestNode } from '../worker/support/test-node';
import { makePorts } from '../worker/support/test-ports';
import type { MessageCost } from './message-cost';
import { captureSample, makeSampleCluster, withKernel } from './sample-cluster';

/** From 9:41 into the next hour, and not so long that anybody is silent. */
const untilNextHour = 20 * 60_000;
const [healthy, faulty] = [makeSampleCluster({ mappings: 500, faulty: false }), makeSampleCluster({ mappings: 500 })];
const [calm, troubled] = [captureFirst(healthy), captureFirst(faulty)];

it('counts rows, statements, round trips and subrequests of every kind of message', async ({ task }) => {
  const first = await enrolThree();
  await first.send('short', 'short', calm);
  first.ports.clock.now += untilNextHour;
  await first.send('short, a new hour', 'short', calm);
  await first.send('full, nothing changed', 'full', calm);
  await first.send('full, other state, nothing new', 'full', withKernel(calm, '6.14.12-1-pve'));
  await first.send('full, other configurations', 'full', withLock(calm));
  await first.send('full, faults appear', 'full', troubled);
  await first.send('full, faults are gone', 'full', withKernel(calm, '6.14.13-1-pve'));
  await first.send('full, faults are back', 'full', troubled);
  const second = await enrolThree();
  await second.send('full, faults and other configurations', 'full', withLock(troubled));
  (task.meta as { costs?: MessageCost[] }).costs = [...first.costs, ...second.costs];
});

/** A customer whose three healthy nodes have sent their first message; the first node sends on. */
async function enrolThree() {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  const nodes = [];
  for (const { name, members = [] } of healthy)
    nodes.push(await enrolTestNode(ports, token, name, { membership: { cluster: 'prod', members: [...members] } }));
  for (const [index, node] of nodes.entries()) await node.full(captureSample(healthy[index] ?? { name: '' }));
  const [node] = nodes;
  if (node === undefined) throw new Error('three nodes were enrolled');

  const costs: MessageCost[] = [];
  const countOpen = async () => (await rows(customer, 'SELECT finding_id FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL')).length;
  const send = async (kind: string, form: 'short' | 'full', captures: readonly Capture[]) => {
    const openBefore = await countOpen();
    ports.counted.reset();
    const answer = await node[form](captures);
    const counts = { ...ports.counted.counts };
    expect(answer).toMatchObject({ ok: true, value: { want: 'nothing' } });
    const change = (await countOpen()) - openBefore;
    costs.push({ kind, form, ...counts, opened: Math.max(0, change), closed: Math.max(0, -change) });
    ports.clock.now += 60_000;
  };
  return { ports, costs, send };
}

function captureFirst([node]: ReturnType<typeof makeSampleCluster>): Capture[] {
  if (node === undefined) throw new Error('a cluster without nodes');
  return captureSample(node);
}

/** A lock on one guest: another view, the same references. */
function withLock(captures: readonly Capture[]): Capture[] {
  return captures.map((capture) => {
    const [first, ...rest] = capture.files ?? [];
    if (capture.id !== 'pve.guests' || first === undefined) return capture;
    const out = `lock: backup\n${first.out ?? ''}`;
    return { ...capture, files: [{ ...first, out, length: out.length }, ...rest] };
  });
}
