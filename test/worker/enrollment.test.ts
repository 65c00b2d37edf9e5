import { describe, expect, it } from 'vitest';
import { enrollNode } from '../../worker/enrollment/enroll-node';
import { formatToken, newTokenParts, parseToken } from '../../worker/enrollment/token-text';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { makeKey, requestEnrolment, signRequest } from './support/test-node';
import { makePorts } from './support/test-ports';

const minute = 60_000;

async function setUp(more: Parameters<typeof makeToken>[2] = {}) {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  return { ports, customer, token: await makeToken(ports, customer, more) };
}

const refusal = (reason: string, detail?: string) => ({ ok: false, error: { reason, ...(detail === undefined ? {} : { detail }) } });

describe('an enrolment token', () => {
  it('reads as it was written, in capitals and with the letters people mistake', () => {
    const parts = newTokenParts('ACM', (bytes) => new Uint8Array(bytes).fill(8));
    expect(parseToken(formatToken(parts))).toEqual(parts);
    expect(parseToken(` ${formatToken(parts).toUpperCase()} `)).toEqual(parts);
    expect(parseToken('sxe-acm-0123ol-iiiiiiiiooooooo0')).toEqual({ tenantKey: 'ACM', tokenId: '012301', secret: '1111111100000000' });
    expect(parts.secret.length * 5).toBeGreaterThanOrEqual(80);
  });

  it.each(['', 'sxe', 'sxe-acm-7q3k2m', 'sxe-acm-7q3k2m-short', `sxe-acm-7q3k2m-${'a'.repeat(17)}`, 'sxe-acm-7q3k2m-m2xd8vpa0rst4wx\u0000'])(
    '%j is none',
    (text) => {
      expect(parseToken(text)).toBeUndefined();
    },
  );

  it('is stored as a hash only, with its cluster and an audit row each', async () => {
    const { customer, token } = await setUp();
    const [row] = await rows<{ secret_hash: string; cidr: null }>(customer, 'SELECT * FROM enrolment_tokens WHERE tenant_id = :tenant');
    expect(JSON.stringify(row)).not.toContain(token.token.split('-').at(-1));
    expect(row?.secret_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await rows(customer, 'SELECT seq, action FROM audit_events WHERE tenant_id = :tenant ORDER BY seq')).toEqual([
      { seq: 1, action: 'tenant.create' },
      { seq: 2, action: 'cluster.create' },
      { seq: 3, action: 'token.create' },
    ]);
  });
});

