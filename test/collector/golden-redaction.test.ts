import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolled, problem } from './support/node-and-server';
import { makeNodeOfSecrets, type NodeOfSecrets } from './support/node-of-secrets';
import { startTestServer, type TestServer } from './support/test-server';

const accepted = { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 0, info: 0 }, page: 'http://127.0.0.1/n' };

let stage: NodeOfSecrets;
let server: TestServer;
beforeAll(async () => {
  [stage, server] = await Promise.all([makeNodeOfSecrets(), startTestServer()]);
  server.reply = ({ path }) => (path === '/v1/enroll' ? enrolled() : { status: 200, body: accepted });
  await stage.node.run(['enroll', '--server', server.url, '--token-file', '-'], { input: 'sxe-acm-1-secret\n' });
}, 60_000);
afterAll(() => Promise.all([stage.node.remove(), server.close()]));

/** Where the secrets a text holds were planted: as they stand, in capitals, or in base64. */
function found(text: string): readonly string[] {
  const folded = text.toLowerCase();
  const forms = (word: string) => [word.toLowerCase(), ...[0, 1, 2].map((skip) => encoded(word, skip).toLowerCase())];
  return [...stage.planted].filter(([word]) => forms(word).some((form) => folded.includes(form))).map(([, where]) => where);
}

/** Those characters of the base64 that do not depend on what stands around the word. */
function encoded(word: string, skip: number): string {
  const text = Buffer.from('x'.repeat(skip) + word).toString('base64');
  return text.slice(Math.ceil((skip * 4) / 3) + (skip === 0 ? 0 : 1), Math.floor(((skip + word.length) * 4) / 3) - 1);
}

const env = { SEXTON_TEST_TOKEN: 'Zk9999qXw' };

describe('a node full of secrets', () => {
  it('has its secrets where the collector reads', () => expect(stage.planted.size).toBeGreaterThan(200));

  it('finds a secret that stands in a text in any of its forms', () => {
    const [word = ''] = stage.planted.keys();
    for (const text of [word, `x${word.toUpperCase()}y`, Buffer.from(`a${word}b`).toString('base64'), Buffer.from(`ab${word}`).toString('base64')])
      expect(found(text)).not.toEqual([]);
  });

  it('lets none of them out by collect, and everything a verdict needs', { timeout: 60_000 }, async () => {
    const { code, out, err } = await stage.node.run(['collect', '--raw'], { env });
    expect([code, err]).toEqual([0, '']);
    expect(found(out)).toEqual([]);
    expect(out).not.toContain(env.SEXTON_TEST_TOKEN);
    for (const needed of stage.needed) expect(out, needed).toContain(needed);
  });

  it('lets none of them out by enroll and send, nor into what it keeps for later', { timeout: 60_000 }, async () => {
    const sent = await stage.node.run(['send', '--now'], { env });
    expect(sent.code).toBe(0);
    server.reply = () => problem(503, 'unavailable');
    const failed = await stage.node.run(['send', '--now'], { env });
    expect(failed.code).toBe(4);
    expect(server.arrived.length).toBeGreaterThanOrEqual(3);
    for (const { path, lines } of server.arrived) expect(found(lines.join('\n')), path).toEqual([]);
    expect(found(sent.out + sent.err + failed.out + failed.err)).toEqual([]);
    const own = (name: string) => readFile(join(stage.node.root, 'var/lib/sexton', name));
    expect(found(gunzipSync(await own('spool/newest')).toString())).toEqual([]);
    for (const name of ['state.json', 'counters.json', 'enrolment.json']) expect(found((await own(name)).toString()), name).toEqual([]);
  });

  it('prints with collect exactly what send then sends', { timeout: 60_000 }, async () => {
    server.reply = () => ({ status: 200, body: accepted });
    const printed = (await stage.node.run(['collect', '--raw'])).out.trimEnd().split('\n');
    await stage.node.run(['send', '--now']);
    const posted = server.arrived.filter(({ lines }) => lines.length === 3).pop()?.lines ?? [];
    expect(printed).toHaveLength(3);
    const [header = '', state, readings = ''] = printed;
    // Byte by byte; but a report may be asked for, processors work on, and commands take their time.
    expect(state).toBe(posted[1]);
    expect(readings.replace(/"ms":\{[^}]*\}/, '')).toBe((posted[2] ?? '').replace(/"ms":\{[^}]*\}/, ''));
    const aside = (line: string) => ({ ...JSON.parse(line), sequence: 0, report: '', vitals: {} });
    expect(aside(header)).toEqual(aside(posted[0] ?? ''));
  });
});

it('names every volume that the node’s own configurations name', async () => {
  const { out } = await stage.node.run(['collect', '--raw']);
  for (const volume of ['vm-100-disk-0', 'vm-101-disk-0', 'vm-102-disk-0', 'vm-103-disk-0', 'vm-104-cloudinit', 'vm-104-disk-0', 'vm-105-disk-0'])
    expect(out).toContain(`:${volume}`);
});
