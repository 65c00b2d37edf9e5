/** The way to a server in real networks: proxies, own authorities, inspected TLS, and answers that are none. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { URL } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { post, type Reply } from '../../collector/server/client';
import { type Certificates, makeCertificates, type Stand, standProxy, standRaw } from './support/network-stage';
import { enrolled, useNodeAndServer } from './support/node-and-server';
import { type Listening, startTestServer, type TestServer } from './support/test-server';

vi.setConfig({ testTimeout: 60_000 }); // programs are started by the dozen, on a machine that may be busy

const installed = join(import.meta.dirname, '../node-versions/node_modules');
const accepted = { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 0, info: 0 }, page: 'https://x/n' };

const stage = useNodeAndServer();
const open: { readonly close: () => Promise<void> }[] = [];
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const keep = <T extends { readonly close: () => Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};

async function secureServer(more: Listening = {}): Promise<TestServer> {
  const server = keep(await startTestServer({ certificate: certificates.good, ...more }));
  server.reply = ({ path }) => (path === '/v1/enroll' ? enrolled() : { status: 200, body: accepted });
  return server;
}
async function authorityFile(): Promise<string> {
  const file = join(stage.node.root, 'own-ca.pem');
  await writeFile(file, certificates.authority);
  return file;
}
const enrollAt = (server: string, more: readonly string[] = [], options: { env?: Record<string, string>; node?: string } = {}) =>
  stage.node.run(['enroll', '--server', server, '--token-file', '-', ...more], { input: 'token', ...options });

describe.each(['node12', 'node18', 'node20'])('on %s', (version) => {
  const node = join(installed, version, 'bin/node');

  it('goes through a proxy with a password, keeps both for the timer, and prints neither', async () => {
    const server = await secureServer();
    const proxy = keep(await standProxy({ wants: 'gate keeper:p@ss' }));
    const address = `http://gate%20keeper:p%40ss@127.0.0.1:${proxy.port}`;
    const first = await enrollAt(server.url, ['--ca-file', await authorityFile()], { env: { HTTPS_PROXY: address }, node });
    expect(first).toMatchObject({ code: 0, err: '' });
    await writeFile(join(stage.node.root, 'own-ca.pem'), 'gone');
    const later = await stage.node.run(['send', '--now'], { node });
    expect(later).toMatchObject({ code: 0, err: '' });
    expect(server.arrived.map(({ path, isSignatureGood }) => [path, isSignatureGood])).toEqual([
      ['/v1/enroll', true],
      ['/v1/snapshots', true],
    ]);
    const target = new URL(server.url).host;
    expect(proxy.asked).toEqual([
      [target, 'gate keeper:p@ss'],
      [target, 'gate keeper:p@ss'],
    ]);
    const said = await Promise.all([['status'], ['status', '--json'], ['collect']].map((argv) => stage.node.run(argv, { node })));
    expect(said[0]?.out).toMatch(new RegExp(`proxy +127\\.0\\.0\\.1:${proxy.port}`));
    for (const { out, err } of [first, later, ...said]) expect(out + err).not.toMatch(/p@ss|p%40ss|keeper/);
  });

  it('names who issued a certificate that is not trusted, and sends nothing', async () => {
    const server = await secureServer();
    const { code, err } = await enrollAt(server.url, [], { node });
    expect([code, err]).toEqual([
      4,
      'The certificate of 127.0.0.1 was issued by "Acme Firewall CA", which this node does not trust. If that is your own inspection: --ca-file FILE.\n',
    ]);
    expect(server.arrived).toEqual([]);
  });

  it('trusts what the whole system trusts', async () => {
    const server = await secureServer();
    await mkdir(join(stage.node.root, 'etc/ssl/certs'), { recursive: true });
    await writeFile(join(stage.node.root, 'etc/ssl/certs/ca-certificates.crt'), certificates.authority);
    expect(await enrollAt(server.url, [], { node })).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['expired', /^The certificate of 127\.0\.0\.1 expired on .* GMT, or this node's clock is wrong\.\n$/],
    ['otherName', /^What answers at 127\.0\.0\.1 has a certificate for another name \(other\.example\)\.\n$/],
  ] as const)('does not take a certificate that is not good: %s', async (which, says) => {
    const server = await secureServer({ certificate: certificates[which] });
    const { code, err } = await enrollAt(server.url, ['--ca-file', await authorityFile()], { node });
    expect(code).toBe(4);
    expect(err).toMatch(says);
    expect(server.arrived).toEqual([]);
  });

  it('speaks IPv6, also through a proxy', async () => {
    const server = await secureServer({ host: '::1' });
    const proxy = keep(await standProxy());
    expect(await enrollAt(server.url, ['--ca-file', await authorityFile()], { node })).toMatchObject({ code: 0, err: '' });
    const sent = await stage.node.run(['send', '--now'], { node, env: { https_proxy: `127.0.0.1:${proxy.port}` } });
    expect(sent).toMatchObject({ code: 0, err: '' });
    expect(proxy.asked).toEqual([[new URL(server.url).host, '']]);
  });

  it('does not follow where it is sent', async () => {
    stage.server.reply = () => ({ status: 301, body: '', headers: { location: 'https://sexton.example/v1/enroll' } });
    const { code, err } = await enrollAt(stage.server.url, [], { node });
    expect(code).toBe(4);
    expect(err).toMatch(/^The answer leads to https:\/\/sexton\.example\/v1\/enroll \(status 301, .*\), and is not followed: /);
    expect(stage.server.arrived).toHaveLength(1);
  });
});

describe('a proxy', () => {
  const through = async (port: number, server = 'https://sexton.example') =>
    enrollAt(server, [], { env: { https_proxy: `http://127.0.0.1:${port}` } });

  it('that wants a password says so, and how it is given', async () => {
    const { port } = keep(await standProxy({ wants: 'a:b' }));
    const { code, err } = await through(port);
    expect([code, err]).toEqual([4, `The proxy 127.0.0.1:${port} wants a user name and a password: http://USER:PASSWORD@127.0.0.1:${port}\n`]);
    const wrong = await enrollAt('https://sexton.example', [], { env: { https_proxy: `http://a:c@127.0.0.1:${port}` } });
    expect(wrong.err).toBe(`The proxy 127.0.0.1:${port} does not accept the user name and password it was given.\n`);
  });

  it('that does not let this node out is named', async () => {
    const { port } = keep(await standProxy({ status: 403 }));
    expect((await through(port)).err).toBe(`The proxy 127.0.0.1:${port} does not let this node reach sexton.example:443 (status 403).\n`);
  });

  it('that is not there is named', async () => {
    const gone = await standProxy();
    await gone.close();
    expect((await through(gone.port)).err).toBe(`Could not reach the proxy 127.0.0.1:${gone.port} (ECONNREFUSED).\n`);
  });

  it('is not asked for what no_proxy names, nor for http', async () => {
    const server = await secureServer();
    const proxy = keep(await standProxy());
    const env = { https_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: 'example.com, 127.0.0.1' };
    expect((await enrollAt(server.url, ['--ca-file', await authorityFile()], { env })).code).toBe(0);
    stage.server.reply = () => enrolled();
    expect((await enrollAt(stage.server.url, ['--new-key'], { env: { https_proxy: env.https_proxy } })).code).toBe(0);
    expect(proxy.asked).toEqual([]);
  });

  it('in the configuration file wins, and an empty one means none', async () => {
    const server = await secureServer();
    const proxy = keep(await standProxy());
    const config = join(stage.node.root, 'etc/sexton/collector.json');
    await mkdir(join(stage.node.root, 'etc/sexton'), { recursive: true });
    await enrollAt(server.url, ['--ca-file', await authorityFile()], { env: { https_proxy: `127.0.0.1:${proxy.port}` } });
    await writeFile(config, '{"proxy": ""}');
    expect((await stage.node.run(['send', '--now'])).code).toBe(0);
    expect(proxy.asked).toHaveLength(1);
    await writeFile(config, JSON.stringify({ proxy: 'socks5://127.0.0.1:1' }));
    expect(await stage.node.run(['send', '--now'])).toMatchObject({ code: 2, err: expect.stringContaining('"proxy" is http://HOST:PORT') });
  });

  it.each(['socks5://user:secret@proxy:1080', 'http://user:secret%@proxy:3128', 'http://user:secret@'])(
    'that cannot be one is refused without a word of its password: %s',
    async (proxy) => {
      const { code, err } = await enrollAt('https://sexton.example', [], { env: { https_proxy: proxy } });
      expect([code, err]).toEqual([2, 'The proxy is not written as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT.\n']);
    },
  );
});

describe('--ca-file', () => {
  it.each([['no certificate'], ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']])(
    'that holds none is refused: %j',
    async (text) => {
      const file = join(stage.node.root, 'own-ca.pem');
      await writeFile(file, text);
      const { code, err } = await enrollAt('https://127.0.0.1:9', ['--ca-file', file]);
      expect(code).toBe(2);
      expect(err).toContain(`${file} `);
      expect((await enrollAt('https://127.0.0.1:9', ['--ca-file', '/does/not/exist'])).err).toContain('ENOENT');
    },
  );

  it('is kept as it was, for root only', async () => {
    const server = await secureServer();
    await enrollAt(server.url, ['--ca-file', await authorityFile()]);
    expect(JSON.parse(await readFile(stage.own('enrolment.json'), 'utf8')).ca).toBe(certificates.authority);
  });
});

describe('a server that is none', () => {
  const ask = ({ port }: Stand, protocol = 'http', seconds = 1, proxy?: Stand): Promise<Reply> =>
    post(
      {
        server: `${protocol}://127.0.0.1:${port}`,
        ca: [],
        proxy: proxy === undefined ? undefined : new URL(`http://127.0.0.1:${proxy.port}`),
      },
      { connectSeconds: seconds, answerSeconds: seconds },
      { path: '/v1/snapshots', headers: {}, body: Buffer.alloc(200_000) },
    );
  const swallow = (socket: Socket) => socket.on('data', () => undefined);
  const every = (socket: Socket, ms: number, action: () => void) => {
    const timer = setInterval(action, ms);
    socket.on('close', () => clearInterval(timer));
  };

  it.each<[string, (socket: Socket) => void, RegExp, string?]>([
    ['never says a word', swallow, /did not answer within 1 s/],
    ['never speaks TLS', swallow, /Could not reach .* within 1 s/, 'https'],
    ['speaks http where TLS is expected', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /does not speak TLS/, 'https'],
    ['hangs up at once', (socket) => socket.destroy(), /Could not reach .* \((?:ECONNRESET|EPIPE)\)/],
    ['sends one byte at a time', (socket) => every(swallow(socket), 50, () => socket.write('H')), /did not answer|does not speak HTTP/],
    [
      'drips its answer',
      (socket) => {
        swallow(socket).write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{');
        every(socket, 50, () => socket.write(' '));
      },
      /did not answer within 1 s/,
    ],
    [
      'sends headers without end',
      (socket) => {
        swallow(socket).write('HTTP/1.1 200 OK\r\n');
        every(socket, 5, () => socket.write(`x-more: ${'y'.repeat(4000)}\r\n`));
      },
      /does not speak HTTP as it should \(HPE_HEADER_OVERFLOW\)/,
    ],
    [
      'wants to speak something else',
      (socket) => swallow(socket).write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      /did not answer within 1 s/,
    ],
    [
      'promises for ever',
      (socket) => every(swallow(socket), 5, () => socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n')),
      /did not answer within 1 s/,
    ],
    ['sends no HTTP', (socket) => swallow(socket).write('SSH-2.0-OpenSSH_9.2p1\r\n'), /does not speak HTTP as it should \(HPE_/],
    [
      'breaks off in the middle',
      (socket) => swallow(socket).end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"accepted":'),
      /broke off in the middle of its answer/,
    ],
  ])('%s', async (_name, talk, says, protocol) => {
    const began = performance.now();
    const reply = await ask(keep(await standRaw(talk)), protocol);
    expect(reply).toMatchObject({ kind: 'unreachable', says: expect.stringMatching(says) });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['never answers', swallow, /^Could not reach 127\.0\.0\.1:9 through the proxy 127\.0\.0\.1:\d+ within 1 s\.$/],
    ['hangs up', (socket) => socket.destroy(), /^Could not reach the proxy 127\.0\.0\.1:\d+ \((?:ECONNRESET|EPIPE)\)\.$/],
    [
      'opens a tunnel to nobody',
      (socket) => swallow(socket).write('HTTP/1.1 200 OK\r\n\r\n'),
      /^Could not reach 127\.0\.0\.1:9 through the proxy .* within 1 s\.$/,
    ],
    [
      'opens a tunnel and closes it',
      (socket) => swallow(socket).end('HTTP/1.1 200 OK\r\n\r\n'),
      /^Could not reach .* through the proxy .* \(ECONNRESET\)\.$/,
    ],
    [
      'says more than its answer',
      (socket) => swallow(socket).write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(100_000)}`),
      /^(?:What answers at .* does not speak TLS|Could not reach .*)/,
    ],
  ])('is a proxy that %s', async (_name, talk, says) => {
    const proxy = keep(await standRaw(talk));
    const began = performance.now();
    const reply = await ask({ port: 9, close: async () => undefined }, 'https', 1, proxy);
    expect(reply).toMatchObject({ kind: 'unreachable', says: expect.stringMatching(says) });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('sends a gigabyte: a few megabytes are read of it', async () => {
    let written = 0;
    const chunk = Buffer.alloc(256 * 1024, 0x20);
    const flood = keep(
      await standRaw((socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write(chunk)) written += chunk.length;
        };
        swallow(socket).write('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n');
        socket.on('drain', more);
        more();
      }),
    );
    expect(await ask(flood, 'http', 20)).toMatchObject({ kind: 'unreachable', says: expect.stringContaining('more than an answer can be') });
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });
});
