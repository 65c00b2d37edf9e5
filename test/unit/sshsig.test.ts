/** The oracle is OpenSSH itself: what we sign, `ssh-keygen -Y verify` accepts, and nothing else. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Config, readConfig } from '../../worker/config';
import { allowedSigner, type Namespace, signFile } from '../../worker/sshsig';

let directory: string;
const message = Uint8Array.from({ length: 40_000 }, (_, at) => (at * 31) % 256);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sexton-sshsig-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function configOf(byte: number): Promise<Config> {
  const config = await readConfig({ SEXTON_SECRET: Buffer.alloc(32, byte).toString('base64') });
  if (!config.ok) throw new Error(config.error);
  return config.value;
}

type Check = { readonly signers: string; readonly signature: string; readonly namespace: Namespace; readonly bytes: Uint8Array };

/** Exit code of ssh-keygen. */
function verify({ signers, signature, namespace, bytes }: Check): number | null {
  writeFileSync(join(directory, 'signers'), `${signers}\n`);
  writeFileSync(join(directory, 'signature'), signature);
  const paths = ['-f', join(directory, 'signers'), '-s', join(directory, 'signature')];
  return spawnSync('ssh-keygen', ['-Y', 'verify', '-I', namespace, '-n', namespace, ...paths], { input: bytes }).status;
}

test('ssh-keygen accepts what was signed, whatever its length', async () => {
  const config = await configOf(1);
  for (const bytes of [new Uint8Array(0), Uint8Array.of(10), message]) {
    const signature = await signFile(config, 'sexton-package', bytes);
    expect(verify({ signers: allowedSigner(config, 'sexton-package'), signature, namespace: 'sexton-package', bytes })).toBe(0);
    expect(await signFile(config, 'sexton-package', bytes)).toBe(signature);
  }
});

test('ssh-keygen refuses a changed file, another key, another purpose and a changed signature', async () => {
  const config = await configOf(1);
  const signature = await signFile(config, 'sexton-package', message);
  const good: Check = { signers: allowedSigner(config, 'sexton-package'), signature, namespace: 'sexton-package', bytes: message };
  const changed = message.map((byte, at) => (at === 20_000 ? byte ^ 1 : byte));
  const lines = signature.split('\n');
  const inSignature = lines
    .map((line, at) => (at === lines.length - 3 ? line.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) : line))
    .join('\n');
  expect(verify(good)).toBe(0);
  expect(verify({ ...good, bytes: changed })).not.toBe(0);
  expect(verify({ ...good, bytes: message.subarray(1) })).not.toBe(0);
  expect(verify({ ...good, signature: inSignature })).not.toBe(0);
  expect(verify({ ...good, signers: allowedSigner(await configOf(2), 'sexton-package') })).not.toBe(0);
  expect(verify({ ...good, signers: allowedSigner(config, 'sexton-cleanup') })).not.toBe(0);
  expect(verify({ ...good, namespace: 'sexton-cleanup', signers: allowedSigner(config, 'sexton-cleanup') })).not.toBe(0);
});
