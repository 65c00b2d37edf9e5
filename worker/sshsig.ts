/**
 * SSH signatures over files: what `ssh-keygen -Y verify` checks with a tool every node has. No I/O, no clock; the same key
 * and message give the same text.
 * @see OpenSSH PROTOCOL.sshsig, RFC 8709 (ssh-ed25519)
 */

/** Each purpose signs under a name of its own: a signature over a package says nothing about a script. */
export type Namespace = 'sexton-package' | 'sexton-cleanup';

export type SshSigner = {
  /** Ed25519. */
  readonly signingKey: CryptoKey;
  /** `ssh-ed25519 AAAA… sexton` */
  readonly signingPublicKey: string;
};

const magic = Buffer.from('SSHSIG');
const reserved = '';
const hashName = 'sha512';

/** Armoured, ending in a line feed, as `ssh-keygen -Y sign` writes it. */
export async function signFile({ signingKey, signingPublicKey }: SshSigner, namespace: Namespace, message: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = Buffer.from(await crypto.subtle.digest('SHA-512', message));
  const signed = Buffer.concat([magic, ...[namespace, reserved, hashName, digest].map(lengthPrefixed)]);
  const signature = Buffer.from(await crypto.subtle.sign('Ed25519', signingKey, signed));
  const version = Buffer.from([0, 0, 0, 1]);
  const publicKey = Buffer.from(signingPublicKey.split(' ')[1] ?? '', 'base64');
  const wrapped = Buffer.concat(['ssh-ed25519', signature].map(lengthPrefixed));
  return armour(Buffer.concat([magic, version, ...[publicKey, namespace, reserved, hashName, wrapped].map(lengthPrefixed)]));
}

/** A line of an allowed_signers file: this key, for this purpose only. The principal is called as the purpose. */
export function allowedSigner({ signingPublicKey }: Pick<SshSigner, 'signingPublicKey'>, namespace: Namespace): string {
  const [kind, key] = signingPublicKey.split(' ');
  return `${namespace} namespaces="${namespace}" ${kind} ${key}`;
}

function lengthPrefixed(part: string | Uint8Array): Buffer {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function armour(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}
