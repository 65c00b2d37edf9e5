/** The daily round that deletes what is old enough: bounded, resumable, and never what is still needed. */
import { describe, expect, it } from 'vitest';
import { runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { localMappings, pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { makeCustomer, rows, type TestCustomer } from './support/test-customer';
import { makePorts, noon, type TestPorts } from './support/test-ports';

const day = 86_400_000;
const captures = capturesOf(pve1);

/** The round of a new day, in as many ticks as it takes. */
async function nextRound(ports: TestPorts, ticks = 12): Promise<void> {
  await ports.db.prepare("DELETE FROM jobs WHERE name = 'retain'").run();
  for (let tick = 0; tick < ticks; tick += 1) await runJobs(ports);
}

const ids = async (customer: TestCustomer, table: string, column: string) =>
  (await rows<Record<string, string>>(customer, `SELECT ${column} AS id FROM ${table} WHERE tenant_id = :tenant ORDER BY 1`)).map(({ id }) => id);

async function addFindings(ports: TestPorts, customer: TestCustomer, closedDaysAgo: readonly (number | null)[]): Promise<void> {
  for (const [index, days] of closedDaysAgo.entries()) {
    await ports.db
      .prepare(`INSERT INTO findings (tenant_id, finding_id, number, cluster_id, rule, severity, subject, episode, opened_at, changed_at, closed_at, detail, evidence)
        VALUES (?1, ?2, ?3, 'c_1', 'dm.x', 1, 'x', 1, ?4, ?4, ?5, '{}', '[]')`)
      .bind(customer.tenantId, `f_${index}`, index + 1, noon - 900 * day, days === null ? null : noon - days * day)
      .run();
    await ports.db
      .prepare("INSERT INTO finding_events (tenant_id, at, finding_id, kind, episode) VALUES (?1, ?2, ?3, 'opened', 1)")
      .bind(customer.tenantId, noon - 900 * day, `f_${index}`)
      .run();
  }
}

describe('the daily round', () => {
  it('deletes history of more than 400 days and keeps what is open, with its beginning, and the highest number', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    await addFindings(ports, customer, [401, 399, null, 500]);
    const insert = (sql: string, ...values: unknown[]) =>
      ports.db
        .prepare(sql)
        .bind(customer.tenantId, ...values)
        .run();
    for (const days of [401, 399]) {
      const date = new Date(noon - days * day).toISOString().slice(0, 10);
      await insert("INSERT INTO cluster_days (tenant_id, cluster_id, day, grade, counts) VALUES (?1, 'c_1', ?2, 'A', '{}')", date);
      await insert("INSERT INTO receipts (tenant_id, script_id, run_id, at, result) VALUES (?1, ?2, 'r', ?3, '{}')", `s_${days}`, noon - days * day);
    }
    await nextRound(ports);
    expect(await ids(customer, 'findings', 'finding_id')).toEqual(['f_1', 'f_2', 'f_3']);
    expect(await ids(customer, 'finding_events', 'finding_id')).toEqual(['f_2']);
    expect(await ids(customer, 'receipts', 'script_id')).toEqual(['s_399']);
    expect(await rows(customer, 'SELECT day FROM cluster_days WHERE tenant_id = :tenant')).toHaveLength(1);
  });

  it('deletes mails of more than 60 days unless they still wait, and what expired', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    for (const [id, days, state] of [
      ['old', 61, 'sent'],
      ['waits', 61, 'pending'],
      ['new', 59, 'sent'],
      ['lost', 99, 'dead'],
    ] as const)
      await ports.db
        .prepare("INSERT INTO outbox (message_id, kind, target, args, state, next_at, created_at) VALUES (?1, 'digest', 'x', '{}', ?2, 0, ?3)")
        .bind(id, state, noon - days * day)
        .run();
    const insert = (sql: string, ...values: unknown[]) =>
      ports.db
        .prepare(sql)
        .bind(...values)
        .run();
    for (const [id, hours] of [
      ['long-ago', -25],
      ['lately', -23],
      ['valid', 1],
    ] as const) {
      await insert("INSERT INTO sign_in_links (secret_hash, email, expires_at) VALUES (?1, 'a@b', ?2)", id, noon + (hours * day) / 24);
      await insert("INSERT INTO sessions (secret_hash, user_id, created_at, expires_at) VALUES (?1, 'u_1', 0, ?2)", id, noon + (hours * day) / 24);
    }
    for (const [id, days] of [
      ['000001', 31],
      ['000002', 29],
    ] as const)
      await insert(
        "INSERT INTO enrolment_tokens (tenant_id, token_id, cluster_id, secret_hash, uses_left, expires_at, auto_approve, made_by) VALUES (?1, ?2, 'c_1', 'h', 1, ?3, 1, 'u')",
        customer.tenantId,
        id,
        noon - days * day,
      );
    await nextRound(ports);
    const kept = async (sql: string) => (await ports.db.prepare(sql).all<{ id: string }>()).results.map(({ id }) => id);
    expect(await kept('SELECT message_id AS id FROM outbox ORDER BY 1')).toEqual(['new', 'waits']);
    expect(await kept('SELECT secret_hash AS id FROM sign_in_links ORDER BY 1')).toEqual(['lately', 'valid']);
    expect(await kept('SELECT secret_hash AS id FROM sessions ORDER BY 1')).toEqual(['lately', 'valid']);
    expect(await ids(customer, 'enrolment_tokens', 'token_id')).toEqual(['000002']);
  });

  it('deletes views nobody holds and samples of removed nodes, never a state or the audit log', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    await node.full(capturesOf({ ...pve1, mappings: localMappings, guests: [] }));
    expect(await ids(customer, 'cluster_views', 'digest')).toHaveLength(2);
    await ports.db.prepare("UPDATE nodes SET status = 'retired', retired_at = ?2 WHERE tenant_id = ?1").bind(customer.tenantId, noon).run();
    const audit = await ids(customer, 'audit_events', 'seq');
    ports.clock.now += 23 * 3_600_000;
    await nextRound(ports);
    expect(await ids(customer, 'cluster_views', 'digest')).toHaveLength(2);
    expect(await ids(customer, 'node_samples', 'slot')).toHaveLength(1);
    ports.clock.now += 2 * 3_600_000;
    await nextRound(ports);
    expect(await ids(customer, 'cluster_views', 'digest')).toEqual(await ids(customer, 'node_states', 'view_digest'));
    expect(await ids(customer, 'node_samples', 'slot')).toEqual([]);
    expect(await ids(customer, 'audit_events', 'seq')).toEqual(audit);
  });

  it('deletes raw states after 30 days, page by page, and nothing else in the bucket', async () => {
    const ports = await makePorts();
    for (let index = 0; index < 2500; index += 1) ports.bucket.set(`s/2026-09-01/t/n/${String(index).padStart(5, '0')}`, new Uint8Array(1));
    for (const key of ['s/2026-10-21/t/n/1', 's/2026-10-22/t/n/1', 'audit/2020-01-01.json']) ports.bucket.set(key, new Uint8Array(1));
    await nextRound(ports);
    expect([...ports.bucket.keys()].sort()).toEqual(['audit/2020-01-01.json', 's/2026-10-22/t/n/1']);
  });

  it('goes on where it stood, in parts of 1,000 rows, and is done once a day', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    await ports.db
      .prepare(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12500)
        INSERT INTO receipts (tenant_id, script_id, run_id, at, result) SELECT ?1, 's_' || i, 'r', 0, '{}' FROM n`)
      .bind(customer.tenantId)
      .run();
    await ports.db.prepare("DELETE FROM jobs WHERE name = 'retain'").run();
    const left = async () => (await rows<{ n: number }>(customer, 'SELECT count(*) AS n FROM receipts WHERE tenant_id = :tenant'))[0]?.n;
    ports.counted.reset();
    await runJobs(ports);
    expect(ports.counted.counts.statements).toBeLessThanOrEqual(40);
    expect(await left()).toBeGreaterThan(0);
    // A tick that dies in the middle: the next one deletes what is left.
    ports.counted.failAt(6, 'before');
    await runJobs(ports).catch(() => undefined);
    ports.clock.now += 5 * 60_000;
    for (let tick = 0; tick < 6; tick += 1) await runJobs(ports);
    expect(await left()).toBe(0);
    expect((await runJobs(ports)).map(({ name }) => name)).toEqual(['mark-silent', 'analyse']);
    ports.clock.now += day;
    expect((await runJobs(ports)).map(({ name }) => name)).toEqual(['mark-silent', 'analyse', 'retain']);
  });

  it('leaves a step that fails for tomorrow and does the others', async () => {
    const ports = await makePorts();
    ports.bucket.set('s/2020-01-01/t/n/1', new Uint8Array(1));
    ports.faults.bucketFails = true;
    await nextRound(ports);
    expect(ports.bucket.size).toBe(1);
    expect((await runJobs(ports)).map(({ name }) => name)).toEqual(['mark-silent', 'analyse']);
    ports.faults.bucketFails = false;
    ports.clock.now += day;
    for (let tick = 0; tick < 3; tick += 1) await runJobs(ports);
    expect(ports.bucket.size).toBe(0);
  });

  it('deletes nothing on the day after the clock was set to another year', async () => {
    const ports = await makePorts();
    await nextRound(ports);
    ports.bucket.set('s/2026-11-20/t/n/1', new Uint8Array(1));
    ports.clock.now += 3650 * day;
    for (let tick = 0; tick < 6; tick += 1) await runJobs(ports);
    expect(ports.bucket.size).toBe(1);
    // The clock was right after all: the next day's round is like any other.
    ports.clock.now += day;
    for (let tick = 0; tick < 6; tick += 1) await runJobs(ports);
    expect(ports.bucket.size).toBe(0);
  });
});
