/** How long an unattended run waits, for whatever numbers there are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpretReply, readAnswer } from '../../../collector/server/problem-reply';
import { proxyFromEnvironment } from '../../../collector/server/proxy';
import { emptyMemory, type Memory } from '../../../collector/state/memory';
import { backOffWait, intervalWait, isDue, refusedWait, secondsLeft, startWait } from '../../../collector/state/wait';

const bootId = '0f1e2d3c-0000-4000-8000-000000000000';
const clockAt = (seconds: number) => ({ bootId, seconds });
const waiting = (from: number, seconds: number): Memory => ({ ...emptyMemory, ...startWait(clockAt(from), seconds) });
const seconds = fc.double({ min: 0, max: 1e9, noNaN: true });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

describe('a wait', () => {
  it('is never longer than a day, and over when it is over', () => {
    fc.assert(
      fc.property(seconds, fc.double({ min: 0, max: 1e12, noNaN: true }), (from, wanted) => {
        const memory = waiting(from, intervalWait(wanted));
        expect(isDue(memory, clockAt(from + 86_401))).toBe(true);
        expect(secondsLeft(memory, clockAt(from))).toBeLessThanOrEqual(86_400.001);
      }),
    );
  });

  it('lets the timer be a little early and no more: three of its five minutes make a quarter of an hour', () => {
    for (const [after, due] of [
      [0, false],
      [590, false],
      [749, false],
      [751, true],
      [895, true],
      [2000, true],
    ] as const)
      expect([after, isDue(waiting(1000, 900), clockAt(1000 + after))]).toEqual([after, due]);
    expect(isDue(waiting(1000, 60), clockAt(1010))).toBe(false);
    expect(isDue(waiting(1000, 60), clockAt(1050))).toBe(true);
  });

  it('does not outlive its boot, its collector, or sense', () => {
    const memory = waiting(1000, 900);
    const { wait } = memory;
    if (wait === undefined) throw new Error('no wait');
    expect(isDue(memory, { bootId: 'another', seconds: 1001 })).toBe(true);
    expect(isDue({ ...memory, wait: { ...wait, collector: '0.0.1' } }, clockAt(1001))).toBe(true);
    expect(isDue(memory, clockAt(5))).toBe(true);
    expect(isDue({ ...memory, wait: { ...wait, until: 1e15 } }, clockAt(1001))).toBe(true);
    expect(isDue({ ...memory, wait: { ...wait, until: Number.NaN } }, clockAt(1001))).toBe(true);
    expect(isDue(memory, undefined)).toBe(true);
    expect(isDue(emptyMemory, clockAt(1))).toBe(true);
  });
});

describe('backing off', () => {
  it('is never shorter than what the server asked for, up to an hour, and differs from node to node', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 1, max: 1e12, noNaN: true }), chance, (missed, asked, luck) => {
        const wait = backOffWait(missed, asked, luck);
        expect(wait).toBeLessThanOrEqual(4650);
        // Also when the timer comes early.
        expect(isDue(waiting(0, wait), clockAt(Math.min(asked, 3600) * 0.999))).toBe(false);
        const unasked = backOffWait(missed, undefined, luck);
        expect(unasked).toBeGreaterThanOrEqual(150);
        expect(unasked).toBeLessThanOrEqual(1800);
      }),
    );
    expect(backOffWait(3, undefined, 0)).not.toBe(backOffWait(3, undefined, 1));
    expect(backOffWait(1, 600, 0)).not.toBe(backOffWait(1, 600, 1));
  });

  it('grows with each check-in that is missed', () => {
    expect([1, 2, 3, 4, 5, 100].map((missed) => backOffWait(missed, undefined, 0))).toEqual([300, 600, 1200, 1800, 1800, 1800]);
  });

  it('is a day for what only a person can mend', () => {
    expect([refusedWait('node_unknown'), refusedWait('collector_outdated'), refusedWait('too_large')]).toEqual([86_400, 86_400, 3600]);
  });
});

describe('the environment', () => {
  it.each([
    [{ https_proxy: 'a:1', HTTPS_PROXY: 'b:2' }, 'a:1'],
    [{ HTTPS_PROXY: 'b:2' }, 'b:2'],
    [{ https_proxy: '' }, undefined],
    [{ http_proxy: 'c:3' }, undefined],
    [{ https_proxy: 'a:1', no_proxy: '*' }, undefined],
    [{ https_proxy: 'a:1', no_proxy: 'other.example,sexton.example' }, undefined],
    [{ https_proxy: 'a:1', no_proxy: '.example' }, undefined],
    [{ https_proxy: 'a:1', NO_PROXY: '*.EXAMPLE' }, undefined],
    [{ https_proxy: 'a:1', no_proxy: 'sexton.example:443' }, undefined],
    [{ https_proxy: 'a:1', no_proxy: 'ton.example' }, 'a:1'],
    [{ https_proxy: 'a:1', no_proxy: 'xsexton.example ,, .' }, 'a:1'],
  ])('%j is read as %s', (env, proxy) => {
    expect(proxyFromEnvironment(env, 'https://sexton.example')).toBe(proxy);
    expect(proxyFromEnvironment(env, 'http://127.0.0.1:8787')).toBeUndefined();
  });
});

describe('whatever comes back', () => {
  it('is understood as something, and said in one line that no terminal obeys', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('urn:sexton:x'), fc.webUrl());
    const headers = fc.dictionary(fc.constantFrom('location', 'content-type', 'content-encoding', 'server', 'via', 'retry-after', 'date'), text);
    const body = fc.oneof(
      fc.json(),
      text,
      fc.record({ type: text, detail: text, last: fc.anything() }).map((one) => JSON.stringify(one)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), headers, body, (status, found, content) => {
        const outcome = interpretReply({ kind: 'answer', status, headers: found, body: content }, readAnswer);
        if (outcome.kind === 'accepted' || outcome.kind === 'sequence_used') return;
        expect(outcome.says).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
        expect(outcome.says.length).toBeLessThanOrEqual(1100);
      }),
      { numRuns: 500 },
    );
  });
});
