/**
 * `sxe-acm-7q3k2m-m2xd8vpa0rst4wxy`: customer key, token id, 80 bits of secret. Typed by people: case does not matter, and
 * letters that base32 leaves out are read as the digits they look like. The database keeps the secret's hash only.
 */
import { base32 } from '../ids';

export type TokenParts = { readonly tenantKey: string; readonly tokenId: string; readonly secret: string };

const idBytes = 4;
const idCharacters = 6;
const secretBytes = 10;
const shape = /^sxe-([a-z0-9]{2,8})-([0-9a-z]{6})-([0-9a-z]{16})$/;

export function newTokenParts(tenantKey: string, random: (bytes: number) => Uint8Array): TokenParts {
  return { tenantKey, tokenId: base32(random(idBytes)).slice(0, idCharacters), secret: base32(random(secretBytes)) };
}

export function formatToken({ tenantKey, tokenId, secret }: TokenParts): string {
  return `sxe-${tenantKey.toLowerCase()}-${tokenId}-${secret}`;
}

export function parseToken(text: string): TokenParts | undefined {
  const [, key, id, secret] = shape.exec(text.trim().toLowerCase()) ?? [];
  if (key === undefined || id === undefined || secret === undefined) return undefined;
  return { tenantKey: key.toUpperCase(), tokenId: readLetters(id), secret: readLetters(secret) };
}

const readLetters = (text: string): string => text.replaceAll('o', '0').replaceAll(/[il]/g, '1');

export async function hashTokenSecret(secret: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`sexton enrolment ${secret}`))).toString('hex');
}
