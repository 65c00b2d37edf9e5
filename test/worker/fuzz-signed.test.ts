/** An enrolled node whose root is hostile: whatever it signs, the ingest holds, its pages open and the minute's work goes on. */
import { createHash } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { runJobs } from '../../worker/jobs/run-jobs';
import { maxInflatedBytes, maxWireBytes } from '../../worker/wire/snapshot';
import { type Door, openDoor } from './support/fuzz-door';
import { mutateJson, mutation } from './support/mutate-json';
import { makeSample, minute, muteLog, type Sample, type SampleCopy, states } from './support/sample-customer';
import { type Browser, signIn } from './support/staff';
import { rows } from './support/test-customer';
import { type Key, signRequest } from './support/test-node';

const seed = 20_261_127;
let sample: Sample;
let copy: SampleCopy;
let door: Door;
let staff: Browser;
let speaker: { readonly key: Key; readonly keyid: string; readonly cluster: string; readonly node: string };

beforeAll(async () => {
  muteLog();
  sample = await makeSample();
  copy = await sample.copy();
  door = await openDoor(sample, copy);
  staff = await signIn(sample.ports, door.visit);
  const [original] = sample.originals;
  if (original === undefined) throw new Error('three nodes were enrolled');
  const { cluster, node } = original.enrolment;
  speaker = { key: original.key, keyid: `${copy.customer.tenantId}.${node}`, cluster, node };
});

let taken = 1;
const headerOf = (sequence: number, stateHash: string) => ({
  protocol: 1,
  sequence,
  collector: '0.3.0',
  machineId: '0'.repeat(32),
  bootId: '11111111-2222-3333-4444-555555555555',
  stateHash,
  vitals: { uptime: 100, load: 0.5, memory: [1, 2] },
  bodies: ['0123abcd'],
  report: 'ascii',
});
const stateText = JSON.stringify({ captures: states.faulty });
const readingsText = JSON.stringify({
  captures: [{ id: 'host.load', status: 'ok', out: '0.1 0.2\n', length: 8 }],
  ms: { 'dm.table': 3 },
  stderr: { 'dm.table': 'x' },
});
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const pack = (...lines: readonly string[]) => Uint8Array.from(gzipSync(lines.join('\n')));

/** Signed with the next number unless told; a message that is taken uses it up. */
async function send(what: string, body: Uint8Array<ArrayBuffer>, sequence = taken + 1) {
  sample.ports.clock.now += minute;
  const created = Math.floor(sample.ports.clock.now / 1000);
  const { headers } = await signRequest({ key: speaker.key, keyid: speaker.keyid, path: '/v1/snapshots', sequence, created }, body);
  const answer = await door.knock(what, '/v1/snapshots', { method: 'POST', headers, body });
  if (answer?.status === 200) taken = sequence;
  return answer;
}

/** What was taken must be bearable: for the pages, for cron, for the size of a row. */
async function expectBearable(what: string): Promise<void> {
  const { tenantId } = copy.customer;
  for (const path of [`/t/${tenantId}/nodes/${speaker.node}`, `/t/${tenantId}/clusters/${speaker.cluster}`, '/']) {
    const page = await staff(path);
    const text = await page.text();
    expect(page.status, `${what}: ${path}`).toBe(200);
    for (const hidden of ['<img', '\u202e', '\u0007', '\u0000']) expect(text, `${what}: ${path}`).not.toContain(hidden);
  }
  for (const result of await runJobs(sample.ports)) expect('error' in result ? result.error : null, what).toBeNull();
}

describe('one change in one of the three lines', () => {
  it.each([
    ['header', 400],
    ['state', 400],
    ['readings', 200],
  ] as const)('of the %s is refused or borne, %i times', async (line, times) => {
    let [accepted, refused] = [0, 0];
    const property = fc.asyncProperty(mutation, async (change) => {
      const what = `${line}: ${JSON.stringify(change).slice(0, 300)}`;
      const state = line === 'state' ? mutateJson(stateText, change) : stateText;
      const header = JSON.stringify(headerOf(taken + 1, hashOf(state)));
      const answer = await send(
        what,
        pack(line === 'header' ? mutateJson(header, change) : header, state, line === 'readings' ? mutateJson(readingsText, change) : readingsText),
      );
      if (answer?.status !== 200) {
        refused += 1;
        return;
      }
      accepted += 1;
      if (accepted % 4 === 0) await expectBearable(what);
    });
    await fc.assert(property, { numRuns: times, seed });
    await expectBearable(line);
    // Both happen, or the changes were all too harmless or all too coarse.
    expect({ accepted: accepted > times / 20, refused: refused > times / 20 }).toEqual({ accepted: true, refused: true });
  });
});

