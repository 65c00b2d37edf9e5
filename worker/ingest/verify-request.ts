/** Does the body match its digest, and the signature the key? No I/O, no clock. */
import { fromBase64, type SignatureClaim } from './read-signature';

async function digestMatches(body: Uint8Array, digest: string): Promise<boolean> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', asBuffer(body))).toString('base64') === digest;
}

/** `publicKey`: 32 raw bytes in base64. */
export async function verifySignature(claim: SignatureClaim, body: Uint8Array, publicKey: string): Promise<boolean> {
  const raw = fromBase64(publicKey);
  if (raw.length !== 32) return false;
  const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  return (await crypto.subtle.verify('Ed25519', key, claim.signature, claim.base)) && (await digestMatches(body, claim.digest));
}

/** Lower-case hex SHA-256 of the raw key: how a key that is not enrolled yet is named. */
export async function fingerprintKey(publicKey: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', fromBase64(publicKey))).toString('hex');
}

/** WebCrypto takes no view on shared memory; a request's body never is one. */
const asBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>;
