/** A server that lies, an answer that gets lost at the worst moment, and files somebody else put in the way. */
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeRunLock } from '../../collector/state/run-lock';
import { openStateDirectory } from '../../collector/state/state-directory';
import { type FakeNode, makeFakeNode } from './support/fake-node';
import { enrolled, useNodeAndServer } from './support/node-and-server';
import type { ServerReply } from './support/test-server';

describe('the program', () => {
  const stage = useNodeAndServer();
  const { own } = stage;
  const enroll = (reply: ServerReply, more: readonly string[] = []) => {
    stage.server.reply = () => reply;
    return stage.enroll(more);
  };
  const keysBrought = () =>
    stage.server.arrived.filter(({ path }) => path === '/v1/enroll').map(({ lines }) => JSON.parse(lines.join('\n')).publicKey as string);

  it('brings the same new key again when the answer to the first got lost', async () => {
    await enroll(enrolled());
    const before = await readFile(own('key'), 'utf8');
    expect((await enroll({ status: 201, body: '', hangs: false }, ['--new-key'])).code).toBe(4);
    expect(await readFile(own('key'), 'utf8')).toBe(before);
    expect((await enroll(enrolled(), ['--new-key'])).code).toBe(0);
    const [, lost, again] = keysBrought();
    expect(again).toBe(lost);
  });

  it('makes another new key when the server refused the first', async () => {
    await enroll(enrolled());
    const used = { status: 409, body: { type: 'urn:sexton:already_enrolled', status: 409, detail: 'This key belonged to pve1, which was removed.' } };
    expect((await enroll(used, ['--new-key'])).code).toBe(5);
    expect((await enroll(enrolled(), ['--new-key'])).code).toBe(0);
    const [, refused, again] = keysBrought();
    expect(again).not.toBe(refused);
  });

  it('keeps its state where only root may look, also in a directory that was there before', async () => {
    await mkdir(own('.'), { recursive: true });
    await chmod(own('.'), 0o777);
    await enroll(enrolled());
    expect((await stat(own('.'))).mode & 0o077).toBe(0);
  });

  it('prints no endless line however long the server says the customer is called', async () => {
    const long = enrolled({ tenantName: 'x'.repeat(3_000_000) });
    const { out, err } = await enroll(long);
    expect(out.length + err.length).toBeLessThan(20_000);
  });
});

describe('a server', () => {
  let node: FakeNode;
  const servers: Server[] = [];
  beforeEach(async () => {
    node = await makeFakeNode();
  });
  afterEach(async () => {
    await node.remove();
    for (const one of servers.splice(0)) {
      one.closeAllConnections();
      one.close();
    }
  });
  async function listen(handle: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(handle as never);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const enrollAt = (url: string) => node.run(['enroll', '--server', url, '--token-file', '-'], { input: 'sxe-acm-1-secret\n' });

  it('that sends elsewhere is not followed, and the token goes nowhere else', async () => {
    const elsewhere: string[] = [];
    const other = await listen(((request, response) => {
      elsewhere.push(request.url ?? '');
      response.end(JSON.stringify(enrolled().body));
    }) as Parameters<typeof createServer>[1] & ((a: { url?: string }, b: { end(text: string): void }) => void));
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await listen(((_: unknown, response: { writeHead(s: number, h: object): { end(): void } }) =>
        response.writeHead(status, { location: `${other}/v1/enroll` }).end()) as never);
      expect((await enrollAt(url)).code).toBe(4);
    }
    expect(elsewhere).toEqual([]);
  });

  it('that answers without end is cut off', async () => {
    const url = await listen(((
      _: unknown,
      response: { write(t: string): boolean; on(e: string, f: () => void): void; writeHead(s: number): void },
    ) => {
      response.writeHead(201);
      const pour = () => {
        while (response.write(' '.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    }) as never);
    const { code, err } = await enrollAt(url);
    expect(code).toBe(4);
    expect(err).toContain('sent more than an answer can be');
  });
});

describe('the state directory', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sexton-attack-'));
    await mkdir(join(root, 'var/lib/sexton'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const part = () => join(root, `var/lib/sexton/key.new.${process.pid}.part`);

  it('never writes a key into a file that was there before', async () => {
    await writeFile(part(), '', { mode: 0o666 });
    await chmod(part(), 0o666);
    const directory = openStateDirectory(root);
    directory.write('key.new', 'a key');
    expect((await stat(directory.fileOf('key.new'))).mode & 0o077).toBe(0);
  });

  it('never writes through a link to somewhere else', async () => {
    const target = join(root, 'passwd');
    await writeFile(target, 'mine');
    await symlink(target, part());
    try {
      openStateDirectory(root).write('key.new', 'a key');
    } catch {
      // Refusing is as good.
    }
    expect(await readFile(target, 'utf8')).toBe('mine');
  });

  it('never writes its lock through a link either', async () => {
    const target = join(root, 'passwd');
    await writeFile(target, 'mine');
    await symlink(target, join(root, `var/lib/sexton/run.lock.${process.pid}`));
    try {
      takeRunLock(join(root, 'var/lib/sexton'))?.release();
    } catch {
      // Refusing is as good.
    }
    expect(await readFile(target, 'utf8')).toBe('mine');
  });
});
