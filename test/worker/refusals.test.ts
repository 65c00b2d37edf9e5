/** What a node is told that is not believed, and what the log says: alike outside, told apart inside. */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRefusalLog } from '../../worker/http/refusal-log';
import type { SignedRequest } from '../../worker/signed-request';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { base, openApp } from './support/staff';
import { makeCustomer, makeToken } from './support/test-customer';
import { makeKey, requestEnrolment, signRequest } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

const captures = capturesOf(pve1);
afterEach(() => vi.restoreAllMocks());

type Line = { readonly why: string; readonly keyid?: string; readonly requestId: string; readonly event: string };

function listen() {
  const spy = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  return () => spy.mock.calls.map(([line]) => JSON.parse(String(line)) as Line);
}

const post = (ports: TestPorts, { path, headers, body }: SignedRequest) =>
  openApp(ports)(path, { method: 'POST', headers, body: Uint8Array.from(body) });

async function setUp() {
  const one = await enrolOne();
  const good = await one.node.sign('full', captures);
  const changed = (name: string, value: string | undefined): SignedRequest => {
    const headers = new Headers(good.headers);
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
    return { ...good, headers };
  };
  const signedBy = (key: Awaited<ReturnType<typeof makeKey>>, keyid: string) =>
    signRequest({ key, keyid, path: '/v1/snapshots', sequence: 1 }, good.body);
  return { ...one, good, changed, signedBy };
}

describe('who is not believed', () => {
  it('is told the same whatever the reason, and the log tells the reasons apart', async () => {
    const { ports, customer, node, good, changed, signedBy } = await setUp();
    const other = await enrolOne();
    const retired = await enrolOne();
    await retired.ports.db.prepare("UPDATE nodes SET status = 'retired' WHERE tenant_id = ?1").bind(retired.customer.tenantId).run();
    const leaving = await enrolOne();
    await leaving.ports.db.prepare("UPDATE tenants SET status = 'deleting' WHERE tenant_id = ?1").bind(leaving.customer.tenantId).run();
    const { keyid } = node.enrolment;
    const input = good.headers.get('signature-input') ?? '';
    const cases: readonly (readonly [why: string, request: SignedRequest])[] = [
      ['node_unknown', await signedBy(node.key, `${customer.tenantId}.n_0000000000000000`)],
      ['node_unknown', await signedBy(node.key, `t_0000000000000000.${node.enrolment.node}`)],
      ['node_retired', await retired.node.sign('full', captures)],
      ['customer_leaving', await leaving.node.sign('full', captures)],
      ['signature_wrong', await signedBy(await makeKey(), keyid)],
      ['signature_wrong', await signedBy(node.key, other.node.enrolment.keyid)],
      ['signature_wrong', changed('sexton-sequence', '2')],
      ['digest_wrong', { ...good, body: Uint8Array.from(gzipSync('{}')) }],
      ['keyid_malformed', await signedBy(node.key, 'somebody')],
      ['signature_input_malformed', changed('signature-input', undefined)],
      ['signature_input_malformed', changed('signature-input', `${input};nonce="x"`)],
      ['signature_malformed', changed('signature', 'sexton=:AAAA:')],
      ['content_digest_malformed', changed('content-digest', undefined)],
      ['sequence_malformed', changed('sexton-sequence', '01')],
      ['components_wrong', changed('signature-input', input.replace('"@method" "@path"', '"@path" "@method"'))],
    ];
    const lines = listen();
    const answers: unknown[] = [];
    for (const [, request] of cases) {
      const response = await post(ports, request);
      const { requestId, ...document } = (await response.json()) as { requestId: string };
      expect(requestId).toMatch(/^[0-9a-f]{8}$/);
      answers.push({ status: response.status, headers: [...response.headers], document });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, document: { type: 'urn:sexton:node_unknown', status: 401 } });
    expect(lines().map(({ why }) => why)).toEqual(cases.map(([why]) => why));
    expect(lines().find(({ why }) => why === 'node_retired')).toMatchObject({ event: 'request.refused', keyid: retired.node.enrolment.keyid });
  });

  it('costs the same work whether the node exists or not: one read, one signature check', async () => {
    const { ports, customer, node, signedBy } = await setUp();
    const verify = vi.spyOn(crypto.subtle, 'verify');
    const digest = vi.spyOn(crypto.subtle, 'digest');
    const work = async (request: SignedRequest) => {
      for (const spy of [verify, digest]) spy.mockClear();
      ports.counted.reset();
      await post(ports, request);
      return { verified: verify.mock.calls.length, digested: digest.mock.calls.length, ...ports.counted.counts };
    };
    listen();
    const unknown = await work(await signedBy(node.key, `${customer.tenantId}.n_0000000000000000`));
    const wrongKey = await work(await signedBy(await makeKey(), node.enrolment.keyid));
    expect(unknown).toEqual(wrongKey);
    expect(unknown).toMatchObject({ verified: 1, statements: 1, rowsWritten: 0 });
  });

  it('is neither unpacked nor parsed', async () => {
    const { ports, node } = await setUp();
    const parse = vi.spyOn(JSON, 'parse');
    const bomb = Uint8Array.from(gzipSync(Buffer.alloc(8 * 1024 * 1024, 0x20)));
    const request = await signRequest({ key: await makeKey(), keyid: node.enrolment.keyid, path: '/v1/snapshots', sequence: 1 }, bomb);
    parse.mockClear();
    const spy = listen();
    await post(ports, request);
    // The database's own row is the only JSON that is read.
    expect(parse.mock.calls.every(([text]) => String(text).length < 1000)).toBe(true);
    expect(spy()).toHaveLength(1);
  });
});

