/** Does the body match its digest, and the signature the key? No I/O, no clock; always the same work. */
import { timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '../result';
import { fromBase64, type SignatureClaim } from './read-signature';

export type NotGenuine = 'signature_wrong' | 'digest_wrong';

/** `publicKey`: 32 raw bytes in base64. Both checks are always made, so that time does not tell which one failed. */
export async function verifySignature(claim: SignatureClaim, body: Uint8Array, publicKey: string): Promise<Result<void, NotGenuine>> {
  const [isSigned, isWhole] = await Promise.all([signatureMatches(claim, publicKey), digestMatches(body, claim.digest)]);
  if (!isSigned) return err('signature_wrong');
  return isWhole ? ok(undefined) : err('digest_wrong');
}

async function signatureMatches({ signature, base }: SignatureClaim, publicKey: string): Promise<boolean> {
  const raw = fromBase64(publicKey);
  if (raw.length !== 32) return false;
  const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, signature, base);
}

async function digestMatches(body: Uint8Array, digest: string): Promise<boolean> {
  const own = Buffer.from(await crypto.subtle.digest('SHA-256', asBuffer(body)));
  const said = Buffer.from(digest, 'base64');
  return own.length === said.length && timingSafeEqual(own, said);
}

/** Lower-case hex SHA-256 of the raw key: how a key that is not enrolled yet is named. */
export async function fingerprintKey(publicKey: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', fromBase64(publicKey))).toString('hex');
}

/** WebCrypto takes no view on shared memory; a request's body never is one. */
const asBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>;
