/** GET /get/:file: what a node fetches. Public, the same for everybody, with its SHA-256 as ETag. */
import type { Call } from '../http/call';
import { problemResponse } from '../problem';
import { notFound } from './problem-page';

/** File name -> text; put into the bundle by the build. */
export type Downloads = Readonly<Record<string, string>>;

export function makeDownload(downloads: Downloads): (call: Call) => Promise<Response> {
  const hashes = new Map<string, Promise<string>>();
  const hashOf = (name: string, text: string): Promise<string> => {
    const known = hashes.get(name) ?? hashText(text);
    hashes.set(name, known);
    return known;
  };
  return async ({ params, request, requestId }) => {
    const name = params.file ?? '';
    const text = Object.hasOwn(downloads, name) ? downloads[name] : undefined;
    if (text === undefined) return problemResponse({ ...notFound, detail: 'There is no such file to download.' }, requestId);
    const etag = `"sha256-${await hashOf(name, text)}"`;
    const headers = {
      etag,
      'cache-control': 'no-cache',
      'content-type': 'text/javascript; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
    };
    return request.headers.get('if-none-match') === etag ? new Response(null, { status: 304, headers }) : new Response(text, { headers });
  };
}

/** Hexadecimal, as sha256sum prints it. */
export async function hashText(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex');
}
