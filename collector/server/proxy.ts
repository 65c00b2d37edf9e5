/** The way out through a proxy: which one, and a tunnel through it. Its user name and password are never part of a sentence. */
import { type ClientRequest, request } from 'node:http';
import type { Socket } from 'node:net';
import { URL } from 'node:url';
import { err, ok, type Result } from '../result';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `proxy.example:3128`; without a port the one of its kind. */
export function hostPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

/** What the environment says about https to this server. Undefined: nothing. */
export function proxyFromEnvironment(env: Environment, server: string): string | undefined {
  const { hostname, protocol } = new URL(server);
  const proxy = env.https_proxy ?? env.HTTPS_PROXY ?? '';
  if (proxy === '' || protocol !== 'https:') return undefined;
  const names = (env.no_proxy ?? env.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/);
  const isDirect = names.some((one) => {
    const name = one.replace(/:\d+$/, '').replace(/^\*?\./, '');
    return one === '*' || (name !== '' && (hostname === name || hostname === `[${name}]` || hostname.endsWith(`.${name}`)));
  });
  return isDirect ? undefined : proxy;
}

/** `http://proxy:3128`, with `USER:PASSWORD@` where it asks for them; `proxy:3128` is the same. */
export function parseProxy(text: string): Result<URL, string> {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    decodeURIComponent(url.username + url.password); // throws where it cannot be done later
    if (url.protocol === 'http:' && url.hostname !== '') return ok(url);
  } catch {
    // Said below, without its text: there may be a password in it.
  }
  return err('The proxy is not written as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT.');
}

export function openTunnel(proxy: URL, target: string, done: (socket: Socket) => void, fail: (says: string) => void): ClientRequest {
  const { hostname, port, username, password } = proxy;
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const connect = request({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 80 : Number(port),
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: { host: target, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` }) },
  });
  const name = hostPort(proxy);
  connect.on('error', (error) => fail(`Could not reach the proxy ${name} (${'code' in error ? error.code : error.message}).`));
  connect.on('connect', ({ statusCode }, socket: Socket) => {
    socket.on('error', () => undefined); // whoever speaks through it hears of it
    if (statusCode === 200) done(socket);
    else if (statusCode !== 407) fail(`The proxy ${name} does not let this node reach ${target} (status ${statusCode}).`);
    else if (username === '') fail(`The proxy ${name} wants a user name and a password: http://USER:PASSWORD@${name}`);
    else fail(`The proxy ${name} does not accept the user name and password it was given.`);
  });
  connect.end();
  return connect;
}
