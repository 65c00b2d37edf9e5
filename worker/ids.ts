/** Ids are branded so that a node's id cannot be passed where a customer's is asked for. */
type Branded<Name extends string> = string & { readonly __brand: Name };

export type TenantId = Branded<'TenantId'>;
export type ClusterId = Branded<'ClusterId'>;
export type NodeId = Branded<'NodeId'>;
export type UserId = Branded<'UserId'>;
export type FindingId = Branded<'FindingId'>;

/** Crockford's base32 in lower case: no i, l, o, u. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 5 bits a character, most significant first; bits that do not fill a character are dropped. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >> bits) & 31];
    }
  }
  return text;
}
