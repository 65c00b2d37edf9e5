/** The platform's limits, which the local database does not enforce: 2 MB a value or row, 128 MB and little CPU a request. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readSnapshot } from '../../worker/analyzer';
import { unpackMessage } from '../../worker/ingest/unpack-message';
import { capturesOf, type FakeGroup, type FakeNode, mapped, uuidOf } from '../unit/analyzer/support/fake-node';
import { pve1, pve2, san } from '../unit/analyzer/support/sample-cluster';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

const twoMegabytes = 2_000_000;
/** What grows with the square of its input takes far longer, what grows with its length far less, on any machine. */
const soonMs = 5000;

/** The largest value any statement is given. */
function watchValues(ports: TestPorts): { largest: number } {
  const seen = { largest: 0 };
  const prepare = ports.db.prepare.bind(ports.db);
  (ports.db as { prepare: D1Database['prepare'] }).prepare = (sql) => {
    const statement = prepare(sql);
    const bind = statement.bind.bind(statement);
    statement.bind = (...values: unknown[]) => {
      for (const value of values) if (typeof value === 'string') seen.largest = Math.max(seen.largest, Buffer.byteLength(value));
      return bind(...values);
    };
    return statement;
  };
  return seen;
}

const padding = 'x'.repeat(80);
const manyStale = (name: string, count: number): FakeNode => ({
  ...pve1,
  name,
  groups: [san],
  mappings: Array.from({ length: count }, (_, at) => mapped('san1vg', `vm-${1000 + at}-disk-${at}-${padding}`, 30 + at)),
});

describe('no value given to the database is larger than 2 MB', () => {
  it('when 10,000 mappings of one node are stale; 200 open and one that says more', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const node = await enrolTestNode(ports, token, 'pve1');
    const seen = watchValues(ports);
    const answer = await node.full(capturesOf(manyStale('pve1', 10_000)), { report: 'ascii' });
    expect(answer).toMatchObject({ ok: true, value: { open: { critical: expect.any(Number) } } });
    const open = await rows(
      customer,
      "SELECT count(*) AS n, sum(subject = 'more') AS more, rule FROM findings WHERE tenant_id = :tenant AND rule = 'dm.stale-mapping'",
    );
    expect(open).toMatchObject([{ n: 201, more: 1 }]);
    expect(seen.largest).toBeLessThan(twoMegabytes);
  });

  it('when a new catalogue finds 200 on each of 16 nodes at once', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer, { uses: 16 });
    const members = Array.from({ length: 16 }, (_, at) => `pve${at + 1}`);
    const nodes = [];
    for (const name of members) {
      const node = await enrolTestNode(ports, token, name, { membership: { cluster: 'prod', members } });
      nodes.push(node);
      await node.full(capturesOf({ ...manyStale(name, 220), members }));
    }
    for (const table of ['findings', 'finding_events', 'cluster_reports'])
      await ports.db.prepare(`DELETE FROM ${table} WHERE tenant_id = ?1`).bind(customer.tenantId).run();
    await ports.db.prepare("UPDATE clusters SET analysed_by = 'older' WHERE tenant_id = ?1").bind(customer.tenantId).run();
    const seen = watchValues(ports);
    expect(await nodes[0]?.short(capturesOf({ ...manyStale('pve1', 220), members }))).toMatchObject({ ok: true });
    expect(seen.largest).toBeLessThan(twoMegabytes);
  }, 60_000);
});

describe('names of any length', () => {
  const long = (at: number) => `${at}${'n'.repeat(60_000)}`;
  const nodes: Readonly<Record<string, FakeNode>> = {
    'of mappings without a uuid': { ...pve1, mappings: Array.from({ length: 60 }, (_, at) => ({ name: long(at), uuid: '', minor: 30 + at })) },
    'in the uuids of mappings': {
      ...pve1,
      mappings: Array.from({ length: 60 }, (_, at) => ({ name: `m${at}`, uuid: `LVM-${long(at)}`, minor: 30 + at })),
    },
    'of volumes': { ...pve1, groups: [{ ...san, volumes: Array.from({ length: 60 }, (_, at) => ({ name: `vm-${at}-disk-${long(at)}` })) }] },
    'in the uuids of volumes': {
      ...pve1,
      groups: [{ ...san, volumes: Array.from({ length: 60 }, (_, at) => ({ name: `vm-${at}-disk-0`, uuid: long(at) })) }],
    },
    'of groups': { ...pve1, groups: Array.from({ length: 60 }, (_, at) => ({ name: long(at), uuid: long(at), volumes: [{ name: 'vm-1-disk-0' }] })) },
  };
  it.each(Object.entries(nodes))('%s make no row larger than 20 KB besides the facts', async (_, node) => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const enrolled = await enrolTestNode(ports, token, 'pve1');
    const seen = watchValues(ports);
    expect(await enrolled.full(capturesOf(node), { report: 'ascii' })).toMatchObject({ ok: true });
    const [finding] = await rows<{ n: number | null }>(
      customer,
      'SELECT max(length(subject) + length(detail) + length(evidence)) AS n FROM findings WHERE tenant_id = :tenant',
    );
    const [report] = await rows<{ n: number }>(customer, 'SELECT length(outcomes) AS n FROM cluster_reports WHERE tenant_id = :tenant');
    const [memory] = await rows<{ n: number | null }>(customer, 'SELECT max(length(key)) AS n FROM cluster_memory WHERE tenant_id = :tenant');
    expect(seen.largest).toBeLessThan(twoMegabytes);
    expect(Math.max(finding?.n ?? 0, report?.n ?? 0, memory?.n ?? 0)).toBeLessThan(20_000);
  });
});

