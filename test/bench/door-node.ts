/** Nodes that check in at the server's own address, signing with Node's own Ed25519: cheap enough for a fleet. */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tenantScope } from '../../worker/db/scope';
import { createEnrolmentToken } from '../../worker/enrollment/create-token';
import { enrollNode } from '../../worker/enrollment/enroll-node';
import type { TenantId } from '../../worker/ids';
import type { Ports } from '../../worker/ports';
import { sequenceHeader, signatureBase, signatureParameters } from '../../worker/wire/signature-base';
import type { Capture, Header } from '../../worker/wire/snapshot';
import type { FakeNode } from '../unit/analyzer/support/fake-node';
import { makeKey, signEnrolment } from '../worker/support/test-node';

const path = '/v1/snapshots';
const readings = JSON.stringify({ captures: [], ms: {}, stderr: {} });

/** A state line and its hash. */
export type FullState = { readonly line: string; readonly hash: string };

export function stateOf(captures: readonly Capture[] | string): FullState {
  const line = typeof captures === 'string' ? captures : JSON.stringify({ captures });
  return { line, hash: createHash('sha256').update(line).digest('hex') };
}

/** A request ready to be sent. */
export type Packed = { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array<ArrayBuffer> };

export type Wish = {
  readonly keyid: string;
  readonly key: KeyObject;
  readonly sequence: number;
  readonly stateHash: string;
  readonly full?: FullState;
};

export function packMessage({ keyid, key, sequence, stateHash, full }: Wish): Packed {
  const header: Header = {
    protocol: 1,
    sequence,
    collector: '0.3.0',
    machineId: createHash('sha256').update(keyid).digest('hex').slice(0, 32),
    bootId: '11111111-2222-3333-4444-555555555555',
    stateHash: full?.hash ?? stateHash,
    vitals: { uptime: 864_213, load: 1.42, cpu: 12.5, memory: [51_234, 128_913], swap: [0, 8191], root: [21_004, 96_530] },
    bodies: [],
    report: 'none',
  };
  const lines = full === undefined ? [JSON.stringify(header)] : [JSON.stringify(header), full.line, readings];
  const body = Uint8Array.from(gzipSync(`${lines.join('\n')}\n`));
  return signBytes({ keyid, key, sequence }, body);
}

export function signBytes({ keyid, key, sequence }: Pick<Wish, 'keyid' | 'key' | 'sequence'>, body: Uint8Array<ArrayBuffer>): Packed {
  const contentDigest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const signable = { method: 'POST', path, created: Math.floor(Date.now() / 1000), keyid, contentDigest, sequence } as const;
  const headers = {
    'content-digest': contentDigest,
    [sequenceHeader]: String(sequence),
    'signature-input': `sexton=${signatureParameters(signable)}`,
    signature: `sexton=:${sign(null, Buffer.from(signatureBase(signable)), key).toString('base64')}:`,
  };
  return { path, headers, body };
}

export type Posted = { readonly status: number; readonly text: string; readonly ms: number };

export async function post(url: string, { path: to, headers, body }: Packed): Promise<Posted> {
  const begun = performance.now();
  const response = await fetch(`${url}${to}`, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, text, ms: performance.now() - begun };
}

export type DoorNode = {
  readonly nodeId: string;
  readonly send: (full: FullState) => Promise<void>;
  readonly sendBytes: (body: Uint8Array<ArrayBuffer>) => Promise<Posted>;
};

/** All nodes of one PVE cluster, into a new cluster of the customer. */
export async function enrolAtDoor(url: string, ports: Ports, tenantId: TenantId, fakes: readonly FakeNode[]): Promise<DoorNode[]> {
  const wish = { clusterId: null, uses: fakes.length, lifetimeMs: 3_600_000, autoApprove: true, madeBy: 'system', source: 'bench' };
  const made = await createEnrolmentToken(ports, tenantScope(ports.db, tenantId, 'command'), wish);
  if (!made.ok) throw new Error(made.error.reason);
  const nodes: DoorNode[] = [];
  for (const fake of fakes) {
    const key = await makeKey();
    const membership = { cluster: fake.cluster ?? null, members: [...(fake.members ?? [fake.name])] };
    const enrolled = await enrollNode(ports, await signEnrolment(made.value.token, fake.name, { key, membership }));
    if (!enrolled.ok) throw new Error(enrolled.error.detail);
    const pkcs8 = Buffer.from((await crypto.subtle.exportKey('pkcs8', key.pair.privateKey)) as ArrayBuffer);
    const signing = { keyid: enrolled.value.keyid, key: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }) };
    let sequence = 0;
    nodes.push({
      nodeId: enrolled.value.node,
      send: async (full) => {
        sequence += 1;
        const { status, text } = await post(url, packMessage({ ...signing, sequence, stateHash: '', full }));
        if (status !== 200) throw new Error(`a check-in was answered ${status}: ${text.slice(0, 300)}`);
      },
      sendBytes: async (body) => {
        sequence += 1;
        return post(url, signBytes({ ...signing, sequence }, body));
      },
    });
  }
  return nodes;
}
