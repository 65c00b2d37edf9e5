import { describe, expect, it } from 'vitest';
import type { Capture } from '../../worker/wire/snapshot';
import { capturesOf, mapped } from '../unit/analyzer/support/fake-node';
import { faults, pve1 } from '../unit/analyzer/support/sample-cluster';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode } from './support/test-node';
import { makePorts } from './support/test-ports';

const hour = 3_600_000;

async function enrolOne() {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const token = await makeToken(ports, customer);
  const node = await enrolTestNode(ports, token.token, 'pve1');
  return { ports, customer, node };
}

const healthy = capturesOf({ ...pve1, mappings: (pve1.mappings ?? []).filter((mapping) => !faults.includes(mapping)) });
const faulty = capturesOf(pve1);
/** Another state that changes no finding and no view. */
const otherState = (captures: readonly Capture[], boot: string) =>
  captures.map((capture) => (capture.id === 'host.kernel' ? { ...capture, out: boot, length: boot.length } : capture));

describe('what a message costs', () => {
  it('a short message: one row, two round trips, two statements', async () => {
    const { ports, node } = await enrolOne();
    await node.full(healthy);
    ports.counted.reset();
    const answer = await node.short(healthy);
    expect(answer).toMatchObject({ ok: true, value: { accepted: 2, want: 'nothing', nextDue: 900, scripts: 0 } });
    expect(ports.counted.counts).toEqual({ statements: 2, roundTrips: 2, rowsWritten: 1, subrequests: 2 });
  });

  it('the first short message of an hour: two rows', async () => {
    const { ports, node } = await enrolOne();
    await node.full(healthy);
    ports.clock.now += hour / 3;
    ports.counted.reset();
    await node.short(healthy);
    expect(ports.counted.counts).toMatchObject({ statements: 3, roundTrips: 2, rowsWritten: 2 });
  });

  it('a full message with nothing new to report: four rows, three round trips', async () => {
    const { ports, node } = await enrolOne();
    await node.full(healthy);
    ports.clock.now += 1000;
    ports.counted.reset();
    await node.full(otherState(healthy, '6.14.12-1-pve\n'));
    expect(ports.counted.counts).toMatchObject({ roundTrips: 3, rowsWritten: 4, subrequests: 4 });
    expect(ports.counted.counts.statements).toBeLessThanOrEqual(16);
  });

  it('a full message with a new view: six rows', async () => {
    const { ports, node } = await enrolOne();
    await node.full(healthy);
    ports.counted.reset();
    await node.full(
      capturesOf({
        ...pve1,
        mappings: (pve1.mappings ?? []).filter((mapping) => !faults.includes(mapping)),
        storages:
          'dir: local\n\tpath /var/lib/vz\n\nlvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n\nlvm: san-prod\n\tvgname san1vg\n\tshared 1\n\tcontent images\n',
      }),
    );
    expect(ports.counted.counts.rowsWritten).toBeLessThanOrEqual(6);
  });

  it('four rows per finding that opens, three per one that closes, and two for report and trend', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(healthy);
    ports.counted.reset();
    await node.full(faulty);
    const opened = await rows(customer, 'SELECT * FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL AND node_id IS NOT NULL');
    expect(opened.length).toBe(4);
    // Four for the message, one for the report, one for the trend.
    expect(ports.counted.counts.rowsWritten).toBe(6 + 4 * 4);
    expect(ports.counted.counts.statements).toBeLessThanOrEqual(40);

    ports.clock.now += hour / 4;
    ports.counted.reset();
    await node.full(otherState(healthy, '6.14.12-1-pve\n'));
    expect(ports.counted.counts.rowsWritten).toBeLessThanOrEqual(6 + 3 * 4);
    expect(await rows(customer, 'SELECT * FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL AND node_id IS NOT NULL')).toEqual([]);
  });

  it('a message with 300 of one finding opens 201 in the same number of statements', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(healthy);
    ports.counted.reset();
    const many = Array.from({ length: 300 }, (_, index) => mapped('san1vg', `vm-${1000 + index}-disk-0`, 100 + index));
    await node.full(capturesOf({ ...pve1, mappings: [...(pve1.mappings ?? []), ...many] }));
    expect(ports.counted.counts.statements).toBeLessThanOrEqual(24);
    const stale = await rows(customer, "SELECT subject FROM findings WHERE tenant_id = :tenant AND rule = 'dm.stale-mapping' AND closed_at IS NULL");
    expect(stale.length).toBe(201);
    expect(stale.map(({ subject }) => subject)).toContain('more');
  });
});
