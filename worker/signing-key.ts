/**
 * The installation's Ed25519 key in the forms people and tools meet it: WebCrypto for signing, the OpenSSH line nodes
 * pin, and the fingerprint `ssh-keygen -l` prints. The private half never leaves this module as text.
 * @see RFC 8410 (PKCS#8), RFC 8709 (ssh-ed25519), OpenSSH PROTOCOL.key
 */

export type SigningIdentity = {
  readonly privateKey: CryptoKey;
  /** `ssh-ed25519 AAAA… sexton` */
  readonly publicKeyLine: string;
  /** `SHA256:…`, base64 without padding. */
  readonly fingerprint: string;
};

/** What stands before the 32 seed bytes in every Ed25519 PKCS#8 document. */
const pkcs8Prefix = Uint8Array.from([0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]);

export function wrapSeed(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  const document = new Uint8Array(pkcs8Prefix.length + seed.length);
  document.set(pkcs8Prefix);
  document.set(seed, pkcs8Prefix.length);
  return document;
}

/** Throws when the bytes are no Ed25519 PKCS#8 document: a configuration error, worded by the caller. */
export async function importSigningKey(pkcs8: Uint8Array<ArrayBuffer>): Promise<SigningIdentity> {
  // Extractable only here, to learn the public half; the key kept for signing is not.
  const readable = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign']);
  const jwk = (await crypto.subtle.exportKey('jwk', readable)) as JsonWebKey;
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url');
  if (publicKey.length !== 32) throw new Error('an Ed25519 public key has 32 bytes');
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
  const blob = sshBlob(publicKey);
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', blob));
  return {
    privateKey,
    publicKeyLine: `ssh-ed25519 ${Buffer.from(blob).toString('base64')} sexton`,
    fingerprint: `SHA256:${digest.toString('base64').replace(/=+$/, '')}`,
  };
}

/** Two length-prefixed strings: the algorithm's name and the raw key. */
function sshBlob(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode('ssh-ed25519');
  const blob = new Uint8Array(4 + name.length + 4 + publicKey.length);
  const view = new DataView(blob.buffer);
  view.setUint32(0, name.length);
  blob.set(name, 4);
  view.setUint32(4 + name.length, publicKey.length);
  blob.set(publicKey, 8 + name.length);
  return blob;
}