describe('a node that enrols', () => {
  it('is let in, names the cluster and is told who it is', async () => {
    const { ports, customer, token } = await setUp();
    const answer = await requestEnrolment(ports, token.token, 'pve1');
    expect(answer).toMatchObject({
      ok: true,
      value: {
        tenant: customer.tenantId,
        tenantName: 'Acme Logistics',
        clusterName: 'prod',
        status: 'active',
        enrolled: 1,
        members: 3,
        intervalSeconds: 900,
      },
    });
    if (!answer.ok) return;
    expect(answer.value.keyid).toBe(`${customer.tenantId}.${answer.value.node}`);
    expect(answer.value.serverKey).toMatch(/^ssh-ed25519 /);
    expect(await rows(customer, 'SELECT name FROM clusters WHERE tenant_id = :tenant')).toEqual([{ name: 'prod' }]);
    expect((await rows(customer, 'SELECT action, actor FROM audit_events WHERE tenant_id = :tenant ORDER BY seq')).at(-1)).toEqual({
      action: 'node.enrol',
      actor: `token:${token.tokenId}`,
    });
  });

  it('names the cluster after itself when it stands alone, and nobody joins it', async () => {
    const { ports, token } = await setUp();
    const alone = await requestEnrolment(ports, token.token, 'edge1', { membership: { cluster: null, members: ['edge1'] } });
    expect(alone).toMatchObject({ ok: true, value: { clusterName: 'edge1' } });
    const second = await requestEnrolment(ports, token.token, 'edge2', { membership: { cluster: null, members: ['edge2'] } });
    expect(second).toMatchObject(
      refusal('wrong_cluster', 'This token belongs to edge1 (edge1). This node says it is a standalone node (edge2). Nothing was enrolled.'),
    );
  });

  it('waits for approval when the token says so', async () => {
    const { ports, token } = await setUp({ autoApprove: false });
    expect(await requestEnrolment(ports, token.token, 'pve1')).toMatchObject({ ok: true, value: { status: 'pending' } });
  });

  it('of another cluster is refused in words, and takes no use', async () => {
    const { ports, customer, token } = await setUp();
    await requestEnrolment(ports, token.token, 'pve1');
    await requestEnrolment(ports, token.token, 'pve2');
    const lab = await requestEnrolment(ports, token.token, 'lab1', { membership: { cluster: 'lab', members: ['lab1', 'lab2'] } });
    expect(lab).toMatchObject(
      refusal('wrong_cluster', 'This token belongs to prod (pve1, pve2). This node says it belongs to "lab" (lab1, lab2). Nothing was enrolled.'),
    );
    expect(await rows(customer, 'SELECT uses_left FROM enrolment_tokens WHERE tenant_id = :tenant')).toEqual([{ uses_left: 8 }]);
  });

  it('of another cluster with the same name is refused when it lists none of the members', async () => {
    const { ports, token } = await setUp();
    await requestEnrolment(ports, token.token, 'pve1');
    const twin = await requestEnrolment(ports, token.token, 'alpha', { membership: { cluster: 'prod', members: ['alpha', 'beta'] } });
    expect(twin).toMatchObject(refusal('wrong_cluster'));
  });

  it('of another cluster with the same names is refused because it is another machine', async () => {
    const { ports, token } = await setUp();
    await requestEnrolment(ports, token.token, 'pve1');
    expect(await requestEnrolment(ports, token.token, 'pve1', { machineId: 'f'.repeat(32) })).toMatchObject(refusal('already_enrolled'));
  });

  it('gets the same answer again when the first one got lost, also with a token that is used up by it', async () => {
    const { ports, customer, token } = await setUp({ uses: 1 });
    const key = await makeKey();
    const first = await requestEnrolment(ports, token.token, 'pve1', { key });
    const again = await requestEnrolment(ports, token.token, 'pve1', { key });
    expect(again).toEqual(first);
    expect(await rows(customer, 'SELECT node_id FROM nodes WHERE tenant_id = :tenant')).toHaveLength(1);
  });

  it('does not share its key with a copy of its disk', async () => {
    const { ports, customer, token } = await setUp();
    const key = await makeKey();
    await requestEnrolment(ports, token.token, 'pve1', { key });
    const copied = await requestEnrolment(ports, token.token, 'pve2', { key, machineId: 'f'.repeat(32) });
    expect(copied).toMatchObject(
      refusal(
        'already_enrolled',
        'Another machine already speaks with this key (pve1, not heard yet). This looks like a copied disk image. Run: sexton-collector enroll --new-key',
      ),
    );
    expect(await rows(customer, 'SELECT name FROM nodes WHERE tenant_id = :tenant')).toEqual([{ name: 'pve1' }]);
  });

  it('cannot enrol its key a second time elsewhere', async () => {
    const { ports, customer, token } = await setUp();
    const key = await makeKey();
    await requestEnrolment(ports, token.token, 'pve1', { key });
    const other = await makeToken(ports, customer);
    const again = await requestEnrolment(ports, other.token, 'pve1', { key });
    expect(again).toMatchObject(
      refusal(
        'already_enrolled',
        'pve1 is already enrolled in Acme Logistics / prod since 21 Nov. To move it: sexton-collector unenroll, then enroll.',
      ),
    );
  });

  it('comes back with a new key as the node it was', async () => {
    const { ports, customer, token } = await setUp();
    const first = await requestEnrolment(ports, token.token, 'pve1');
    const second = await requestEnrolment(ports, token.token, 'pve1');
    expect(second.ok && first.ok && second.value.node === first.value.node).toBe(true);
    expect(await rows(customer, "SELECT action FROM audit_events WHERE tenant_id = :tenant AND action LIKE 'node.%' ORDER BY seq")).toEqual([
      { action: 'node.enrol' },
      { action: 'node.replace-key' },
    ]);
  });

  it('with an expired token is told since when', async () => {
    const { ports, token } = await setUp();
    ports.clock.now += 60 * minute + 12 * minute + 30_000;
    expect(await requestEnrolment(ports, token.token, 'pve1')).toMatchObject(
      refusal('token_expired', 'This token expired 12 minutes ago. Make a new one under Acme Logistics › Enrol nodes. Nothing was changed here.'),
    );
  });

  it('with a used-up token is told by whom', async () => {
    const { ports, token } = await setUp({ uses: 2 });
    await requestEnrolment(ports, token.token, 'pve1');
    await requestEnrolment(ports, token.token, 'pve2');
    expect(await requestEnrolment(ports, token.token, 'pve3')).toMatchObject(
      refusal('token_used_up', 'This token was made for 2 nodes and 2 have used it: pve1, pve2.'),
    );
  });

  it('with a wrong secret, a wrong id or another customer learns nothing more than that', async () => {
    const { ports, customer, token } = await setUp();
    const other = await makeCustomer(ports);
    const [, , id, secret] = token.token.split('-');
    for (const text of [
      `sxe-${customer.key}-${id}-0000000000000000`,
      `sxe-${customer.key}-000000-${secret}`,
      `sxe-${other.key}-${id}-${secret}`,
      'nonsense',
    ]) {
      expect(await requestEnrolment(ports, text, 'pve1')).toMatchObject(refusal('token_unknown'));
    }
    expect(await rows(customer, 'SELECT uses_left FROM enrolment_tokens WHERE tenant_id = :tenant')).toEqual([{ uses_left: 10 }]);
  });

  it('is not believed with a key it cannot sign with', async () => {
    const { ports, token } = await setUp();
    const [mine, theirs] = [await makeKey(), await makeKey()];
    const body = {
      protocol: 1,
      token: token.token,
      publicKey: theirs.publicKey,
      node: 'pve1',
      machineId: '0'.repeat(32),
      collector: '0.1.0',
      membership: { cluster: null, members: ['pve1'] },
    };
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(theirs.publicKey, 'base64'));
    const request = await signRequest(
      { key: mine, keyid: Buffer.from(digest).toString('hex'), path: '/v1/enroll', sequence: 0 },
      new TextEncoder().encode(JSON.stringify(body)),
    );
    expect(await enrollNode(ports, request)).toMatchObject(refusal('bad_signature'));
  });

  it('is refused above 16 KB before anything else', async () => {
    const { ports } = await setUp();
    const request = await signRequest({ key: await makeKey(), keyid: 'x', path: '/v1/enroll', sequence: 0 }, new Uint8Array(16 * 1024 + 1));
    expect(await enrollNode(ports, request)).toMatchObject(refusal('too_large'));
  });
});

