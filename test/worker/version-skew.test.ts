/** Collectors older and newer than the Worker: what they send is taken, stored and judged. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTenant } from '../../worker/db/installation/tenants';
import { enrollNode } from '../../worker/enrollment/enroll-node';
import { hashTokenSecret } from '../../worker/enrollment/token-text';
import type { TenantId } from '../../worker/ids';
import { ingestMessage } from '../../worker/ingest/ingest-message';
import type { SignedRequest } from '../../worker/signed-request';
import frozen from '../fixtures/collector-0.1.0/messages.json';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { makeToken, rows } from './support/test-customer';
import { makeKey, requestEnrolment } from './support/test-node';
import { makePorts } from './support/test-ports';

type Recorded = { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };

const thaw = ({ path, headers, body }: Recorded): SignedRequest => ({
  method: 'POST',
  path,
  headers: new Headers(headers),
  body: Uint8Array.from(Buffer.from(body, 'base64')),
  source: '192.0.2.7',
  origin: 'https://sexton.test',
});

describe('what collector 0.1.0 sent', () => {
  const tenantId = 't_0123456789abcdef' as TenantId;
  const nodeId = 'n_0123456789abcdef';
  const clusterId = 'c_0123456789abcdef';

  beforeAll(async () => {
    const { db, now } = await makePorts();
    await createTenant(db, { tenantId, key: 'ACM', name: 'Acme Logistics', now: now(), actor: 'system', source: 'test' });
    const secretHash = await hashTokenSecret('m2xd8vpa0rst4wxy');
    await db.batch([
      db.prepare("INSERT INTO clusters (tenant_id, cluster_id, name, created_at) VALUES (?1, ?2, '', 0)").bind(tenantId, clusterId),
      db
        .prepare(`INSERT INTO enrolment_tokens (tenant_id, token_id, cluster_id, secret_hash, uses_left, expires_at, auto_approve, made_by)
          VALUES (?1, '7q3k2m', ?2, ?3, 1, ?4, 1, 'system')`)
        .bind(tenantId, clusterId, secretHash, now() + 3_600_000),
    ]);
  });

  it('is enrolled, stored and judged, then known by its short form', async () => {
    const ports = await makePorts();
    const enrolled = await enrollNode({ ...ports, newId: () => nodeId }, thaw(frozen.enrolment));
    expect(enrolled).toMatchObject({ ok: true, value: { keyid: `${tenantId}.${nodeId}`, status: 'active' } });
    expect(await ingestMessage(ports, thaw(frozen.full))).toMatchObject({ ok: true, value: { accepted: 1, want: 'nothing' } });
    expect(await ingestMessage(ports, thaw(frozen.short))).toMatchObject({ ok: true, value: { accepted: 2, want: 'nothing' } });
    const stored = await ports.db
      .prepare('SELECT captures FROM node_states WHERE tenant_id = ?1 AND node_id = ?2')
      .bind(tenantId, nodeId)
      .first<{ captures: string }>();
    expect(JSON.parse(stored?.captures ?? '{}')).toMatchObject({ 'lvm.report': { status: 'ok' }, 'dm.info.1': { status: 'ok' } });
    const report = await ports.db
      .prepare('SELECT outcomes FROM cluster_reports WHERE tenant_id = ?1 AND cluster_id = ?2')
      .bind(tenantId, clusterId)
      .first<{ outcomes: string }>();
    expect(report?.outcomes).toContain('"dm.stale-mapping"');
  });
});

describe('what a newer collector may send', () => {
  const future = { future: { nested: ['\u001b[31m'] } };
  const captures = [
    ...capturesOf(pve1).map((capture) => ({ ...capture, ...future, files: capture.files?.map((file) => ({ ...file, ...future })) })),
    { id: 'zfs.pools', argv: ['zpool', 'list'], status: 'ok', exit: 0, out: 'rpool', length: 5, ...future },
    { id: 'pve.future', path: '/etc/pve/future', status: 'ok', out: 'x', length: 1 },
  ];

  async function packNewer(form: 'full' | 'short', sequence: number): Promise<Uint8Array<ArrayBuffer>> {
    const state = JSON.stringify({ captures, ...future });
    const stateHash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(state))).toString('hex');
    const vitals = { uptime: 100, load: 0.5, steal: 1, pools: { rpool: 1 } };
    const header = {
      protocol: 1,
      sequence,
      collector: '7.0.0',
      machineId: '0'.repeat(32),
      bootId: '11111111-2222-3333-4444-555555555555',
      stateHash,
      vitals,
      bodies: [],
      report: 'none',
      ...future,
    };
    const readings = { captures: [], ms: { 'zfs.pools': 3 }, stderr: {}, ...future };
    const lines = form === 'short' ? [header] : [header, state, readings];
    return Uint8Array.from(gzipSync(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')));
  }

  it('is taken, stored and judged; what is new in it is left out', async () => {
    const { customer, node } = await enrolOne();
    expect(await node.sendBytes(await packNewer('full', 1), 1)).toMatchObject({ ok: true, value: { accepted: 1, open: { critical: 2 } } });
    expect(await node.sendBytes(await packNewer('short', 2), 2)).toMatchObject({ ok: true, value: { accepted: 2, want: 'nothing' } });
    const [row] = await rows<{ vitals: string; facts: string }>(
      customer,
      'SELECT vitals, facts FROM nodes n JOIN node_states s USING (tenant_id, node_id) WHERE n.tenant_id = :tenant',
    );
    expect(JSON.parse(row?.vitals ?? '')).toEqual({ uptime: 100, load: 0.5 });
    expect(row?.facts).not.toContain('future');
  });

  it('enrols with more than today is asked for', async () => {
    const { ports, customer } = await enrolOne();
    const { token } = await makeToken(ports, customer);
    const membership = { cluster: 'prod', members: ['pve1', 'pve2'], quorate: true };
    const more = { key: await makeKey(), membership, ...future };
    expect(await requestEnrolment(ports, token, 'pve1', more)).toMatchObject({ ok: true, value: { members: 2 } });
  });
});
