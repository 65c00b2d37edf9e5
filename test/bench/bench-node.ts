/** Enrolled nodes that sign messages, made without a collector: what a load needs, packed before the clock starts. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createTenant } from '../../worker/db/installation/tenants';
import { tenantScope } from '../../worker/db/scope';
import { createEnrolmentToken } from '../../worker/enrollment/create-token';
import { enrollNode } from '../../worker/enrollment/enroll-node';
import type { TenantId } from '../../worker/ids';
import type { Ports } from '../../worker/ports';
import type { SignedRequest } from '../../worker/signed-request';
import type { Capture, Header } from '../../worker/wire/snapshot';
import type { FakeNode } from '../unit/analyzer/support/fake-node';
import { makeKey, signRequest } from '../worker/support/test-node';
import { captureSample, withKernel } from './sample-cluster';

export type Form = 'short' | 'full';
/** Every full message brings another state than the one before, without anything new to report. */
export type BenchNode = { readonly pack: (form: Form) => Promise<SignedRequest> };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const bootId = '11111111-2222-3333-4444-555555555555';

export async function makeTenant(ports: Ports, key: string): Promise<TenantId> {
  const tenantId = ports.newId('t') as TenantId;
  await createTenant(ports.db, { tenantId, key, name: `Bench ${key}`, now: ports.now(), actor: 'system', source: 'bench' });
  return tenantId;
}

/** All nodes of one PVE cluster, into a new cluster of the customer. */
export async function enrolCluster(ports: Ports, tenantId: TenantId, fakes: readonly FakeNode[]): Promise<BenchNode[]> {
  const wish = { clusterId: null, uses: fakes.length, lifetimeMs: 3_600_000, autoApprove: true, madeBy: 'system', source: 'bench' };
  const made = await createEnrolmentToken(ports, tenantScope(ports.db, tenantId, 'command'), wish);
  if (!made.ok) throw new Error(made.error.reason);
  const nodes: BenchNode[] = [];
  for (const fake of fakes) nodes.push(await enrolNode(ports, made.value.token, fake));
  return nodes;
}

async function enrolNode(ports: Ports, token: string, fake: FakeNode): Promise<BenchNode> {
  const key = await makeKey();
  const seconds = () => Math.floor(ports.now() / 1000);
  const machineId = sha256(fake.name).slice(0, 32);
  const membership = { cluster: fake.cluster ?? null, members: fake.members ?? [fake.name] };
  const request = { protocol: 1, token, publicKey: key.publicKey, node: fake.name, machineId, collector: '0.1.0', membership };
  const keyid = createHash('sha256').update(Buffer.from(key.publicKey, 'base64')).digest('hex');
  const signed = await signRequest(
    { key, keyid, path: '/v1/enroll', sequence: 0, created: seconds() },
    new TextEncoder().encode(JSON.stringify(request)),
  );
  const enrolled = await enrollNode(ports, signed);
  if (!enrolled.ok) throw new Error(enrolled.error.detail);

  const captures = captureSample(fake);
  const states = ['6.14.11-2-pve', '6.14.12-1-pve'].map((kernel) => stateLines(withKernel(captures, kernel)));
  let sequence = 0;
  let fulls = 0;
  return {
    pack: async (form) => {
      sequence += 1;
      if (form === 'full') fulls += 1;
      const state = states[fulls % 2] ?? stateLines(captures);
      const header: Header = {
        protocol: 1,
        sequence,
        collector: '0.1.0',
        machineId,
        bootId,
        stateHash: state.hash,
        vitals: { uptime: 864_213, load: 1.42, cpu: 12.5, memory: [51_234, 128_913], swap: [0, 8191], root: [21_004, 96_530] },
        bodies: [],
        report: 'none',
      };
      const lines = form === 'short' ? [JSON.stringify(header)] : [JSON.stringify(header), state.line, state.readings];
      return signRequest(
        { key, keyid: enrolled.value.keyid, path: '/v1/snapshots', sequence, created: seconds() },
        Uint8Array.from(gzipSync(lines.join('\n'))),
      );
    },
  };
}

function stateLines(captures: readonly Capture[]): { readonly line: string; readonly hash: string; readonly readings: string } {
  const line = JSON.stringify({ captures });
  return {
    line,
    hash: sha256(line),
    readings: JSON.stringify({ captures: [], ms: Object.fromEntries(captures.map(({ id }) => [id, 3])), stderr: {} }),
  };
}
