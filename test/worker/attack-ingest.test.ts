/** What a key that was replaced, a race or an older release must not be able to do to stored evidence. */
import { describe, expect, it } from 'vitest';
import { capturesOf, type FakeNode, mapped } from '../unit/analyzer/support/fake-node';
import { localMappings, pve1, san } from '../unit/analyzer/support/sample-cluster';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode, makeKey, packMessage, requestEnrolment, signRequest } from './support/test-node';
import { makePorts } from './support/test-ports';

const captures = capturesOf(pve1);
const calm: FakeNode = { ...pve1, mappings: localMappings };
const hour = 3_600_000;

async function enrolOne() {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  return { ports, customer, token, node: await enrolTestNode(ports, token, 'pve1') };
}

describe('a key that was replaced', () => {
  it('while its message was under way takes that message with it', async () => {
    const { ports, customer, token, node } = await enrolOne();
    const late = await node.sign('full', captures);
    ports.counted.interfereAt(2, () => requestEnrolment(ports, token, 'pve1'));
    expect(await node.send(late)).toMatchObject({ ok: false });
    expect(await rows(customer, 'SELECT node_id FROM node_states WHERE tenant_id = :tenant')).toEqual([]);
  });

  it('leaves the raw copies of earlier messages as they were', async () => {
    const { ports, customer, token, node } = await enrolOne();
    const first = await node.sign('full', captures);
    await node.send(first);
    const [before] = await rows<{ raw_key: string }>(customer, 'SELECT raw_key FROM nodes WHERE tenant_id = :tenant');
    await (await enrolTestNode(ports, token, 'pve1')).full(capturesOf(calm), { sequence: 2 });
    expect(Buffer.from(ports.bucket.get(before?.raw_key ?? '') ?? []).equals(Buffer.from(first.body))).toBe(true);
  });

  it('is replaced once, also when the request arrives twice at the same moment', async () => {
    const { ports, customer, token } = await enrolOne();
    const key = await makeKey();
    await Promise.all([requestEnrolment(ports, token, 'pve1', { key }), requestEnrolment(ports, token, 'pve1', { key })]);
    const audit = await rows(customer, "SELECT seq FROM audit_events WHERE tenant_id = :tenant AND action = 'node.replace-key'");
    expect(audit).toHaveLength(1);
  });
});

describe('two messages with one number', () => {
  it('keep the raw copy of the one that was taken', async () => {
    const { ports, customer, node } = await enrolOne();
    const signing = { key: node.key, keyid: node.enrolment.keyid, path: '/v1/snapshots', sequence: 1 };
    const loser = await signRequest(signing, await packMessage('full', captures, 1));
    const winner = await signRequest(signing, await packMessage('full', capturesOf(calm), 1));
    // The loser has been read and waits at the bucket when the winner comes.
    const put = ports.raw?.put;
    let isHeld = false;
    if (ports.raw !== undefined && put !== undefined)
      ports.raw.put = async (name, bytes) => {
        if (!isHeld) {
          isHeld = true;
          await node.send(winner);
        }
        await put(name, bytes);
      };
    expect(await node.send(loser)).toMatchObject({ ok: false });
    const [row] = await rows<{ raw_key: string }>(customer, 'SELECT raw_key FROM nodes WHERE tenant_id = :tenant');
    expect(Buffer.from(ports.bucket.get(row?.raw_key ?? '') ?? []).equals(Buffer.from(winner.body))).toBe(true);
  });
});

describe('a view that an older release stored', () => {
  it('is read again when a node sends the same one to this release', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(captures);
    const outcomes = () => rows(customer, 'SELECT outcomes FROM cluster_reports WHERE tenant_id = :tenant');
    const before = await outcomes();
    for (const sql of ['UPDATE node_states SET facts_version = 0 WHERE tenant_id = ?1', 'UPDATE cluster_views SET version = 0 WHERE tenant_id = ?1'])
      await ports.db.prepare(sql).bind(customer.tenantId).run();
    await node.full(captures);
    expect(await outcomes()).toEqual(before);
  });
});

describe('a cluster whose nodes were all removed', () => {
  it('keeps no other cluster of the customer from being judged', async () => {
    const { ports, customer, node } = await enrolOne();
    await node.full(capturesOf(calm));
    await ports.db.prepare("UPDATE nodes SET status = 'retired', retired_at = 1 WHERE tenant_id = ?1").bind(customer.tenantId).run();
    ports.clock.now += hour;
    const again = await makeToken(ports, customer);
    const moved = await enrolTestNode(ports, again.token, 'pve1');
    await moved.full(capturesOf(calm));
    const sql = 'SELECT outcomes FROM cluster_reports WHERE tenant_id = :tenant AND cluster_id = ';
    const [report] = await rows<{ outcomes: string }>(customer, `${sql}'${moved.enrolment.cluster}'`);
    expect(report?.outcomes).not.toContain('uses it too and its guests could not be read');
  });
});

describe('a node that was removed', () => {
  it('and lied about how new a group is keeps nobody else from reading it', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const liar = await enrolTestNode(ports, token, 'pve1');
    await liar.full(capturesOf({ ...pve1, groups: [{ ...san, seqno: 9_000_000_000 }], mappings: [] }));
    await ports.db.prepare("UPDATE nodes SET status = 'retired', retired_at = 1 WHERE tenant_id = ?1").bind(customer.tenantId).run();
    const honest = await enrolTestNode(ports, token, 'pve2');
    await honest.full(capturesOf({ ...pve1, name: 'pve2', groups: [san], mappings: [] }));
    const [report] = await rows<{ outcomes: string }>(customer, 'SELECT outcomes FROM cluster_reports WHERE tenant_id = :tenant');
    expect(report?.outcomes).not.toContain('old_metadata');
  });
});

describe('text no person would write', () => {
  const names = ['vm-1\ud800-disk-0', 'vm-2\u0000-disk-0', 'vm-3\u202e<img src=x onerror=alert(1)>', '\ufffe\uffff', '__proto__', '"\\'];
  it('in names of mappings, volumes, groups and guests is stored and answered, and the next message too', async () => {
    const { customer, node } = await enrolOne();
    const hostile: FakeNode = {
      ...pve1,
      groups: [san, ...names.map((name) => ({ name, uuid: `${name}${'x'.repeat(20)}`, volumes: [{ name }] }))],
      mappings: names.flatMap((name, at) => [
        mapped('san1vg', `${name}-gone`, 50 + at),
        { name: `${name}-nouuid`, uuid: '', minor: 80 + at },
        { name: `b${at}`, uuid: `LVM-${name}`, minor: 110 + at },
      ]),
      guests: names.map((name, at) => ({ vmid: 900 + at, node: 'pve1', config: `name: ${name}\nscsi0: san-prod:${name}\n` })),
      lvmSays: `  WARNING: ${names.join(' ')}\n`,
    };
    expect(await node.full(capturesOf(hostile), { report: 'terminal' })).toMatchObject({ ok: true });
    expect(await node.short(capturesOf(hostile), { report: 'ascii' })).toMatchObject({ ok: true });
    expect(await node.full(capturesOf(hostile))).toMatchObject({ ok: true });
    const events = await rows(customer, "SELECT kind FROM finding_events WHERE tenant_id = :tenant AND kind <> 'opened'");
    expect(events).toEqual([]);
  });
});
