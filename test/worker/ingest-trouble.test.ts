import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import { classifyError } from '../../worker/http/classify-error';
import { ingestMessage } from '../../worker/ingest/ingest-message';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { rows } from './support/test-customer';
import { packMessage } from './support/test-node';

const captures = capturesOf(pve1);

const refused = (reason: string) => ({ ok: false, error: { reason } });
const taken = (accepted: number) => ({ ok: true, value: { accepted } });

describe('bytes that are no message', () => {
  it('200 MB in 200 KB stop at the cap', async () => {
    const { node } = await enrolOne();
    const part = gzipSync(Buffer.alloc(20 * 1024 * 1024, 0x20));
    expect(await node.sendBytes(Uint8Array.from(part))).toMatchObject(refused('too_large'));
    expect(await node.sendBytes(Uint8Array.from(Buffer.concat(Array.from({ length: 10 }, () => part))))).toMatchObject(refused('too_large'));
  });

  it('a body above 2 MB is refused before the database is asked', async () => {
    const { ports, node } = await enrolOne();
    ports.counted.reset();
    expect(await node.sendBytes(new Uint8Array(2 * 1024 * 1024 + 1))).toMatchObject(refused('too_large'));
    expect(ports.counted.counts.statements).toBe(0);
  });

  it('a message cut at any of 60 places is refused and changes nothing', async () => {
    const { ports, node } = await enrolOne();
    const whole = await packMessage('full', captures, 1);
    for (let cut = 0; cut < 60; cut += 1) {
      const part = whole.slice(0, Math.floor((whole.length * cut) / 60));
      expect(await node.sendBytes(part, 1)).toMatchObject(refused('bad_request'));
    }
    ports.counted.reset();
    expect(await node.sendBytes(whole, 1)).toMatchObject(taken(1));
  });

  it.each([
    ['nothing', ''],
    ['two lines', '{}\n{}\n'],
    ['four lines', '{}\n{}\n{}\n{}\n'],
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['null', 'null'],
    ['not UTF-8', '\u00ff'],
  ])('%s in gzip is refused', async (_name, text) => {
    const { node } = await enrolOne();
    expect(await node.sendBytes(Uint8Array.from(gzipSync(Buffer.from(text, 'latin1'))))).toMatchObject(refused('bad_request'));
  });

  it('a state that is not the one of its hash is refused', async () => {
    const { node } = await enrolOne();
    expect(await node.full(captures, { stateHash: '0'.repeat(64) })).toMatchObject(refused('bad_request'));
  });

  it('another protocol, newer or older, is answered with the collector that is needed', async () => {
    const { node } = await enrolOne();
    expect(await node.full(captures, { protocol: 2 })).toMatchObject({
      ok: false,
      error: { reason: 'server_outdated', extra: { protocol: 1, collector: version } },
    });
    expect(await node.full(captures, { protocol: 0 })).toMatchObject({
      ok: false,
      error: { reason: 'collector_outdated', extra: { protocol: 1, collector: '0.1.0' } },
    });
  });

  it('captures nobody knows are kept out of the way', async () => {
    const { node } = await enrolOne();
    expect(await node.full([...captures, { id: 'future.capture', status: 'ok', out: '\u001b[31m', length: 5 }])).toMatchObject(taken(1));
  });
});

describe('a database that fails', () => {
  it.each([1, 2, 3])('before round trip %i: the same message is taken later', async (trip) => {
    const { ports, node, customer } = await enrolOne();
    const request = await node.sign('full', captures);
    ports.counted.failAt(trip, 'before');
    await expectUnavailable(ingestMessage(ports, request));
    expect(await node.send(request)).toMatchObject({ ok: true, value: { accepted: 1, open: { critical: 2 } } });
    expect(await rows(customer, 'SELECT evidence_rev - analysed_rev AS behind FROM clusters WHERE tenant_id = :tenant')).toEqual([{ behind: 0 }]);
  });

  it.each([2, 3])('after round trip %i was done: the same message finds its answer', async (trip) => {
    const { ports, node, customer } = await enrolOne();
    const request = await node.sign('full', captures);
    ports.counted.failAt(trip, 'after');
    await expectUnavailable(ingestMessage(ports, request));
    expect(await node.send(request)).toMatchObject({ ok: true, value: { accepted: 1, open: { critical: 2 } } });
    expect(await rows(customer, "SELECT count(*) AS n FROM finding_events WHERE tenant_id = :tenant AND kind <> 'opened'")).toEqual([{ n: 0 }]);
  });
});

async function expectUnavailable(answer: Promise<unknown>): Promise<void> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(classifyError(error)).toMatchObject({ reason: 'unavailable', retryAfterSeconds: 30 });
}
