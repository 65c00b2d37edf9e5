/** What stands between a node and its server: certificates, a proxy, and servers that misbehave. All on loopback. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Certificate = { readonly key: string; readonly cert: string };
export type Certificates = {
  /** Of an authority nobody trusts by itself: "Acme Firewall CA". */
  readonly authority: string;
  /** Below it, for localhost, 127.0.0.1 and ::1. */
  readonly good: Certificate;
  readonly expired: Certificate;
  readonly otherName: Certificate;
};

export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'sexton-certificates-'));
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/O=Acme Logistics/CN=Acme Firewall CA');
  const leaf = async (name: string, names: string, days: string): Promise<Certificate> => {
    await writeFile(join(directory, `${name}.ext`), `subjectAltName=${names}\n`);
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-out', `${name}.pem`, '-days', days, '-extfile', `${name}.ext`],
    );
    const [key, cert] = await Promise.all([`${name}.key`, `${name}.pem`].map((file) => readFile(join(directory, file), 'utf8')));
    return { key: key ?? '', cert: cert ?? '' };
  };
  const here = 'DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1';
  const certificates = {
    authority: await readFile(join(directory, 'ca.pem'), 'utf8'),
    good: await leaf('sexton.example', here, '30'),
    expired: await leaf('old.example', here, '-1'),
    otherName: await leaf('other.example', 'DNS:other.example', '30'),
  };
  await rm(directory, { recursive: true });
  return certificates;
}

export type Stand = { readonly port: number; readonly close: () => Promise<void> };

async function stand(server: Server, host = '127.0.0.1'): Promise<Stand> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Talks as it likes to whoever connects. */
export const standRaw = (talk: (socket: Socket) => void, host?: string): Promise<Stand> => stand(createServer(talk), host);

export type Proxy = Stand & { /** What it was asked to connect to, and with which credentials. */ readonly asked: [string, string][] };

/** Connects to what it is asked for when the credentials are the wanted ones; `status`: refuses everything with it. */
export async function standProxy({ wants = '', status }: { readonly wants?: string; readonly status?: number } = {}): Promise<Proxy> {
  const asked: [string, string][] = [];
  const server = createHttpServer((_request, response) => response.writeHead(400).end());
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    const given = Buffer.from(String(headers['proxy-authorization'] ?? '').replace(/^Basic /, ''), 'base64').toString();
    asked.push([url, given]);
    client.on('error', () => undefined);
    const refusal = status ?? (given === wants ? undefined : 407);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} No\r\nproxy-authenticate: Basic realm="gate"\r\ncontent-type: text/html\r\n\r\n<html>no</html>`);
      return;
    }
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(url) ?? [];
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
  });
  return { ...(await stand(server)), asked };
}
