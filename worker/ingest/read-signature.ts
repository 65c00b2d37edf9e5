/**
 * Reads the headers of a signed POST: one profile of RFC 9421, components and parameters in one order. Anything else is
 * refused, so that there is one way to sign and one way to be wrong. Text only; see verify-request.ts for the keys.
 */
import type { SignedRequest } from '../signed-request';
import { sequenceHeader, signatureBase, signatureParameters } from '../wire/signature-base';

export type SignatureClaim = {
  readonly keyid: string;
  readonly sequence: number;
  /** base64 of the body's SHA-256. */
  readonly digest: string;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** The bytes that were signed. */
  readonly base: Uint8Array<ArrayBuffer>;
};

const input = /^sexton=\([^)]{1,100}\);created=([0-9]{1,12});keyid="([0-9a-z_.]{1,80})";alg="ed25519"$/;
const number = /^(0|[1-9][0-9]{0,15})$/;

/** Undefined: not our profile. */
export function readSignature({ method, path, headers }: SignedRequest): SignatureClaim | undefined {
  const parameters = headers.get('signature-input') ?? '';
  const [, created, keyid] = input.exec(parameters) ?? [];
  const [, digest] = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(headers.get('content-digest') ?? '') ?? [];
  const [, signature] = /^sexton=:([A-Za-z0-9+/]{86}==):$/.exec(headers.get('signature') ?? '') ?? [];
  const sequenceText = headers.get(sequenceHeader) ?? '';
  if (
    method !== 'POST' ||
    created === undefined ||
    keyid === undefined ||
    digest === undefined ||
    signature === undefined ||
    !number.test(sequenceText)
  )
    return undefined;
  const sequence = Number(sequenceText);
  const signable = { method, path, created: Number(created), keyid, contentDigest: `sha-256=:${digest}:`, sequence } as const;
  // Whatever reads the same but is written differently (a leading zero, another order) is not what was signed.
  if (!Number.isSafeInteger(sequence) || parameters !== `sexton=${signatureParameters(signable)}`) return undefined;
  return { keyid, sequence, digest, signature: fromBase64(signature), base: Uint8Array.from(Buffer.from(signatureBase(signable), 'utf8')) };
}

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64'));
