/** A node as the server meets it: its own key, enrolment, signed messages of any form. */
import { gzipSync } from 'node:zlib';
import { enrollNode } from '../../../worker/enrollment/enroll-node';
import { ingestMessage } from '../../../worker/ingest/ingest-message';
import type { Problem } from '../../../worker/problem';
import type { Result } from '../../../worker/result';
import type { SignedRequest } from '../../../worker/signed-request';
import type { EnrolmentAnswer, EnrolmentRequest } from '../../../worker/wire/enrolment';
import { sequenceHeader, signatureBase, signatureParameters } from '../../../worker/wire/signature-base';
import type { Answer, Capture, Header } from '../../../worker/wire/snapshot';
import { nodeSeconds } from './test-clock';
import type { TestPorts } from './test-ports';

export type Key = { readonly pair: CryptoKeyPair; readonly publicKey: string };

export async function makeKey(): Promise<Key> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  return { pair, publicKey: Buffer.from((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer).toString('base64') };
}

const sha256 = async (bytes: Uint8Array) => Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));

export type Signing = {
  readonly key: Key;
  readonly keyid: string;
  readonly path: string;
  readonly sequence: number;
  /** Unix seconds; by the test's clock, unless told. */
  readonly created?: number;
};

export async function signRequest({ key, keyid, path, sequence, created = nodeSeconds() }: Signing, body: Uint8Array): Promise<SignedRequest> {
  const contentDigest = `sha-256=:${(await sha256(body)).toString('base64')}:`;
  const signable = { method: 'POST', path, created, keyid, contentDigest, sequence } as const;
  const signature = await crypto.subtle.sign('Ed25519', key.pair.privateKey, new TextEncoder().encode(signatureBase(signable)));
  const headers = new Headers({
    'content-digest': contentDigest,
    [sequenceHeader]: String(sequence),
    'signature-input': `sexton=${signatureParameters(signable)}`,
    signature: `sexton=:${Buffer.from(signature).toString('base64')}:`,
  });
  return { method: 'POST', path, headers, body, source: '192.0.2.7', origin: 'https://sexton.test' };
}

export type Speaking = { readonly captures?: readonly Capture[]; readonly header?: Partial<Header>; readonly sequence?: number };

export type TestNode = {
  readonly key: Key;
  readonly enrolment: EnrolmentAnswer;
  full(captures: readonly Capture[], more?: Partial<Header>): Promise<Result<Answer, Problem>>;
  short(captures: readonly Capture[], more?: Partial<Header>): Promise<Result<Answer, Problem>>;
  /** A signed full or short request that was not sent; consumes the next sequence. */
  sign(form: 'full' | 'short', captures: readonly Capture[], more?: Partial<Header>): Promise<SignedRequest>;
  send(request: SignedRequest): Promise<Result<Answer, Problem>>;
  /** What `unenroll` sends; consumes the next sequence. */
  signGoodbye(body?: string, sequence?: number): Promise<SignedRequest>;
  /** Any bytes, rightly signed. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>, sequence?: number): Promise<Result<Answer, Problem>>;
};

const written = new WeakMap<readonly Capture[], Promise<{ readonly state: string; readonly stateHash: string }>>();

/** The same captures are sent a thousand times. */
function stateOf(captures: readonly Capture[]): Promise<{ readonly state: string; readonly stateHash: string }> {
  const write = async () => {
    const state = JSON.stringify({ captures });
    return { state, stateHash: (await sha256(new TextEncoder().encode(state))).toString('hex') };
  };
  const found = written.get(captures) ?? write();
  written.set(captures, found);
  return found;
}

export async function packMessage(
  form: 'full' | 'short',
  captures: readonly Capture[],
  sequence: number,
  more: Partial<Header> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { state, stateHash } = await stateOf(captures);
  const header: Header = {
    protocol: 1,
    sequence,
    collector: '0.1.0',
    machineId: '0'.repeat(32),
    bootId: '11111111-2222-3333-4444-555555555555',
    stateHash,
    vitals: { uptime: 100, load: 0.5 },
    bodies: [],
    report: 'none',
    ...more,
  };
  const lines = form === 'short' ? [JSON.stringify(header)] : [JSON.stringify(header), state, JSON.stringify({ captures: [], ms: {}, stderr: {} })];
  return Uint8Array.from(gzipSync(`${lines.join('\n')}\n`));
}

export type EnrolmentWish = Partial<EnrolmentRequest> & { readonly key?: Key };

export async function signEnrolment(token: string, node: string, more: EnrolmentWish = {}): Promise<SignedRequest> {
  const { key = await makeKey(), ...rest } = more;
  const machineId = (await sha256(new TextEncoder().encode(node))).toString('hex').slice(0, 32);
  const request = {
    protocol: 1,
    token,
    publicKey: key.publicKey,
    node,
    machineId,
    collector: '0.1.0',
    membership: { cluster: 'prod', members: ['pve1', 'pve2', 'pve3'] },
    ...rest,
  };
  const keyid = (await sha256(Uint8Array.from(Buffer.from(key.publicKey, 'base64')))).toString('hex');
  return signRequest({ key, keyid, path: '/v1/enroll', sequence: 0 }, new TextEncoder().encode(JSON.stringify(request)));
}

export async function requestEnrolment(
  ports: TestPorts,
  token: string,
  node: string,
  more: EnrolmentWish = {},
): Promise<Result<EnrolmentAnswer, Problem>> {
  return enrollNode(ports, await signEnrolment(token, node, more));
}

export async function enrolTestNode(ports: TestPorts, token: string, node: string, more: Partial<EnrolmentRequest> = {}): Promise<TestNode> {
  const key = await makeKey();
  const enrolled = await requestEnrolment(ports, token, node, { key, ...more });
  if (!enrolled.ok) throw new Error(enrolled.error.detail);
  return speakAs(ports, key, enrolled.value);
}

export function speakAs(ports: TestPorts, key: Key, enrolment: EnrolmentAnswer): TestNode {
  let last = 0;
  // The nodes of a test have a clock that is right, unless the test says otherwise.
  const signing = (sequence: number) => ({
    key,
    keyid: enrolment.keyid,
    path: '/v1/snapshots',
    sequence,
    created: Math.floor(ports.clock.now / 1000) + ports.faults.nodeClockAheadSeconds,
  });
  const next = (more: Partial<Header> | undefined) => {
    last = more?.sequence ?? last + 1;
    return last;
  };
  const sign = async (form: 'full' | 'short', captures: readonly Capture[], more?: Partial<Header>) => {
    const sequence = next(more);
    return signRequest(signing(sequence), await packMessage(form, captures, sequence, more));
  };
  const send = (request: SignedRequest) => ingestMessage(ports, request);
  return {
    key,
    enrolment,
    sign,
    send,
    full: async (captures, more) => send(await sign('full', captures, more)),
    short: async (captures, more) => send(await sign('short', captures, more)),
    signGoodbye: async (body = '{"protocol":1}', sequence) =>
      signRequest({ ...signing(sequence ?? next(undefined)), path: '/v1/goodbye' }, new TextEncoder().encode(body)),
    sendBytes: async (bytes, sequence) => send(await signRequest(signing(sequence ?? next(undefined)), bytes)),
  };
}
