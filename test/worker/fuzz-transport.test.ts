/** Strangers, and whoever stands between node and server: random bytes, and true messages in which something was changed. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { maxEnrolmentBytes } from '../../worker/wire/enrolment';
import { maxGoodbyeBytes } from '../../worker/wire/goodbye';
import { maxWireBytes } from '../../worker/wire/snapshot';
import { type Door, headerTraps, openDoor } from './support/fuzz-door';
import { makeSample, muteLog, type Sample, type SampleCopy, states } from './support/sample-customer';
import { packMessage, signEnrolment, signRequest } from './support/test-node';

const seed = 20_261_127;
const paths = ['/v1/snapshots', '/v1/goodbye', '/v1/enroll'] as const;

let sample: Sample;
let copy: SampleCopy;
let door: Door;
type Signed = { readonly headers: Headers; readonly body: Uint8Array<ArrayBuffer> };
/** A true request for each path, none of which was sent. */
const genuine = new Map<string, Signed>();

beforeAll(async () => {
  muteLog();
  sample = await makeSample();
  copy = await sample.copy();
  door = await openDoor(sample, copy);
  const [original] = sample.originals;
  if (original === undefined) throw new Error('three nodes were enrolled');
  const keyid = `${copy.customer.tenantId}.${original.enrolment.node}`;
  const sign = async (path: string, body: Uint8Array<ArrayBuffer>) => {
    const { headers } = await signRequest({ key: original.key, keyid, path, sequence: path === '/v1/goodbye' ? 3 : 2 }, body);
    genuine.set(path, { headers, body });
  };
  await sign('/v1/snapshots', await packMessage('full', states.faulty, 2));
  await sign('/v1/goodbye', Uint8Array.from(Buffer.from('{"protocol":1}')));
  const token = sample.tokenText.replace(/^sxe-[^-]+/, `sxe-${copy.customer.key.toLowerCase()}`);
  const enrolment = await signEnrolment(token, 'pve9', { membership: { cluster: 'prod', members: ['pve1', 'pve2', 'pve3', 'pve9'] } });
  genuine.set('/v1/enroll', { headers: enrolment.headers, body: Uint8Array.from(enrolment.body) });
});

function signed(path: string): Signed {
  const found = genuine.get(path);
  if (found === undefined) throw new Error(`nothing signed for ${path}`);
  return found;
}

const path = fc.constantFrom(...paths);
const headerName = fc.constantFrom('content-digest', 'sexton-sequence', 'signature-input', 'signature');
const trap = fc.constantFrom(...headerTraps, 'x'.repeat(8000), 'sexton=', 'sha-256=::', ':'.repeat(200));

/** A changed request; `undefined` where the change left it as it was. */
type Change = { readonly what: string; readonly apply: (from: Signed) => RequestInit };
const withHeader = (from: Signed, edit: (headers: Headers) => void): RequestInit => {
  const headers = new Headers(from.headers);
  edit(headers);
  return { method: 'POST', headers, body: from.body };
};

const bodyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ at: fc.nat(), bit: fc.nat({ max: 7 }) }).map(({ at, bit }) => ({
    what: `bit ${bit} of byte ${at} flipped`,
    apply: ({ headers, body }: Signed) => ({
      method: 'POST',
      headers,
      body: body.map((byte, index) => (index === at % body.length ? byte ^ (1 << bit) : byte)),
    }),
  })),
  fc.nat().map((at) => ({
    what: `cut at ${at}`,
    apply: ({ headers, body }: Signed) => ({ method: 'POST', headers, body: body.slice(0, at % body.length) }),
  })),
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((more) => ({
    what: `${more.length} bytes appended`,
    apply: ({ headers, body }: Signed) => ({ method: 'POST', headers, body: Uint8Array.from([...body, ...more]) }),
  })),
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => ({
    what: `${bytes.length} random bytes`,
    apply: ({ headers }: Signed) => ({ method: 'POST', headers, body: Uint8Array.from(bytes) }),
  })),
);

const headerChange: fc.Arbitrary<Change> = fc.oneof(
  headerName.map((name) => ({ what: `${name} dropped`, apply: (from: Signed) => withHeader(from, (headers) => headers.delete(name)) })),
  headerName.map((name) => ({
    what: `${name} twice`,
    apply: (from: Signed) => withHeader(from, (headers) => headers.append(name, headers.get(name) ?? '')),
  })),
  fc.tuple(headerName, trap).map(([name, text]) => ({
    what: `${name} is ${text.slice(0, 40)}`,
    apply: (from: Signed) => withHeader(from, (headers) => headers.set(name, text)),
  })),
  fc.tuple(headerName, trap).map(([name, text]) => ({
    what: `${name} followed by ${text.slice(0, 40)}`,
    apply: (from: Signed) => withHeader(from, (headers) => headers.set(name, `${headers.get(name)}${text.trim() === '' ? ';' : text}`)),
  })),
  fc.tuple(headerName, fc.nat(), fc.constantFrom(...'aZ09:;"=/+()., -')).map(([name, at, letter]) => ({
    what: `letter ${at} of ${name} is ${letter}`,
    apply: (from: Signed) =>
      withHeader(from, (headers) => {
        const text = headers.get(name) ?? '';
        const place = at % Math.max(1, text.length);
        const other = text[place] === letter ? '_' : letter;
        headers.set(name, `${text.slice(0, place)}${other}${text.slice(place + 1)}`);
      }),
  })),
  fc.tuple(headerName, headerName).map(([one, other]) => ({
    what: `${one} and ${other} swapped`,
    apply: (from: Signed) =>
      withHeader(from, (headers) => {
        const kept = headers.get(one) ?? '';
        headers.set(one, one === other ? '' : (headers.get(other) ?? ''));
        if (one !== other) headers.set(other, kept);
      }),
  })),
);

