/** A door that strangers knock at: whatever comes, no failure of ours, and what is refused has written nothing. */
import { expect } from 'vitest';
import type { Dump } from './copy-customer';
import type { Sample, SampleCopy } from './sample-customer';
import { type Browser, openApp } from './staff';

export type Knock = { readonly status: number; readonly reason: string; readonly text: string };

export type Door = {
  readonly visit: Browser;
  /** `what` stands in the message of a failure. Undefined: no such request can be made (the browser side refuses it). */
  readonly knock: (what: string, path: string, init: RequestInit) => Promise<Knock | undefined>;
  /** How often each status was answered. */
  readonly tally: Map<number, number>;
  /** Since the door was opened: nothing stored has changed. */
  readonly expectUntouched: () => Promise<void>;
};

/** Answers a stranger may get. Not 500, and not 503 either: nothing is broken. */
const civil = new Set([200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 426, 429]);

export async function openDoor(sample: Sample, copy: SampleCopy): Promise<Door> {
  const { ports } = sample;
  const visit = openApp(ports);
  const tally = new Map<number, number>();
  const before: Dump = await copy.dump();
  return {
    visit,
    tally,
    expectUntouched: async () => expect(await copy.dump()).toEqual(before),
    knock: async (what, path, init) => {
      const [written, kept] = [ports.counted.counts.rowsWritten, ports.bucket.size];
      // Whatever cannot be put into a request at all (a forbidden header, a method nobody may send) cannot come in either.
      const request = await attempt(() => new Request(`https://sexton.test${path}`, { redirect: 'manual', ...init }));
      if (request === undefined) return undefined;
      const response = await visit(path, init);
      const text = await response.text();
      tally.set(response.status, (tally.get(response.status) ?? 0) + 1);
      expect(civil.has(response.status), `${what}: ${response.status} ${text.slice(0, 200)}`).toBe(true);
      if (response.status < 300) return { status: response.status, reason: '', text };
      expect({ rows: ports.counted.counts.rowsWritten - written, objects: ports.bucket.size - kept }, what).toEqual({ rows: 0, objects: 0 });
      if (response.headers.get('content-type') !== 'application/problem+json') return { status: response.status, reason: '', text };
      const { type = '' } = JSON.parse(text) as { type?: string };
      expect(type, what).toMatch(/^urn:sexton:[a-z_]+$/);
      expect(text.length, what).toBeLessThan(2000);
      return { status: response.status, reason: type.slice('urn:sexton:'.length), text };
    },
  };
}

async function attempt<T>(make: () => T): Promise<T | undefined> {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Text that trips decoders, comparisons, pages and terminals. */
export const textTraps: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\ufeff',
  '\u202e\u2066',
  '\u001b[2J\u001b]0;x\u0007',
  'é'.normalize('NFD'),
  'ﬁ ǅ İ ı ſ',
  '\ud800',
  '\udfff\ud800',
  '𝕊'.repeat(500),
  'a\u0301'.repeat(2000),
  '<img src=x onerror=alert(1)>',
  '"\'`;--',
  '{{7*7}}%s%n',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '-0',
  '1e999',
  'null',
  '\r\nset-cookie: x=1',
  'x'.repeat(70_000),
];

export const numberTraps: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.1,
  255,
  256,
  300,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  1e21,
  1e308,
  5e-324,
  -1e308,
];

/** What can stand in a header: workerd complains of everything else aloud, and a server gets it as other letters. */
export const headerTraps: readonly string[] = [...textTraps.filter((text) => /^[\t -~]*$/.test(text)), ...numberTraps.map(String)];
