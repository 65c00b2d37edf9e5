/** One POST to one host, through one proxy at most. Follows no redirect, keeps no connection, waits for nothing for ever. */
import { type ClientRequest, type IncomingHttpHeaders, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { URL } from 'node:url';
import { hostPort, openTunnel } from './proxy';
import { type Hint, sayNetworkError } from './say-network-error';

/** The way to a server. */
export type Way = {
  /** Origin, without a path. */
  readonly server: string;
  /** PEM of what is trusted. */
  readonly ca: readonly string[];
  /** For https only: http is spoken where nobody is in between. */
  readonly proxy: URL | undefined;
};

/** Until the server is reached, and until its whole answer is here. */
export type Patience = { readonly connectSeconds: number; readonly answerSeconds: number };

export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }
  /** Nothing usable came back; `says` is for people. */
  | { readonly kind: 'unreachable'; readonly says: string; readonly hint?: Hint };

const maxAnswerBytes = 4 * 1024 * 1024;

export type Letter = { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

export function post(
  { server, ca, proxy: ofHttps }: Way,
  { connectSeconds, answerSeconds }: Patience,
  { path, headers, body }: Letter,
): Promise<Reply> {
  const url = new URL(path, server);
  const isSecure = url.protocol === 'https:';
  const proxy = isSecure ? ofHttps : undefined;
  const host = hostPort(url);
  const where = proxy === undefined ? host : `${host} through the proxy ${hostPort(proxy)}`;
  return new Promise((resolve) => {
    const requests: ClientRequest[] = [];
    let certificate: PeerCertificate | undefined;
    const connectTimer = setTimeout(() => giveUp(`Could not reach ${where} within ${Math.round(connectSeconds)} s.`, 'proxy'), connectSeconds * 1000);
    const answerTimer = setTimeout(() => giveUp(`${where} did not answer within ${Math.round(answerSeconds)} s.`), answerSeconds * 1000);

    function settle(reply: Reply): void {
      clearTimeout(connectTimer);
      clearTimeout(answerTimer);
      resolve(reply);
    }
    function giveUp(says: string, hint?: Hint): void {
      // No way around a proxy helps where none is used, or one is in use already.
      const isHelp = hint === 'ca' || (hint === 'proxy' && isSecure && proxy === undefined);
      settle({ kind: 'unreachable', says, ...(isHelp ? { hint } : {}) });
      for (const request of requests) request.destroy();
    }
    function fail(error: Error): void {
      const { says, hint } = sayNetworkError(error, where, url.hostname, certificate);
      giveUp(says, hint);
    }

    function speak(tunnel: Socket | undefined): void {
      const options = {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': String(body.length), connection: 'close' },
        ...(tunnel === undefined ? {} : { socket: tunnel }),
      } as const;
      const request = isSecure ? requestSecure(url, { ...options, ca: [...ca] }) : requestPlain(url, options);
      requests.push(request);
      request.on('socket', (socket: Socket & Partial<Pick<TLSSocket, 'getPeerCertificate'>>) => {
        socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(connectTimer));
        // Before it is judged: afterwards a certificate that was not trusted cannot be named any more.
        socket.prependListener('secure', () => {
          certificate = socket.getPeerCertificate?.();
        });
      });
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > maxAnswerBytes) giveUp(`${host} sent more than an answer can be.`);
        });
        response.on('aborted', () => giveUp(`${host} broke off in the middle of its answer.`));
        response.on('error', fail);
        response.on('end', () =>
          settle({ kind: 'answer', status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      });
      request.end(body);
    }

    if (proxy === undefined) speak(undefined);
    else requests.push(openTunnel(proxy, host, speak, giveUp));
  });
}