describe('a true request in which somebody changed something', () => {
  it('of its body is refused, 1,200 times', async () => {
    const property = fc.asyncProperty(path, bodyChange, async (to, { what, apply }) => {
      expect((await door.knock(`${to}: ${what}`, to, apply(signed(to))))?.status ?? 401, `${to}: ${what}`).toBeGreaterThanOrEqual(400);
    });
    await fc.assert(property, { numRuns: 1200, seed });
    await door.expectUntouched();
  });

  it('of its headers is refused, 1,200 times', async () => {
    const property = fc.asyncProperty(path, headerChange, async (to, { what, apply }) => {
      const changed = new Headers(apply(signed(to)).headers);
      fc.pre([...signed(to).headers].some(([name, value]) => changed.get(name) !== value));
      expect((await door.knock(`${to}: ${what}`, to, apply(signed(to))))?.status ?? 401, `${to}: ${what}`).toBeGreaterThanOrEqual(400);
    });
    await fc.assert(property, { numRuns: 1200, seed });
    await door.expectUntouched();
  });

  it('is refused at every other address, and with every other method', async () => {
    for (const from of paths) {
      for (const to of paths)
        if (to !== from)
          expect(await door.knock(`${from} at ${to}`, to, { method: 'POST', ...signed(from) })).toMatchObject({ status: expect.any(Number) });
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'X'.repeat(500)]) {
        const body = method === 'GET' || method === 'HEAD' ? undefined : signed(from).body;
        const answer = await door.knock(`${method} ${from}`, from, { method, headers: signed(from).headers, ...(body && { body }) });
        expect(answer?.status ?? 405, `${method} ${from}`).toBeGreaterThanOrEqual(400);
      }
      for (const odd of [
        `${from}/`,
        `/${from}`,
        from.toUpperCase(),
        from.replace('v1', '%76%31'),
        `${from}%00`,
        `/v1/../v1${from.slice(3)}x`,
        `${from};a=b`,
      ])
        expect((await door.knock(odd, odd, { method: 'POST', ...signed(from) }))?.status ?? 404, odd).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('bytes of nobody', () => {
  it('under any headers are refused, 600 times', async () => {
    const headers = fc.dictionary(
      fc.oneof(
        headerName,
        fc.constantFrom(
          'content-type',
          'content-encoding',
          'content-length',
          'transfer-encoding',
          'cookie',
          'origin',
          'cf-connecting-ip',
          'x-forwarded-for',
          'host',
        ),
      ),
      fc.oneof(trap, fc.string({ unit: 'grapheme-ascii', maxLength: 200 })),
    );
    const property = fc.asyncProperty(path, headers, fc.uint8Array({ maxLength: 2000 }), async (to, fields, bytes) => {
      const usable = Object.entries(fields).filter(([name, value]) => isHeader(name, value));
      const answer = await door.knock(`${to} with ${JSON.stringify(fields).slice(0, 200)}`, to, {
        method: 'POST',
        headers: usable as [string, string][],
        body: Uint8Array.from(bytes),
      });
      expect(answer?.status ?? 401).toBeGreaterThanOrEqual(400);
    });
    await fc.assert(property, { numRuns: 600, seed });
    await door.expectUntouched();
  });

  it('that never end are read up to the cap and no further, with or without a length', async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    const caps = { '/v1/snapshots': maxWireBytes, '/v1/goodbye': maxGoodbyeBytes, '/v1/enroll': maxEnrolmentBytes };
    for (const to of paths) {
      for (const length of [undefined, '10', '99999999999', '-1', '1e9', 'NaN']) {
        let given = 0;
        const body = new ReadableStream({
          pull: (controller) => {
            given += chunk.byteLength;
            // An end after all, so that a server that reads on is found out and not waited for.
            if (given > 64 * 1024 * 1024) controller.close();
            else controller.enqueue(chunk);
          },
        });
        const headers = { ...Object.fromEntries(signed(to).headers), ...(length !== undefined && { 'content-length': length }) };
        const answer = await door.knock(`${to} without end, length ${length}`, to, { method: 'POST', headers, body });
        expect(answer?.status ?? 413, `${to} ${length}`).toBe(413);
        // One chunk over the cap shows that it is over; one more may be on its way.
        expect(given, `${to} ${length}`).toBeLessThanOrEqual(caps[to] + 3 * chunk.byteLength);
      }
    }
    await door.expectUntouched();
  });
});

describe('after all that', () => {
  it('the true requests are still true', async () => {
    await door.expectUntouched();
    for (const [to, { headers, body }] of genuine)
      expect((await door.knock(to, to, { method: 'POST', headers, body }))?.status, to).toBeLessThan(300);
    expect([...door.tally.keys()].filter((status) => status >= 500)).toEqual([]);
    expect([...door.tally.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2500);
  });
});

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
}
