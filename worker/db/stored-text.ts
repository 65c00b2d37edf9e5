/**
 * How facts and views stand in a TEXT column: JSON, above 512 KB as `gz:` + base64 of gzip. D1 hands BLOBs over as arrays
 * of numbers, so none is used; a row may not reach 2 MB.
 */
import { gunzipSync, gzipSync } from 'node:zlib';

const plainBytes = 512 * 1024;
const mark = 'gz:';
/** D1's limit is 2 MB for the whole row; the rest is for its other columns. */
export const maxStoredBytes = 1_900_000;

/** Undefined: too large for a row even when compressed. */
export function encodeStored(value: unknown): string | undefined {
  const json = Buffer.from(JSON.stringify(value), 'utf8');
  if (json.length <= plainBytes) return json.toString('utf8');
  const text = mark + gzipSync(json, { level: 6 }).toString('base64');
  return text.length <= maxStoredBytes ? text : undefined;
}

/** Reads only what encodeStored wrote. */
export function decodeStored<T>(text: string): T {
  const json = text.startsWith(mark) ? gunzipSync(Buffer.from(text.slice(mark.length), 'base64')).toString('utf8') : text;
  return JSON.parse(json) as T;
}
