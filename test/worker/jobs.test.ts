import { describe, expect, it } from 'vitest';
import { takeLease } from '../../worker/db/installation/jobs';
import { oldestDirty, runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { rows } from './support/test-customer';

const minute = 60_000;
const captures = capturesOf(pve1);

describe('every minute', () => {
  it('a node that said nothing for three intervals is silent, its rules are not checked, its findings stay', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    ports.clock.now += 45 * minute;
    await runJobs(ports);
    expect(await rows(customer, 'SELECT silent FROM nodes WHERE tenant_id = :tenant')).toEqual([{ silent: 0 }]);
    ports.clock.now += minute;
    await runJobs(ports);
    const [cluster] = await rows<{ summary: string; behind: number }>(
      customer,
      'SELECT summary, evidence_rev - analysed_rev AS behind FROM clusters WHERE tenant_id = :tenant',
    );
    expect(await rows(customer, 'SELECT silent FROM nodes WHERE tenant_id = :tenant')).toEqual([{ silent: 1 }]);
    expect(cluster?.behind).toBe(0);
    expect(JSON.parse(cluster?.summary ?? '')).toMatchObject({ complete: false, counts: { critical: 2 } });

    const back = await node.short(captures);
    expect(back).toMatchObject({ ok: true, value: { open: { critical: 2 } } });
    const [after] = await rows<{ summary: string }>(customer, 'SELECT summary FROM clusters WHERE tenant_id = :tenant');
    expect(await rows(customer, 'SELECT silent FROM nodes WHERE tenant_id = :tenant')).toEqual([{ silent: 0 }]);
    expect(JSON.parse(after?.summary ?? '')).toMatchObject({ nodes: [{ worst: 'critical', open: 4 }] });
  });

  it('a node that never spoke waits; it is not silent', async () => {
    const { ports, customer } = await enrolOne();
    ports.clock.now += 24 * 60 * minute;
    await runJobs(ports);
    expect(await rows(customer, 'SELECT silent FROM nodes WHERE tenant_id = :tenant')).toEqual([{ silent: 0 }]);
  });

  it('nothing to do writes only its leases, and never more than 40 statements', async () => {
    const { ports, node } = await enrolOne();
    await node.full(captures);
    for (let tick = 0; tick < 20; tick += 1) await runJobs(ports);
    ports.counted.reset();
    const results = await runJobs(ports);
    expect(results).toEqual([
      { name: 'mark-silent', done: 0, error: null },
      { name: 'analyse', done: 0, error: null },
    ]);
    expect(ports.counted.counts.rowsWritten).toBe(4);
    expect(ports.counted.counts.statements).toBeLessThanOrEqual(9);
  });

  it('a report of another catalogue is made again, oldest first, within the statements of a tick', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    for (let tick = 0; tick < 20; tick += 1) await runJobs(ports);
    await ports.db.prepare("UPDATE clusters SET analysed_by = '0'").run();
    ports.counted.reset();
    const [, analysed] = await runJobs(ports);
    expect(analysed).toMatchObject({ error: null });
    expect(ports.counted.counts.statements).toBeLessThanOrEqual(40);
    for (let tick = 0; tick < 20; tick += 1) await runJobs(ports);
    expect(await rows(customer, 'SELECT analysed_by, evidence_rev - analysed_rev AS behind FROM clusters WHERE tenant_id = :tenant')).toEqual([
      { analysed_by: expect.not.stringMatching(/^0$/), behind: 0 },
    ]);
  });

  it('a hold that ends makes its cluster due, once', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    const due = async () =>
      (await rows<{ recheck_at: number | null }>(customer, 'SELECT recheck_at FROM clusters WHERE tenant_id = :tenant'))[0]?.recheck_at;
    expect(await due()).toBe(ports.clock.now + 15 * minute);
    ports.clock.now += 15 * minute;
    for (let tick = 0; tick < 5; tick += 1) await runJobs(ports);
    expect(await due()).toBe(ports.clock.now - 15 * minute + 24 * 60 * minute);
  });

  it('says since when the oldest report waits', async () => {
    const { ports, node } = await enrolOne();
    for (let tick = 0; tick < 20; tick += 1) await runJobs(ports);
    expect(await oldestDirty(ports)).toBeUndefined();
    ports.counted.failAt(3, 'before');
    await expect(node.full(captures)).rejects.toThrow();
    expect(await oldestDirty(ports)).toBe(ports.clock.now);
  });
});

describe('a lease', () => {
  it('is taken by one, and by another after it ran out', async () => {
    const { ports } = await enrolOne();
    const taken = await Promise.all([1, 2, 3].map(() => takeLease(ports.db, 'some-job', ports.now(), minute)));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
    expect(await takeLease(ports.db, 'some-job', ports.now() + minute - 1, minute)).toBeUndefined();
    expect(await takeLease(ports.db, 'some-job', ports.now() + minute, minute)).toBeDefined();
  });

  it('held elsewhere keeps its job from running, no other', async () => {
    const { ports } = await enrolOne();
    await takeLease(ports.db, 'analyse', ports.now(), minute);
    expect(await runJobs(ports)).toEqual([
      { name: 'mark-silent', done: expect.any(Number), error: null },
      { name: 'analyse', skipped: 'leased' },
    ]);
  });

  it('a job that fails is written down and tried again', async () => {
    const { ports } = await enrolOne();
    await ports.db.prepare('UPDATE jobs SET lease_until = 0').run();
    ports.counted.failAt(4, 'before');
    const [first, second] = await runJobs(ports);
    expect(first).toMatchObject({ name: 'mark-silent', error: expect.stringContaining('D1_ERROR') });
    expect(second).toMatchObject({ name: 'analyse', error: null });
    expect((await runJobs(ports))[0]).toMatchObject({ error: null });
  });
});
