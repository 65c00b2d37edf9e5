/** One POST to one host. Follows no redirect, keeps no connection, waits for nothing for ever. */
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { rootCertificates } from 'node:tls';
import { URL } from 'node:url';

export type Connection = {
  /** Origin, without a path. */
  readonly server: string;
  /** PEM of certificates trusted on top of the usual ones. */
  readonly ca: string | undefined;
  readonly connectSeconds: number;
  readonly answerSeconds: number;
};

export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** Nothing usable came back; `says` is for people. */
  | { readonly kind: 'unreachable'; readonly says: string };

const maxAnswerBytes = 4 * 1024 * 1024;

export function post(connection: Connection, path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<Reply> {
  const url = new URL(path, connection.server);
  const isSecure = url.protocol === 'https:';
  const host = `${url.hostname}:${url.port === '' ? (isSecure ? 443 : 80) : url.port}`;
  return new Promise((resolve) => {
    const options = { method: 'POST', agent: false, headers: { ...headers, 'content-length': String(body.length), connection: 'close' } } as const;
    const ca = connection.ca === undefined ? {} : { ca: [...rootCertificates, connection.ca] };
    const request = isSecure ? requestSecure(url, { ...options, ...ca }) : requestPlain(url, options);
    const connectTimer = setTimeout(() => giveUp(`Could not reach ${host} within ${connection.connectSeconds} s.`), connection.connectSeconds * 1000);
    const answerTimer = setTimeout(() => giveUp(`${host} did not answer within ${connection.answerSeconds} s.`), connection.answerSeconds * 1000);

    function settle(reply: Reply): void {
      clearTimeout(connectTimer);
      clearTimeout(answerTimer);
      resolve(reply);
    }
    function giveUp(says: string): void {
      settle({ kind: 'unreachable', says });
      request.destroy();
    }

    request.on('socket', (socket) => socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(connectTimer)));
    request.on('error', (error) => giveUp(sayNetworkError(error, host, url.hostname)));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxAnswerBytes) giveUp(`${host} sent more than an answer can be.`);
      });
      response.on('aborted', () => giveUp(`${host} broke off in the middle of its answer.`));
      response.on('error', (error) => giveUp(sayNetworkError(error, host, url.hostname)));
      response.on('end', () => settle({ kind: 'answer', status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.end(body);
  });
}

/** Certificate problems have many codes; all mean that somebody else may be listening. */
function sayNetworkError(error: Error, host: string, name: string): string {
  const code = 'code' in error ? String(error.code) : error.message;
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) {
    return `The certificate of ${name} is not trusted here (${code}). If that is your own inspection: "ca_file" in the configuration file.`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name ${name} cannot be resolved.`;
  return `Could not reach ${host} (${code}).`;
}
