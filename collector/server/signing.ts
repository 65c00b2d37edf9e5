/** The node's key pair and the signatures it makes. The private half is made here and stays here. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Signable, signatureBase, signatureParameters } from '../../worker/wire/signature-base';

export type NodeKey = {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Buffer;
};

/** PKCS#8, PEM. */
export function makeKeyText(): string {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

/** Undefined: not an Ed25519 key. */
export function readKey(text: string): NodeKey | undefined {
  try {
    const privateKey = createPrivateKey(text);
    if (privateKey.asymmetricKeyType !== 'ed25519') return undefined;
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    return { privateKey, publicKey: spki.slice(spki.length - 32) };
  } catch {
    return undefined;
  }
}

/** Keyid of the enrolment request. */
export function fingerprintHex({ publicKey }: NodeKey): string {
  return createHash('sha256').update(publicKey).digest('hex');
}

/** As `ssh-keygen -l` prints it. */
export function sshFingerprint({ publicKey }: NodeKey): string {
  const field = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length, 0);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(publicKey)]);
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

export type SigningOrder = {
  readonly path: string;
  readonly body: Buffer;
  readonly sequence: number;
  readonly keyid: string /** Unix seconds. */;
  readonly created: number;
};

/** The headers that make a POST one of this node's. @see RFC 9421, RFC 9530 */
export function signPost(key: NodeKey, { path, body, sequence, keyid, created }: SigningOrder): Readonly<Record<string, string>> {
  const contentDigest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const request: Signable = { method: 'POST', path, created, keyid, contentDigest, sequence };
  const signature = sign(null, Buffer.from(signatureBase(request)), key.privateKey);
  return {
    'content-digest': contentDigest,
    'sexton-sequence': String(sequence),
    'signature-input': `sexton=${signatureParameters(request)}`,
    signature: `sexton=:${signature.toString('base64')}:`,
  };
}
