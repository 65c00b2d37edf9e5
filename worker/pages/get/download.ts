/**
 * GET /get/:file: a file, its checksum (`.sha256`), its signature (`.sig`), or the key that signs (`allowed_signers`).
 * Names are looked up in a list; no part of an address ever becomes a path.
 */
import type { Call } from '../../http/call';
import { allowedSigner, signFile } from '../../sshsig';
import type { Shelf, ShelfFile } from './shelf';

export const packageNamespace = 'sexton-package';

type Answer = { readonly body: Uint8Array<ArrayBuffer> | string; readonly type: string; readonly isAttachment?: boolean };

const plainText = 'text/plain; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  deb: 'application/vnd.debian.binary-package',
  mjs: 'text/javascript; charset=utf-8',
  sh: 'text/x-shellscript; charset=utf-8',
};

export function makeDownload(shelf: Shelf): (call: Call) => Promise<Response> {
  return async ({ params, request, ports }) => {
    const name = params.file ?? '';
    const found = await findAnswer(shelf, name, ports.config);
    if (found === undefined) return refuse(shelf);
    const body = typeof found.body === 'string' ? Uint8Array.from(Buffer.from(found.body)) : found.body;
    const etag = `"sha256-${Buffer.from(await crypto.subtle.digest('SHA-256', body)).toString('hex')}"`;
    const headers = {
      etag,
      'cache-control': 'no-cache',
      'content-type': found.type,
      'content-length': String(body.byteLength),
      ...(found.isAttachment && { 'content-disposition': `attachment; filename="${name}"` }),
    };
    const { 'content-length': _none, ...unchanged } = headers;
    if (isKnown(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers: unchanged });
    return new Response(body, { headers });
  };
}

async function findAnswer(shelf: Shelf, name: string, signer: Call['ports']['config']): Promise<Answer | undefined> {
  if (name === 'allowed_signers') return { body: `${allowedSigner(signer, packageNamespace)}\n`, type: plainText };
  const [, base = name, beside] = /^(.+)\.(sha256|sig)$/.exec(name) ?? [];
  const file = await shelf.find(base);
  if (file === undefined) return undefined;
  if (beside === 'sha256') return { body: checksumLine(file), type: plainText };
  if (beside === 'sig') return { body: await signFile(signer, packageNamespace, file.bytes), type: plainText };
  return { body: file.bytes, type: types[base.slice(base.lastIndexOf('.') + 1)] ?? 'application/octet-stream', isAttachment: true };
}

/** What `sha256sum -c` reads. */
export const checksumLine = ({ name, sha256 }: ShelfFile): string => `${sha256}  ${name}\n`;

function refuse({ names }: Shelf): Response {
  const lines = [...names.flatMap((name) => [name, `${name}.sha256`, `${name}.sig`]), 'allowed_signers'];
  return new Response(`There is no such file here. There are:\n${lines.map((name) => `  /get/${name}\n`).join('')}`, {
    status: 404,
    headers: { 'content-type': plainText, 'cache-control': 'no-store' },
  });
}

/** A proxy on the way may have weakened the tag, a client may know several. */
const isKnown = (asked: string | null, etag: string): boolean =>
  (asked ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