describe('two nodes at the same moment', () => {
  it('share a token for one: exactly one is in', async () => {
    const { ports, customer, token } = await setUp({ uses: 1 });
    const answers = await Promise.all(['pve1', 'pve2', 'pve3'].map((name) => requestEnrolment(ports, token.token, name)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.error.reason === 'token_used_up')).toHaveLength(2);
    expect(await rows(customer, 'SELECT node_id FROM nodes WHERE tenant_id = :tenant')).toHaveLength(1);
    expect(await rows(customer, 'SELECT uses_left FROM enrolment_tokens WHERE tenant_id = :tenant')).toEqual([{ uses_left: 0 }]);
  });

  it('of two clusters with one token for a new cluster: one cluster is in', async () => {
    const { ports, customer, token } = await setUp();
    const answers = await Promise.all([
      requestEnrolment(ports, token.token, 'pve1'),
      requestEnrolment(ports, token.token, 'lab1', { membership: { cluster: 'lab', members: ['lab1'] } }),
    ]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.error.reason === 'wrong_cluster')).toHaveLength(1);
    expect(await rows(customer, 'SELECT node_id FROM nodes WHERE tenant_id = :tenant')).toHaveLength(1);
  });

  it('leaves the audit log without a gap', async () => {
    const { ports, customer, token } = await setUp();
    await Promise.all(['pve1', 'pve2', 'pve3'].map((name) => requestEnrolment(ports, token.token, name)));
    const seqs = (await rows<{ seq: number }>(customer, 'SELECT seq FROM audit_events WHERE tenant_id = :tenant ORDER BY seq')).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBeGreaterThanOrEqual(4);
  });
});
