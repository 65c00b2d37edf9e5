import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Config, type ConfigSource, readConfig } from '../../../worker/config';

const secret = Buffer.alloc(32, 1).toString('base64');

async function configOf(source: ConfigSource): Promise<Config> {
  const config = await readConfig(source);
  if (!config.ok) throw new Error(config.error);
  return config.value;
}

const hasSshKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

test.runIf(hasSshKeygen)('the fingerprint is the one ssh-keygen prints for the key', async () => {
  const { signingPublicKey, signingFingerprint } = await configOf({ SEXTON_SECRET: secret });
  const directory = mkdtempSync(join(tmpdir(), 'sexton-key-'));
  writeFileSync(join(directory, 'key.pub'), `${signingPublicKey}\n`);
  const printed = execFileSync('ssh-keygen', ['-l', '-f', join(directory, 'key.pub')], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  expect(printed.trim()).toBe(`256 ${signingFingerprint} sexton (ED25519)`);
});

test('the same secret brings the same key, another secret another one', async () => {
  const once = await configOf({ SEXTON_SECRET: secret });
  const again = await configOf({ SEXTON_SECRET: secret });
  const other = await configOf({ SEXTON_SECRET: Buffer.alloc(32, 2).toString('base64') });
  expect(again.signingPublicKey).toBe(once.signingPublicKey);
  expect(other.signingPublicKey).not.toBe(once.signingPublicKey);
});

test('each purpose has a key of its own', async () => {
  const { deriveKey } = await configOf({ SEXTON_SECRET: secret });
  const keys = await Promise.all((['session', 'unsubscribe', 'channel-encryption', 'signing'] as const).map(deriveKey));
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(4);
  expect(keys.map((key) => key.length)).toEqual([32, 32, 32, 32]);
});

test('a signing key in its own custody takes the place of the derived one', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const own = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  const { signingPublicKey } = await configOf({ SEXTON_SECRET: secret, SIGNING_KEY: own });
  const raw = Buffer.from(signingPublicKey.split(' ')[1] ?? '', 'base64').subarray(-32);
  expect(raw.equals(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))).toBe(true);
});

test.each<[string, ConfigSource]>([
  ['no secret', {}],
  ['an empty secret', { SEXTON_SECRET: '' }],
  ['a short secret', { SEXTON_SECRET: Buffer.alloc(31).toString('base64') }],
  ['a secret that lost a character', { SEXTON_SECRET: secret.slice(1) }],
  ['a secret in another alphabet', { SEXTON_SECRET: `${secret.slice(0, -4)}-_-=` }],
  ['a signing key that is none', { SEXTON_SECRET: secret, SIGNING_KEY: Buffer.alloc(48).toString('base64') }],
  ['an address with a path', { SEXTON_SECRET: secret, PUBLIC_URL: 'https://example.com/sexton' }],
  ['an address without a scheme', { SEXTON_SECRET: secret, PUBLIC_URL: 'example.com' }],
])('%s stops the start with a sentence that says what to do', async (_, source) => {
  const config = await readConfig(source);
  expect(config.ok).toBe(false);
  if (!config.ok) {
    expect(config.error).toMatch(/SEXTON_SECRET|SIGNING_KEY|PUBLIC_URL/);
    expect(config.error).not.toContain(secret);
  }
});
