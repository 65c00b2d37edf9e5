/** A small server that checks what arrives as RFC 9421 and RFC 9530 say it, without any code of the project. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export type Arrived = {
  readonly path: string;
  readonly sequence: number;
  readonly keyid: string;
  readonly isSignatureGood: boolean;
  readonly isDigestGood: boolean;
  readonly contentType: string;
  /** Lines of the inflated body, or the JSON text of an enrolment. */
  readonly lines: readonly string[];
  readonly bytes: number;
};

export type ServerReply = {
  readonly status: number;
  readonly body: unknown;
  readonly hangs?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
};
export type TestServer = {
  readonly url: string;
  readonly arrived: Arrived[];
  reply: (request: Arrived) => ServerReply;
  readonly close: () => Promise<void>;
};

export type Listening = { readonly certificate?: { readonly key: string; readonly cert: string }; readonly host?: string };

export async function startTestServer({ certificate, host = '127.0.0.1' }: Listening = {}): Promise<TestServer> {
  const arrived: Arrived[] = [];
  let publicKey: KeyObject | undefined;
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (request.url === '/v1/enroll') publicKey = keyFrom(JSON.parse(body.toString()).publicKey);
      const one = describe(request, body, publicKey);
      arrived.push(one);
      answer(response, self.reply(one));
    });
  };
  const server = certificate === undefined ? createServer(take) : createSecureServer(certificate, take);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const self: TestServer = {
    url: `${certificate === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    arrived,
    reply: () => ({ status: 500, body: {} }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return self;
}

function keyFrom(raw: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw, 'base64').toString('base64url') }, format: 'jwk' });
}

function describe({ url = '', headers }: IncomingMessage, body: Buffer, key: KeyObject | undefined): Arrived {
  const header = (name: string) => String(headers[name] ?? '');
  const parameters = header('signature-input').replace(/^sexton=/, '');
  const base = [
    '"@method": POST',
    `"@path": ${url}`,
    `"content-digest": ${header('content-digest')}`,
    `"sexton-sequence": ${header('sexton-sequence')}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  const signature = Buffer.from(/^sexton=:(.*):$/.exec(header('signature'))?.[1] ?? '', 'base64');
  const isProfile = /^\("@method" "@path" "content-digest" "sexton-sequence"\);created=\d{10};keyid="[a-zA-Z0-9_.-]+";alg="ed25519"$/.test(
    parameters,
  );
  const isGzip = body[0] === 0x1f;
  return {
    path: url,
    sequence: Number(header('sexton-sequence')),
    keyid: /keyid="([^"]*)"/.exec(parameters)?.[1] ?? '',
    isSignatureGood: isProfile && key !== undefined && verify(null, Buffer.from(base), key, signature),
    isDigestGood: header('content-digest') === `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    contentType: header('content-type'),
    lines: (isGzip ? gunzipSync(body) : body).toString().split('\n'),
    bytes: body.length,
  };
}

function answer(response: ServerResponse, { status, body, hangs = false, headers = {} }: ServerReply): void {
  if (hangs) return;
  response.writeHead(status, { 'content-type': status < 300 ? 'application/json' : 'application/problem+json', ...headers });
  response.end(JSON.stringify(body));
}
