import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { localMappings, pve1 } from '../unit/analyzer/support/sample-cluster';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode, makeKey, packMessage, signRequest, speakAs } from './support/test-node';
import { makePorts } from './support/test-ports';

const captures = capturesOf(pve1);
const day = 86_400_000;

async function enrolOne(more: Parameters<typeof makePorts>[0] = {}, wish: Parameters<typeof makeToken>[2] = {}) {
  const ports = await makePorts(more);
  const customer = await makeCustomer(ports);
  const token = await makeToken(ports, customer, wish);
  return { ports, customer, node: await enrolTestNode(ports, token.token, 'pve1') };
}

const refused = (reason: string) => ({ ok: false, error: { reason } });
const taken = (accepted: number) => ({ ok: true, value: { accepted } });

describe('an accepted message', () => {
  it('is answered with what is open on the node, where its page is and when to come again', async () => {
    const { node, customer } = await enrolOne();
    expect(await node.full(captures)).toEqual({
      ok: true,
      value: {
        accepted: 1,
        want: 'nothing',
        nextDue: 900,
        scripts: 0,
        open: { critical: 2, warning: 2, info: 0 },
        page: `https://sexton.test/t/${customer.tenantId}/nodes/${node.enrolment.node}`,
      },
    });
    expect(await node.short(captures)).toMatchObject({ ok: true, value: { accepted: 2, open: { critical: 2, warning: 2, info: 0 } } });
  });

  it('brings the report with numbers and holds when asked for, also on a short one', async () => {
    const { node, customer } = await enrolOne();
    const full = await node.full(captures, { report: 'ascii' });
    const short = await node.short(captures, { report: 'ascii' });
    for (const answer of [full, short]) {
      expect(answer.ok && answer.value.report).toContain(`${customer.key}-1`);
      expect(answer.ok && answer.value.report).toContain('seen once; confirmed by a check-in');
      expect(answer.ok && answer.value.report).toContain('Acme Logistics / prod');
    }
  });

  it('keeps the raw bytes, byte for byte', async () => {
    const { ports, node, customer } = await enrolOne();
    const request = await node.sign('full', captures);
    await node.send(request);
    const [row] = await rows<{ raw_key: string }>(customer, 'SELECT raw_key FROM nodes WHERE tenant_id = :tenant');
    expect(row?.raw_key).toMatch(new RegExp(`^s/2026-11-21/${customer.tenantId}/${node.enrolment.node}/1-[0-9a-f]{12}\\.json\\.gz$`));
    expect(Buffer.from(ports.bucket.get(row?.raw_key ?? '') ?? []).equals(Buffer.from(request.body))).toBe(true);
  });

  it('survives a bucket that fails; the next answer asks for the state', async () => {
    const { ports, node } = await enrolOne();
    ports.faults.bucketFails = true;
    expect(await node.full(captures)).toMatchObject({ ok: true, value: { want: 'nothing' } });
    ports.faults.bucketFails = false;
    expect(await node.short(captures)).toMatchObject({ ok: true, value: { want: 'state' } });
    await node.full(captures);
    expect(await node.short(captures)).toMatchObject({ ok: true, value: { want: 'nothing' } });
  });

  it('asks for no raw copy where there is no bucket', async () => {
    const { node } = await enrolOne({ withoutBucket: true });
    await node.full(captures);
    expect(await node.short(captures)).toMatchObject({ ok: true, value: { want: 'nothing' } });
  });

  it('asks for a state it does not know or that is older than a week', async () => {
    const { ports, node } = await enrolOne();
    expect(await node.short(captures)).toMatchObject({ ok: true, value: { want: 'state' } });
    await node.full(captures);
    ports.clock.now += 7 * day + 1000;
    expect(await node.short(captures)).toMatchObject({ ok: true, value: { want: 'state' } });
  });

  it('does not freshen what is known of a node by a short message about another state', async () => {
    const { ports, node, customer } = await enrolOne();
    await node.full(captures);
    ports.clock.now += 60_000;
    expect(await node.short(captures, { stateHash: 'f'.repeat(64) })).toMatchObject({ ok: true, value: { want: 'state' } });
    const [row] = await rows<{ last_seen_at: number; sequence: number }>(
      customer,
      'SELECT last_seen_at, sequence FROM nodes WHERE tenant_id = :tenant',
    );
    expect(row).toEqual({ last_seen_at: ports.clock.now - 60_000, sequence: 2 });
  });

  it('remembers the boot before this one', async () => {
    const { node, customer } = await enrolOne();
    const [first, second] = ['1', '2'].map((digit) => `${digit.repeat(8)}-2222-3333-4444-555555555555`);
    await node.full(captures, { bootId: first ?? '' });
    await node.full(captures, { bootId: second ?? '' });
    await node.short(captures, { bootId: second ?? '' });
    expect(await rows(customer, 'SELECT boot_id, previous_boot_id FROM nodes WHERE tenant_id = :tenant')).toEqual([
      { boot_id: second, previous_boot_id: first },
    ]);
  });

  it('of a node that waits for approval is kept and enters no conclusion', async () => {
    const { node, customer } = await enrolOne({}, { autoApprove: false });
    expect(await node.full(captures, { report: 'ascii' })).toMatchObject({
      ok: true,
      value: { open: { critical: 0 }, report: expect.stringContaining('waits for approval') },
    });
    expect(await rows(customer, 'SELECT node_id FROM node_states WHERE tenant_id = :tenant')).toHaveLength(1);
    for (const table of ['findings', 'group_clusters', 'cluster_reports'])
      expect(await rows(customer, `SELECT * FROM ${table} WHERE tenant_id = :tenant`)).toEqual([]);
    expect(await rows(customer, "SELECT key FROM cluster_memory WHERE tenant_id = :tenant AND key LIKE 'vg:%'")).toEqual([]);
  });
});

