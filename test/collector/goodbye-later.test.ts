/** The goodbye that is signed when the package is removed and sent, by curl, when it is purged: without program, without Node.js. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { enrolled, useNodeAndServer } from './support/node-and-server';

vi.setConfig({ testTimeout: 60_000 });

const stage = useNodeAndServer();
const { own } = stage;
const prepare = () => stage.node.run(['unenroll', '--for-later']);

/** As postrm does it. */
async function sendByCurl(): Promise<number> {
  try {
    await promisify(execFile)('curl', ['-q', '--config', own('goodbye.curl'), '--fail', '--silent', '--output', '/dev/null', '--max-time', '5']);
    return 0;
  } catch (error) {
    return (error as { code: number }).code;
  }
}

beforeEach(async () => {
  stage.server.reply = () => enrolled();
  await stage.enroll();
  stage.server.reply = () => ({ status: 200, body: { removed: true } });
});

describe('unenroll --for-later', () => {
  it('sends nothing, says nothing and forgets nothing', async () => {
    expect(await prepare()).toMatchObject({ code: 0, out: '', err: '' });
    expect(stage.server.arrived).toHaveLength(1); // the enrolment
    expect(existsSync(own('key'))).toBe(true);
    expect(existsSync(own('enrolment.json'))).toBe(true);
    expect((await stat(own('goodbye.curl'))).mode & 0o777).toBe(0o600);
  });

  it('is a signed goodbye with the next number once curl sends it', async () => {
    await prepare();
    expect(await sendByCurl()).toBe(0);
    expect(stage.server.arrived[1]).toMatchObject({
      path: '/v1/goodbye',
      sequence: 1,
      isSignatureGood: true,
      isDigestGood: true,
      contentType: 'application/json',
      lines: ['{"protocol":1}'],
    });
  });

  it('goes with everything else when the node is unenrolled after all', async () => {
    await prepare();
    await stage.node.run(['unenroll']);
    expect(existsSync(own('goodbye.curl'))).toBe(false);
  });

  it('keeps to five seconds when nobody answers', async () => {
    await prepare();
    stage.server.reply = () => ({ status: 200, body: '', hangs: true });
    const began = performance.now();
    expect(await sendByCurl()).toBe(28); // curl: the time is up
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  it('is not made on a copied disk image: it would remove the machine it is a copy of', async () => {
    await writeFile(join(stage.node.root, 'etc/machine-id'), 'fedcba9876543210fedcba9876543210\n');
    expect((await prepare()).code).toBe(5);
    expect(existsSync(own('goodbye.curl'))).toBe(false);
  });

  it('is not there for a node that is not enrolled', async () => {
    await stage.node.run(['unenroll']);
    expect((await prepare()).code).toBe(3);
    expect(existsSync(own('goodbye.curl'))).toBe(false);
  });
});
