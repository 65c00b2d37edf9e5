/**
 * Reads the headers of a signed POST: one profile of RFC 9421, components and parameters in one order. Anything else is
 * refused, so that there is one way to sign and one way to be wrong. Text only; see verify-request.ts for the keys.
 */
import { err, ok, type Result } from '../result';
import type { SignedRequest } from '../signed-request';
import { sequenceHeader, signatureBase, signatureParameters } from '../wire/signature-base';

export type SignatureClaim = {
  readonly keyid: string;
  readonly sequence: number;
  /** Unix seconds by the signer's clock: never judged, only compared with ours. */
  readonly created: number;
  /** base64 of the body's SHA-256. */
  readonly digest: string;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** The bytes that were signed. */
  readonly base: Uint8Array<ArrayBuffer>;
};

/** Which header is not our profile; for the log only. */
export type Malformed =
  | 'method_wrong'
  | 'signature_input_malformed'
  | 'content_digest_malformed'
  | 'signature_malformed'
  | 'sequence_malformed'
  | 'components_wrong';

const input = /^sexton=\([^)]{1,100}\);created=([0-9]{1,12});keyid="([0-9a-z_.]{1,80})";alg="ed25519"$/;
const number = /^(0|[1-9][0-9]{0,15})$/;

export function readSignature({ method, path, headers }: SignedRequest): Result<SignatureClaim, Malformed> {
  if (method !== 'POST') return err('method_wrong');
  const parameters = headers.get('signature-input') ?? '';
  const [, createdText, keyid] = input.exec(parameters) ?? [];
  if (createdText === undefined || keyid === undefined) return err('signature_input_malformed');
  const [, digest] = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(headers.get('content-digest') ?? '') ?? [];
  if (digest === undefined) return err('content_digest_malformed');
  const [, signature] = /^sexton=:([A-Za-z0-9+/]{86}==):$/.exec(headers.get('signature') ?? '') ?? [];
  if (signature === undefined) return err('signature_malformed');
  const sequenceText = headers.get(sequenceHeader) ?? '';
  const sequence = Number(sequenceText);
  if (!number.test(sequenceText) || !Number.isSafeInteger(sequence)) return err('sequence_malformed');
  const created = Number(createdText);
  const signable = { method, path, created, keyid, contentDigest: `sha-256=:${digest}:`, sequence } as const;
  // Whatever reads the same but is written differently (a leading zero, another order) is not what was signed.
  if (parameters !== `sexton=${signatureParameters(signable)}`) return err('components_wrong');
  const base = Uint8Array.from(Buffer.from(signatureBase(signable), 'utf8'));
  return ok({ keyid, sequence, created, digest, signature: fromBase64(signature), base });
}

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64'));
