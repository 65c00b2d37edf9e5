/** What went wrong on the way, in one sentence that helps. */
import type { PeerCertificate } from 'node:tls';

/** What may mend it: the way out, or whom to trust. The command knows how that is said to it. */
export type Hint = 'proxy' | 'ca';
type Said = { readonly says: string; readonly hint?: Hint };

export function sayNetworkError(error: Error, where: string, name: string, certificate: PeerCertificate | undefined): Said {
  const code = 'code' in error ? String(error.code) : error.message;
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|VERIFY/.test(code)) return sayCertificate(code, name, certificate);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { says: `The name ${name} cannot be resolved (${code}).`, hint: 'proxy' };
  if (/^HPE_/.test(code)) return { says: `What answers at ${where} does not speak HTTP as it should (${code}).` };
  if (/^E(?:PROTO|RR_SSL)/.test(code)) return { says: `What answers at ${where} does not speak TLS (${code}).` };
  return { says: `Could not reach ${where} (${code}).`, hint: 'proxy' };
}

/** Somebody else may be listening, or only the clock is wrong. */
function sayCertificate(code: string, name: string, certificate: PeerCertificate | undefined): Said {
  const of = `The certificate of ${name}`;
  if (/ALTNAME/.test(code)) return { says: `What answers at ${name} has a certificate for another name (${certificate?.subject?.CN ?? code}).` };
  if (code === 'CERT_HAS_EXPIRED') return { says: `${of} expired on ${certificate?.valid_to}, or this node's clock is wrong.` };
  if (code === 'CERT_NOT_YET_VALID') return { says: `${of} is valid from ${certificate?.valid_from}, or this node's clock is wrong.` };
  const { CN, O } = certificate?.issuer ?? {};
  const issuer = String(CN ?? O ?? code).slice(0, 100);
  return { says: `${of} was issued by "${issuer}", which this node does not trust.`, hint: 'ca' };
}