describe('an enrolment that is refused', () => {
  it('does not tell whether customer, token or secret is wrong, nor by its reads', async () => {
    const ports = await makePorts();
    const customer = await makeCustomer(ports);
    const { token } = await makeToken(ports, customer);
    const [, key = '', id = '', secret = ''] = token.split('-');
    const tried = async (text: string) => {
      ports.counted.reset();
      const answer = await requestEnrolment(ports, text, 'pve1');
      const { inside, ...outside } = answer.ok ? { inside: undefined } : answer.error;
      return { outside, why: inside?.why, statements: ports.counted.counts.statements };
    };
    const answers = [
      await tried(`sxe-zz9-${id}-${secret}`),
      await tried(`sxe-${key}-000000-${secret}`),
      await tried(`sxe-${key}-${id}-0000000000000000`),
    ];
    expect(answers.map(({ why }) => why)).toEqual(['customer_unknown', 'token_unknown', 'token_secret_wrong']);
    expect(new Set(answers.map(({ outside, statements }) => JSON.stringify([outside, statements]))).size).toBe(1);
  });
});

describe('the log of refusals', () => {
  it('has so many lines a minute for each reason and says later how many were left out', () => {
    const lines: string[] = [];
    const log = openRefusalLog((line) => lines.push(line));
    for (let index = 0; index < 1000; index += 1) log(60_000 + index, { why: 'node_unknown', fields: {} });
    log(60_000, { why: 'too_many', fields: {} });
    expect(lines).toHaveLength(21);
    log(120_000, { why: 'node_unknown', fields: {} });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ why: 'node_unknown', leftOut: 980 });
  });

  it('is not written for what people do wrong', async () => {
    const lines = listen();
    const visit = openApp(await makePorts());
    await visit('/sign-out', { method: 'POST', headers: { origin: base, 'content-type': 'text/plain' }, body: 'x' });
    expect(lines()).toEqual([]);
  });

  it('has a line for a body that is too large', async () => {
    const lines = listen();
    const answer = await openApp(await makePorts())('/v1/snapshots', { method: 'POST', body: new Uint8Array(2 * 1024 * 1024 + 1) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ type: 'urn:sexton:too_large', status: 413, title: expect.any(String), detail: expect.any(String) });
    expect(lines()).toMatchObject([{ why: 'wire_too_large', path: '/v1/snapshots' }]);
  });
});
