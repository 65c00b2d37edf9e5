/**
 * The one fixed profile of HTTP Message Signatures both sides speak: which bytes are signed. Pure text, no keys.
 * Shared with the collector: nothing newer than ES2019, no import.
 * @see RFC 9421 (signature base, section 2.5), RFC 9530 (Content-Digest)
 */

export const sequenceHeader = 'sexton-sequence';

export type Signable = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Unix seconds. */
  readonly created: number;
  /** `<tenant>.<node>`, or the public key's fingerprint at enrolment. */
  readonly keyid: string;
  /** POST only: `sha-256=:<base64>:`. */
  readonly contentDigest?: string;
  /** POST only. */
  readonly sequence?: number;
};

/** The value of Signature-Input behind `sexton=`. */
export function signatureParameters({ method, created, keyid }: Signable): string {
  const components = method === 'POST' ? `("@method" "@path" "content-digest" "${sequenceHeader}")` : '("@method" "@path")';
  return `${components};created=${created};keyid="${keyid}";alg="ed25519"`;
}

/** The bytes to sign, as text: one line per component, the parameters last, no newline at the end. */
export function signatureBase(request: Signable): string {
  const lines = [`"@method": ${request.method}`, `"@path": ${request.path}`];
  if (request.method === 'POST') lines.push(`"content-digest": ${request.contentDigest}`, `"${sequenceHeader}": ${request.sequence}`);
  lines.push(`"@signature-params": ${signatureParameters(request)}`);
  return lines.join('\n');
}
