// The secrets of this machine's installation, made once and kept in the data directory, readable by its owner only.

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const newSecret = () => randomBytes(32).toString('base64');

/** @param {string} dataDir @returns {Record<string, string> | undefined} */
export function readSecrets(dataDir) {
  const file = join(dataDir, 'secrets.json');
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`${file} is damaged. It holds the key that signs cleanup scripts: restore it, or delete it to start with a new one.`);
  }
}

/** @param {string} dataDir @returns {Record<string, string>} */
export function readOrMakeSecrets(dataDir) {
  const kept = readSecrets(dataDir);
  if (kept !== undefined) return kept;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const made = { SEXTON_SECRET: newSecret() };
  const file = join(dataDir, 'secrets.json');
  // wx: two starts at the same moment must not each make one.
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
  return made;
}