describe('a node with many groups', () => {
  const groups = (count: number, prefix: string): FakeGroup[] =>
    Array.from({ length: count }, (_, at) => ({ name: `${prefix}${at}`, volumes: [{ name: 'root' }] }));

  it('and many complaints of LVM about the last of them is read', () => {
    const lvmSays = '  WARNING: VG g99 is odd.\n'.repeat(4000);
    const captures = capturesOf({ ...pve1, groups: groups(100, 'g'), lvmSays });
    const start = performance.now();
    readSnapshot(captures, {});
    expect(performance.now() - start).toBeLessThan(soonMs);
  });

  it('all of one name, and a complaint that says it 40,000 times, is read', () => {
    const twins = groups(4000, 'g').map((group) => ({ ...group, uuid: uuidOf(group.name), name: 'g' }));
    const captures = capturesOf({ ...pve1, groups: twins, lvmSays: `VG${' g'.repeat(40_000)}\n` });
    const start = performance.now();
    readSnapshot(captures, {});
    expect(performance.now() - start).toBeLessThan(soonMs);
  });

  it('that are others every time keeps nobody from remembering a shared group and how new it is', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const hostile = await enrolTestNode(ports, token, 'pve1');
    const honest = await enrolTestNode(ports, token, 'pve2');
    await honest.full(capturesOf({ ...pve2, groups: [{ ...san, seqno: 7 }] }));
    for (const prefix of ['a', 'b', 'c']) await hostile.full(capturesOf({ ...pve1, groups: groups(500, prefix), mappings: [] }));
    await honest.full(
      capturesOf({
        ...pve2,
        groups: [
          { ...san, seqno: 8 },
          { name: 'new', volumes: [{ name: 'root' }] },
        ],
      }),
    );
    const memory = await rows<{ value: string }>(
      customer,
      `SELECT value FROM cluster_memory WHERE tenant_id = :tenant AND key = 'vg:${uuidOf(san.name)}'`,
    );
    expect(memory).toEqual([{ value: '8' }]);
    const shared = await rows(customer, `SELECT vg_uuid FROM group_clusters WHERE tenant_id = :tenant AND vg_uuid = '${uuidOf('new')}'`);
    expect(shared).toHaveLength(1);
  });

  it('that are others every time is not remembered without end', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const node = await enrolTestNode(ports, token, 'pve1');
    for (const prefix of ['a', 'b', 'c', 'd', 'e']) await node.full(capturesOf({ ...pve1, groups: groups(500, prefix), mappings: [] }));
    const counts = `SELECT (SELECT count(*) FROM cluster_memory WHERE tenant_id = :tenant) AS memory,
      (SELECT count(*) FROM group_clusters WHERE tenant_id = :tenant) AS groups`;
    const [kept] = await rows<{ memory: number }>(customer, counts);
    expect(kept?.memory).toBeLessThan(1100);
  });
});

describe('a message that is small on the wire', () => {
  const pack = (state: string, readings = '{"captures":[],"ms":{},"stderr":{}}') => {
    const stateHash = createHash('sha256').update(state).digest('hex');
    const ids = { machineId: '0'.repeat(32), bootId: '11111111-2222-3333-4444-555555555555' };
    const header = { protocol: 1, sequence: 1, collector: 'x', ...ids, stateHash, vitals: {}, bodies: [], report: 'none' };
    return Uint8Array.from(gzipSync([JSON.stringify(header), state, readings].join('\n')));
  };
  const files = `"files":[${'{},'.repeat(19_999)}{}]`;
  const traps = {
    '20 captures of 20,000 empty files': pack(
      `{"captures":[${Array.from({ length: 20 }, (_, at) => `{"id":"a${at}","status":"ok",${files}}`).join(',')}]}`,
    ),
    'durations of 600,000 captures, none of them a number': pack(
      '{"captures":[]}',
      `{"captures":[],"ms":{${Array.from({ length: 600_000 }, (_, at) => `"${at}":""`).join(',')}},"stderr":{}}`,
    ),
    'arrays nested eight million deep': pack('['.repeat(8_000_000) + ']'.repeat(8_000_000)),
  };
  it.each(Object.entries(traps))('is refused: %s', async (_, body) => {
    expect(body.length).toBeLessThan(2 * 1024 * 1024);
    const start = performance.now();
    expect(await unpackMessage(body, 1, '0.3.0')).toMatchObject({ ok: false, error: { detail: expect.stringMatching(/beyond reason|at most/) } });
    expect(performance.now() - start).toBeLessThan(soonMs);
  });
});