describe('lines that are', () => {
  const good = () => JSON.stringify(headerOf(taken + 1, hashOf(stateText)));
  it('doubled, swapped, missing, empty, ended otherwise or followed by more are refused', async () => {
    const shapes: Readonly<Record<string, () => readonly string[]>> = {
      nothing: () => [],
      'empty lines': () => ['', '', ''],
      'header twice': () => [good(), good(), stateText, readingsText],
      'state twice': () => [good(), stateText, stateText],
      'state and readings swapped': () => [good(), readingsText, stateText],
      'header last': () => [stateText, readingsText, good()],
      'two lines': () => [good(), stateText],
      'four lines': () => [good(), stateText, readingsText, '{}'],
      'a byte order mark': () => [`\ufeff${good()}`, stateText, readingsText],
      'carriage returns': () => [`${good()}\r`, `${stateText}\r`, `${readingsText}\r`],
      'a NUL': () => [`${good()}\u0000`, stateText, readingsText],
      'line separators': () => [[good(), stateText, readingsText].join('\u2028')],
      'a list': () => ['[]', '[]', '[]'],
      numbers: () => ['1', '2', '3'],
      'deep brackets': () => [good(), '['.repeat(500_000) + ']'.repeat(500_000), readingsText],
      'deep objects': () => [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
      'many keys': () => [`{${Array.from({ length: 400_000 }, (_, at) => `"${at}":0`).join(',')}}`],
      'many vitals': () => [good().replace('"load":0.5', Array.from({ length: 300_000 }, (_, at) => `"v${at}":0`).join(','))],
    };
    for (const [what, lines] of Object.entries(shapes)) {
      const text = lines();
      const answer = await send(what, pack(...text));
      // Blank space is JSON's, and keys of a newer collector are dropped: what is left is a true message.
      if (what === 'carriage returns' || what === 'many vitals') expect([200, 400], what).toContain(answer?.status);
      else expect(answer?.status, what).toBe(400);
    }
  });

  it('numbered out of range are refused, at both ends', async () => {
    const extremes = [0, -1, 2 ** 53, 2 ** 53 + 2, 1e21, 1e308, 0.5, Number.NaN, Number.POSITIVE_INFINITY, taken, taken - 1];
    for (const sequence of extremes) {
      // Not the bytes that were taken under the newest number: those would be answered again.
      const text = JSON.stringify({ ...headerOf(sequence, hashOf(stateText)), vitals: { uptime: 1 } });
      const answer = await send(`number ${sequence}`, pack(text, stateText, readingsText), sequence);
      expect([400, 401, 409], `number ${sequence}: ${answer?.status}`).toContain(answer?.status ?? 400);
    }
  });

  it('signed long ago, in the far future or never are taken: the time of a signature decides nothing', async () => {
    for (const created of [0, 1, 4_102_444_800, 999_999_999_999]) {
      const sequence = taken + 1;
      const body = pack(JSON.stringify(headerOf(sequence, hashOf(stateText))), stateText, readingsText);
      const { headers } = await signRequest({ key: speaker.key, keyid: speaker.keyid, path: '/v1/snapshots', sequence, created }, body);
      expect((await door.knock(`created ${created}`, '/v1/snapshots', { method: 'POST', headers, body }))?.status).toBe(200);
      taken = sequence;
      await expectBearable(`created ${created}`);
    }
  });
});

describe('gzip that', () => {
  const good = () => Buffer.from([JSON.stringify(headerOf(taken + 1, hashOf(stateText))), stateText, readingsText].join('\n'));
  it('explodes, nests, lies about its length or is none is refused soon', async () => {
    const big = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20), { level: 9 });
    const bodies: Readonly<Record<string, Buffer>> = {
      'one byte over the cap': gzipSync(Buffer.alloc(maxInflatedBytes + 1, 0x20)),
      '50 MB of blanks': big,
      '500 MB in ten members': Buffer.concat(Array.from({ length: 10 }, () => big)),
      'gzip in gzip': gzipSync(gzipSync(good())),
      'zlib, not gzip': deflateSync(good()),
      'a wrong checksum': flip(gzipSync(good()), -8),
      'a wrong length': flip(gzipSync(good()), -1),
      'cut in its trailer': gzipSync(good()).subarray(0, -4),
      'a header alone': gzipSync(good()).subarray(0, 10),
      'a name without end': Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(60_000, 0x61)]),
      'two megabytes of nothing': Buffer.alloc(maxWireBytes),
    };
    for (const [what, body] of Object.entries(bodies)) {
      const begun = performance.now();
      const answer = await send(what, Uint8Array.from(body));
      expect([400, 413], `${what}: ${answer?.status}`).toContain(answer?.status);
      expect(performance.now() - begun, what).toBeLessThan(10_000);
    }
  });

  const flip = (bytes: Buffer, at: number): Buffer => {
    const changed = Buffer.from(bytes);
    const place = changed.length + at;
    changed[place] = (changed[place] ?? 0) ^ 0xff;
    return changed;
  };
});

describe('after all that', () => {
  it('nothing failed, rows are small, and a true message is taken as ever', async () => {
    expect([...door.tally.keys()].filter((status) => status >= 500)).toEqual([]);
    const answer = await send('a true message', pack(JSON.stringify(headerOf(taken + 1, hashOf(stateText))), stateText, readingsText));
    expect(answer).toMatchObject({ status: 200 });
    await expectBearable('a true message');
    const [row] = await rows<{ vitals: number; facts: number; memory: number }>(
      copy.customer,
      `SELECT max(length(vitals)) AS vitals, (SELECT max(length(facts)) FROM node_states WHERE tenant_id = :tenant) AS facts,
         (SELECT count(*) FROM cluster_memory WHERE tenant_id = :tenant) AS memory FROM nodes WHERE tenant_id = :tenant`,
    );
    expect(row?.vitals).toBeLessThanOrEqual(300);
    expect(row?.facts).toBeLessThan(2_000_000);
    expect(row?.memory).toBeLessThan(1100);
  });
});
