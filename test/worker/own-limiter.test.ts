import { describe, expect, it, vi } from 'vitest';
import { makePorts as makeRealPorts } from '../../worker/make-ports';
import { makeOwnLimiter } from '../../worker/own-limiter';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { openApp } from './support/staff';
import { makePorts } from './support/test-ports';

describe('the limiter of an installation without a counter bound', () => {
  it('lets so many a minute through for each key, and as many again in the next', async () => {
    let now = 0;
    const limiter = makeOwnLimiter(() => now, { most: 3 });
    const tried = async (key: string) => [await limiter(key), await limiter(key), await limiter(key), await limiter(key)];
    expect(await tried('a')).toEqual([true, true, true, false]);
    expect(await limiter('b')).toBe(true);
    now = 60_000;
    expect(await limiter('a')).toBe(true);
  });

  it('remembers a bounded number of keys, the busy ones longest', async () => {
    const limiter = makeOwnLimiter(() => 0, { most: 1, keys: 100 });
    await limiter('busy');
    for (let index = 0; index < 10_000; index += 1) {
      await limiter(`k${index}`);
      if (index % 50 === 0) expect(await limiter('busy')).toBe(false);
    }
  });

  it('is there whenever no counter is bound', async () => {
    const { db, config } = await makePorts();
    const { limiter } = makeRealPorts({ DB: db }, config);
    const answers: boolean[] = [];
    for (let index = 0; index < 200; index += 1) answers.push(await limiter('one'));
    expect(answers.filter((isLet) => !isLet).length).toBeGreaterThan(0);
  });

  it('answers a node that comes too often with 429 and when to come again', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { ports, node } = await enrolOne();
    const limited = { ...ports, limiter: makeOwnLimiter(ports.now, { most: 2 }) };
    const { headers, body } = await node.sign('full', capturesOf(pve1));
    const post = () => openApp(limited)('/v1/snapshots', { method: 'POST', headers, body: Uint8Array.from(body) });
    expect([(await post()).status, (await post()).status]).toEqual([200, 200]);
    const answer = await post();
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(await answer.json()).toMatchObject({ type: 'urn:sexton:too_many', status: 429, detail: expect.stringContaining('too often') });
  });

  it('is not led astray by an address the node makes up, and a stranger who knows its id does not use up what it may send', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { ports, node } = await enrolOne();
    const limited = { ...ports, limiter: makeOwnLimiter(ports.now, { most: 2 }) };
    const { headers, body } = await node.sign('full', capturesOf(pve1));
    const from = (address: string) => [...new Headers(headers), ['cf-connecting-ip', address]] as [string, string][];
    const post = async (address: string, sent = body) =>
      (await openApp(limited)('/v1/snapshots', { method: 'POST', headers: from(address), body: Uint8Array.from(sent) })).status;
    const forged = Uint8Array.from([...body, 0]);
    expect([await post('192.0.2.1', forged), await post('192.0.2.1', forged), await post('192.0.2.1', forged)]).toEqual([401, 401, 429]);
    expect([await post('192.0.2.2'), await post('192.0.2.3'), await post('192.0.2.4')]).toEqual([200, 200, 429]);
  });
});
