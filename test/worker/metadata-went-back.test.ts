/** Numbers of a volume group's metadata over several messages of two nodes: when one reads old metadata, and when it was merely overtaken. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Capture } from '../../worker/wire/snapshot';
import { pair, san, vm } from '../unit/analyzer/support/corpus-parts';
import { capturesOf, type FakeGroup, type FakeNode, mapped, uuidOf } from '../unit/analyzer/support/fake-node';
import { makeCustomer, makeToken, rows, type TestCustomer } from './support/test-customer';
import { enrolTestNode, type TestNode } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

const minute = 60_000;
const group = (seqno: number): FakeGroup => ({ ...san('vm-140-disk-1'), seqno });
function seen(node: 'pve1' | 'pve2', seqno: number, more: Partial<FakeNode> = {}): Capture[] {
  const [here, there] = pair({ groups: [group(seqno)], guests: [vm(140, 'pve1', 'scsi0: san-prod:vm-140-disk-1\n')], ...more });
  return capturesOf(node === 'pve1' ? here : there);
}
const withKernel = (captures: readonly Capture[], kernel: string) =>
  captures.map((capture) => (capture.id === 'host.kernel' ? { ...capture, out: kernel, length: kernel.length } : capture));

let ports: TestPorts;
let customer: TestCustomer;
let token: string;
let a: TestNode;
let b: TestNode;
const membership = { cluster: 'prod', members: ['pve1', 'pve2'] };

beforeEach(async () => {
  ports = await makePorts();
  customer = await makeCustomer(ports);
  ({ token } = await makeToken(ports, customer));
  a = await enrolTestNode(ports, token, 'pve1', { membership });
  b = await enrolTestNode(ports, token, 'pve2', { membership });
});

const pass = (minutes: number) => {
  ports.clock.now += minutes * minute;
};
const found = async (rule = 'lvm.metadata-went-back') =>
  rows<{ detail: string; node_id: string; subject: string }>(
    customer,
    `SELECT detail, node_id, subject FROM findings WHERE tenant_id = :tenant AND rule = '${rule}' AND closed_at IS NULL`,
  );
const outcomeOf = async (node: number, rule = 'lvm.metadata-went-back'): Promise<{ status: string; notChecked: { why: { reason: string } }[] }> => {
  const [row] = await rows<{ outcomes: string }>(customer, 'SELECT outcomes FROM cluster_reports WHERE tenant_id = :tenant');
  const id = node === 0 ? a.enrolment.node : b.enrolment.node;
  const report = JSON.parse(row?.outcomes ?? '{}').nodes.find(({ nodeId }: { nodeId: string }) => nodeId === id);
  return report.outcomes.find(({ ruleId }: { ruleId: string }) => ruleId === rule);
};

describe('it is found', () => {
  it('when a node repeats its old state for an interval after a higher number was known', async () => {
    await a.full(seen('pve1', 7));
    pass(7);
    await b.full(seen('pve2', 9));
    pass(8);
    await a.short(seen('pve1', 7));
    expect(await found()).toEqual([]);
    expect((await outcomeOf(0)).notChecked.map(({ why }) => why.reason)).toEqual(['old_metadata']);
    pass(15);
    await a.short(seen('pve1', 7));
    expect(await found()).toMatchObject([{ node_id: a.enrolment.node, subject: uuidOf('san1vg') }]);
    expect(JSON.parse((await found())[0]?.detail ?? '')).toMatchObject({
      group: 'san1vg',
      seqno: 7,
      known: 9,
      shownBy: 'pve2',
      isShownByNobody: false,
    });
  });

  it('when its state changes meanwhile and it catches up with less than was known then', async () => {
    await a.full(seen('pve1', 7));
    await b.full(seen('pve2', 9));
    pass(15);
    await a.full(seen('pve1', 7, { tasks: '' }));
    await b.full(seen('pve2', 12));
    pass(15);
    await a.full(withKernel(seen('pve1', 8), '6.14.12-1-pve\n'));
    expect(await found()).toHaveLength(1);
  });

  it('and nothing in that group is judged on that node as long as it lasts, also when it only repeats itself', async () => {
    const leftover = { mappings: [mapped('san1vg', 'vm-777-disk-0', 21)] };
    await a.full(seen('pve1', 7, leftover));
    expect(await found('dm.stale-mapping')).toHaveLength(1);
    pass(1);
    await b.full(seen('pve2', 9));
    pass(14);
    await a.short(seen('pve1', 7, leftover));
    const stale = await outcomeOf(0, 'dm.stale-mapping');
    expect([stale.status, stale.notChecked[0]?.why.reason]).toEqual(['unknown', 'old_metadata']);
    // Neither taken back nor confirmed.
    expect(await found('dm.stale-mapping')).toHaveLength(1);
  });

  it('and ends when the node has caught up', async () => {
    await a.full(seen('pve1', 7));
    await b.full(seen('pve2', 9));
    for (const _ of [1, 2]) {
      pass(15);
      await a.short(seen('pve1', 7));
    }
    expect(await found()).toHaveLength(1);
    pass(15);
    await a.full(seen('pve1', 9));
    expect(await found()).toEqual([]);
    expect((await outcomeOf(0)).status).toBe('clean');
  });

  it('of every node after a restore, says so, and ends when the node that had shown the number is enrolled anew', async () => {
    await b.full(seen('pve2', 9));
    await a.full(seen('pve1', 9));
    pass(15);
    await a.full(seen('pve1', 4));
    await b.full(seen('pve2', 4));
    pass(15);
    await a.short(seen('pve1', 4));
    await b.short(seen('pve2', 4));
    const details = (await found()).map(({ detail }) => JSON.parse(detail));
    expect(details).toMatchObject([{ isShownByNobody: true }, { isShownByNobody: true }]);
    expect(details.map(({ isOwnWord }) => isOwnWord).sort()).toEqual([false, true]);

    // As `unenroll` does it on pve2, and enrolment again.
    await customer.scope.db
      .prepare("UPDATE nodes SET status = 'retired' WHERE tenant_id = ?1 AND node_id = ?2")
      .bind(customer.tenantId, b.enrolment.node)
      .run();
    const again = await enrolTestNode(ports, token, 'pve2b', { membership: { cluster: 'prod', members: ['pve1', 'pve2', 'pve2b'] } });
    await again.full(seen('pve2', 4));
    pass(15);
    await a.short(seen('pve1', 4));
    expect(await found()).toEqual([]);
  });
});

describe('it is not found', () => {
  it('when the node was merely overtaken: its next check-in has the number', async () => {
    await a.full(seen('pve1', 7));
    pass(7);
    await b.full(seen('pve2', 8));
    pass(1);
    // Read before the change, arrived after.
    await a.short(seen('pve1', 7));
    pass(15);
    await a.full(seen('pve1', 8));
    expect(await found()).toEqual([]);
    expect((await outcomeOf(0)).status).toBe('clean');
  });

  it('when two looks by hand within a minute show old metadata', async () => {
    await a.full(seen('pve1', 7));
    await b.full(seen('pve2', 8));
    pass(1);
    await a.short(seen('pve1', 7));
    pass(1);
    await a.short(seen('pve1', 7));
    expect(await found()).toEqual([]);
    expect((await outcomeOf(0)).status).toBe('unknown');
  });

  it('when a node is a step behind each time, because the others go on changing the group', async () => {
    await a.full(seen('pve1', 1));
    await b.full(seen('pve2', 2));
    for (let step = 2; step < 8; step += 1) {
      pass(15);
      await a.full(seen('pve1', step));
      await b.full(seen('pve2', step + 1));
    }
    expect(await found()).toEqual([]);
  });

  it('when messages are lost or sent again: the same one twice is one', async () => {
    await a.full(seen('pve1', 7));
    await b.full(seen('pve2', 8));
    pass(15);
    const message = await a.sign('short', seen('pve1', 7));
    await a.send(message);
    pass(3);
    await a.send(message);
    // Signed and never heard of.
    await a.sign('short', seen('pve1', 7));
    expect(await found()).toEqual([]);
  });

  it('when a short message speaks of a state nobody has', async () => {
    await a.full(seen('pve1', 7));
    await b.full(seen('pve2', 8));
    for (const kernel of ['6.15.1-1-pve\n', '6.15.2-1-pve\n', '6.15.3-1-pve\n']) {
      pass(15);
      await a.short(withKernel(seen('pve1', 7), kernel));
    }
    expect(await found()).toEqual([]);
  });

  it('of nodes enrolled by a release that kept no numbers, until they have sent their state once more', async () => {
    await a.full(seen('pve1', 7));
    await customer.scope.db.prepare("UPDATE node_states SET seqnos = '{}' WHERE tenant_id = ?1").bind(customer.tenantId).run();
    await b.full(seen('pve2', 8));
    for (const _ of [1, 2, 3]) {
      pass(15);
      expect(await a.short(seen('pve1', 7))).toMatchObject({ ok: true });
    }
    expect(await found()).toEqual([]);
    await a.full(withKernel(seen('pve1', 7), '6.15.1-1-pve\n'));
    pass(15);
    await a.short(withKernel(seen('pve1', 7), '6.15.1-1-pve\n'));
    expect(await found()).toHaveLength(1);
  });
});

describe('what it costs', () => {
  it('nothing while numbers are right, and no more than a report when one falls behind', async () => {
    await a.full(seen('pve1', 7));
    await b.full(seen('pve2', 7));
    pass(1);
    ports.counted.reset();
    await a.short(seen('pve1', 7));
    expect(ports.counted.counts).toEqual({ statements: 2, roundTrips: 2, rowsWritten: 1, subrequests: 2 });
    await b.full(seen('pve2', 8));
    pass(1);
    ports.counted.reset();
    await a.short(seen('pve1', 7));
    // The node, the revision, the report and its outcomes.
    expect(ports.counted.counts.rowsWritten).toBeLessThanOrEqual(4);
    pass(1);
    ports.counted.reset();
    await a.short(seen('pve1', 7));
    expect(ports.counted.counts).toEqual({ statements: 2, roundTrips: 2, rowsWritten: 1, subrequests: 2 });
  });

  it('stays small, whatever a member claims', async () => {
    const groups = (seqno: number) =>
      Array.from({ length: 300 }, (_, index): FakeGroup => ({ name: `vg${index}`, seqno, device: `8:${index}`, volumes: [] }));
    await b.full(seen('pve2', 7, { groups: groups(2 ** 40) }));
    await a.full(seen('pve1', 7, { groups: groups(1) }));
    const [row] = await rows<{ behind: string }>(customer, "SELECT behind FROM nodes WHERE tenant_id = :tenant AND name = 'pve1'");
    expect(Object.keys(JSON.parse(row?.behind ?? '{}')).length).toBe(50);
    expect((row?.behind ?? '').length).toBeLessThan(6000);
  });
});