describe('sequence numbers', () => {
  it('the same message twice is answered twice and stored once', async () => {
    const { ports, node } = await enrolOne();
    const request = await node.sign('full', captures);
    const first = await node.send(request);
    ports.counted.reset();
    expect(await node.send(request)).toEqual(first);
    expect(ports.counted.counts.rowsWritten).toBe(0);
  });

  it('a used number is refused with the last one', async () => {
    const { node } = await enrolOne();
    const [older, newer] = [await node.sign('full', captures), await node.sign('short', captures)];
    await node.send(newer);
    expect(await node.send(older)).toMatchObject({ ok: false, error: { reason: 'sequence_used', extra: { last: 2 } } });
  });

  it('two messages of one node in flight: both are taken in order, or the older is refused; none is half stored', async () => {
    const { node, customer } = await enrolOne();
    const [a, b] = [await node.sign('full', captures), await node.sign('full', capturesOf({ ...pve1, mappings: localMappings }))];
    const answers = await Promise.all([node.send(a), node.send(b)]);
    expect(answers[1]).toMatchObject(taken(2));
    const [row] = await rows<{ sequence: number }>(customer, 'SELECT sequence FROM nodes WHERE tenant_id = :tenant');
    expect(row?.sequence).toBe(2);
    expect(await rows(customer, 'SELECT finding_id FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL AND node_id IS NOT NULL')).toEqual(
      [],
    );
  });

  it('a message that loses the race reads again and is taken', async () => {
    const { ports, node } = await enrolOne();
    const [first, second] = [await node.sign('full', captures), await node.sign('full', captures)];
    ports.counted.interfereAt(2, () => node.send(first));
    expect(await node.send(second)).toMatchObject(taken(2));
  });

  it('the number in the body must be the signed one', async () => {
    const { node } = await enrolOne();
    expect(await node.sendBytes(await packMessage('short', captures, 7), 8)).toMatchObject(refused('bad_request'));
  });
});

describe('who is not believed', () => {
  it('another key, a changed body, another path, other parameters, no headers', async () => {
    const { ports, node } = await enrolOne();
    const good = await node.sign('full', captures);
    const changed = (name: string, value: string) => {
      const headers = new Headers(good.headers);
      headers.set(name, value);
      return { ...good, headers };
    };
    const input = good.headers.get('signature-input') ?? '';
    const wrong = [
      await signRequest({ key: await makeKey(), keyid: node.enrolment.keyid, path: '/v1/snapshots', sequence: 1 }, good.body),
      { ...good, body: Uint8Array.from(gzipSync('{}')) },
      { ...good, path: '/v1/receipts' },
      { ...good, headers: new Headers() },
      changed('sexton-sequence', '2'),
      changed('sexton-sequence', '01'),
      changed('signature-input', input.replace('created=1', 'created=01')),
      changed('signature-input', `${input};nonce="x"`),
      changed('signature-input', input.replace('"@method" "@path"', '"@path" "@method"')),
      changed('signature-input', input.replace('ed25519', 'hmac-sha256')),
      changed('signature', 'sexton=:AAAA:'),
      changed('content-digest', 'sha-256=:AAAA:'),
    ];
    for (const request of wrong) expect(await node.send(request)).toMatchObject(refused('node_unknown'));
    ports.counted.reset();
    expect(await node.send(good)).toMatchObject(taken(1));
  });

  it('a node of one customer cannot speak for, or into, another', async () => {
    const a = await enrolOne();
    const b = await enrolOne();
    const forged = speakAs(b.ports, a.node.key, b.node.enrolment);
    expect(await forged.full(captures)).toMatchObject(refused('node_unknown'));
    const crossed = speakAs(b.ports, a.node.key, { ...b.node.enrolment, keyid: `${b.customer.tenantId}.${a.node.enrolment.node}` });
    expect(await crossed.full(captures)).toMatchObject(refused('node_unknown'));
    expect(await rows(b.customer, 'SELECT node_id FROM node_states WHERE tenant_id = :tenant')).toEqual([]);
  });

  it('a removed node, a customer being deleted, a key that was replaced', async () => {
    const one = await enrolOne();
    await one.ports.db.prepare("UPDATE nodes SET status = 'retired' WHERE tenant_id = ?1").bind(one.customer.tenantId).run();
    expect(await one.node.full(captures)).toMatchObject(refused('node_unknown'));
    const two = await enrolOne();
    await two.ports.db.prepare("UPDATE tenants SET status = 'deleting' WHERE tenant_id = ?1").bind(two.customer.tenantId).run();
    expect(await two.node.full(captures)).toMatchObject(refused('node_unknown'));
  });

  it('a node that comes too often', async () => {
    const { ports, node } = await enrolOne();
    ports.faults.limited = true;
    ports.counted.reset();
    expect(await node.full(captures)).toMatchObject(refused('too_many'));
    expect(ports.counted.counts.statements).toBe(0);
  });
});
