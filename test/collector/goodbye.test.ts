/** What `unenroll` tells the server, and that nothing about it keeps anybody from leaving. */
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { enrolled, problem, useNodeAndServer } from './support/node-and-server';

vi.setConfig({ testTimeout: 60_000 }); // programs are started by the dozen, on a machine that may be busy

const stage = useNodeAndServer();
const { own } = stage;
const unenroll = (...more: readonly string[]) => stage.node.run(['unenroll', ...more]);
const expectForgotten = async () => expect(await readdir(own('.'))).toEqual([]);

beforeEach(async () => {
  stage.server.reply = () => enrolled();
  await stage.enroll();
});

describe('unenroll', () => {
  it('is a signed goodbye with the next number, and then nothing is left', async () => {
    stage.server.reply = () => ({ status: 200, body: { removed: true } });
    const { code, out, err } = await unenroll();
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^pve1 no longer speaks for Acme \/ prod-dc1 at http.*\nDeleted:\n(?: {2}\/.*\n)+The server was told: the node is removed there/,
    );
    expect(stage.server.arrived[1]).toMatchObject({
      path: '/v1/goodbye',
      sequence: 1,
      isSignatureGood: true,
      isDigestGood: true,
      contentType: 'application/json',
      lines: ['{"protocol":1}'],
    });
    await expectForgotten();
  });

  it('signs anew when the number was used', async () => {
    stage.server.reply = ({ sequence }) => (sequence <= 41 ? problem(409, 'sequence_used', { last: 41 }) : { status: 200, body: { removed: true } });
    expect((await unenroll()).out).toContain('The server was told');
    expect(stage.server.arrived.map(({ sequence }) => sequence)).toEqual([0, 1, 42]);
  });

  it.each([
    ['does not know it any more', () => problem(401, 'node_unknown'), 'The server did not know this node any more.'],
    ['is in trouble', () => problem(503, 'unavailable'), 'The server was not told (says unavailable): it still lists the node'],
    ['is older and has no such door', () => ({ status: 404, body: 'no' }), 'The server was not told ('],
    ['answers what nobody expects', () => ({ status: 200, body: { removed: 'maybe' } }), 'The server was not told ('],
  ] as const)('goes on when the server %s', async (_name, reply, says) => {
    stage.server.reply = reply;
    const { code, out } = await unenroll();
    expect(code).toBe(0);
    expect(out).toContain(says);
    await expectForgotten();
  });

  it('takes its seconds and no more when nobody answers, and says nothing when it is to be quiet', async () => {
    stage.server.reply = () => ({ status: 200, body: '', hangs: true });
    const began = performance.now();
    expect(await unenroll('--quiet', '--goodbye-seconds', '1')).toEqual({ code: 0, out: '', err: '' });
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(4500);
    await expectForgotten();
    expect(await unenroll('--quiet')).toEqual({ code: 3, out: '', err: '' });
  });

  it('asks nobody with 0 seconds, nor when the key is damaged', async () => {
    expect((await unenroll('--goodbye-seconds', '0')).out).toContain('The server was not told (nobody asked)');
    stage.server.reply = () => enrolled();
    await stage.enroll();
    await writeFile(own('key'), 'x');
    expect((await unenroll()).code).toBe(0);
    expect(stage.server.arrived.filter(({ path }) => path === '/v1/goodbye')).toEqual([]);
    expect(existsSync(own('key'))).toBe(false);
  });

  it('of a copied disk image does not remove the machine it is a copy of', async () => {
    await writeFile(join(stage.node.root, 'etc/machine-id'), 'fedcba9876543210fedcba9876543210\n');
    const { code, err } = await stage.enroll();
    expect(code).toBe(5);
    expect(err).toMatch(
      /^The key here was made on another machine \(pve1\)\. This looks like a copied disk image\. Run: .* enroll --new-key --server http/,
    );
    const left = await unenroll();
    expect([left.code, left.out]).toEqual([0, expect.stringContaining('The server was not told: this key was made on another machine')]);
    expect(stage.server.arrived.map(({ path }) => path)).toEqual(['/v1/enroll']);
    await expectForgotten();
  });

  it('goes on when nobody listens', async () => {
    await stage.server.close();
    const { code, out } = await unenroll();
    expect(code).toBe(0);
    expect(out).toContain('ECONNREFUSED');
    await expectForgotten();
  });
});
