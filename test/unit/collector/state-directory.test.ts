/** A state directory that somebody else prepared: refused with a reason, and nothing behind it touched. */
import { chmod, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStateDirectory } from '../../../collector/state-directory';
import { type FakeNode, makeFakeNode } from './fake-node';
import { type ServerReply, startTestServer, type TestServer } from './test-server';

const refused = (reason: string): ServerReply => ({ status: 403, body: { type: `urn:sexton:${reason}`, status: 403, detail: `says ${reason}` } });

let node: FakeNode;
let server: TestServer;
beforeEach(async () => {
  [node, server] = await Promise.all([makeFakeNode(), startTestServer()]);
});
afterEach(() => Promise.all([node.remove(), server.close()]));

const own = (name: string) => join(node.root, 'var/lib/sexton', name);
const enroll = () => node.run(['enroll', '--server', server.url, '--token-file', '-'], { input: 'sxe-acm-1-secret\n' });

/** A directory of the system that must stay as it is. */
async function makeElsewhere(): Promise<string> {
  const elsewhere = join(node.root, 'elsewhere');
  await mkdir(elsewhere);
  await chmod(elsewhere, 0o755);
  return elsewhere;
}
async function expectUntouched(elsewhere: string): Promise<void> {
  expect((await stat(elsewhere)).mode & 0o777).toBe(0o755);
  expect(await readdir(elsewhere)).toEqual([]);
}

describe('a state directory that somebody else prepared', () => {
  it('is refused when it is a link, and its target stays as it is', async () => {
    const elsewhere = await makeElsewhere();
    await mkdir(join(node.root, 'var/lib'), { recursive: true });
    await symlink(elsewhere, join(node.root, 'var/lib/sexton'));
    const { code, err } = await enroll();
    expect(code).toBe(2);
    expect(err).toMatch(/var\/lib\/sexton is a link\. Nothing was done\./);
    expect(() => openStateDirectory(node.root).write('key', 'a key')).toThrow();
    await expectUntouched(elsewhere);
  });

  it('is refused when its spool or a file is a link', async () => {
    const elsewhere = await makeElsewhere();
    for (const name of ['spool', 'key.new']) {
      const directory = name === 'spool' ? node.root : join(node.root, 'second');
      await mkdir(join(directory, 'var/lib/sexton'), { recursive: true });
      await symlink(elsewhere, join(directory, 'var/lib/sexton', name));
      expect(openStateDirectory(directory).claim()).toContain(`/${name} is a link.`);
    }
    expect(() => openStateDirectory(node.root).write('spool/newest', 'a message')).toThrow();
    await expectUntouched(elsewhere);
  });

  it('is refused when it belongs to somebody else, and stays as it was', async () => {
    const path = own('.');
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
    const { uid } = await stat(path);
    const says = openStateDirectory(node.root, uid + 1).claim();
    expect(says).toContain(`belongs to user ${uid}, and this runs as user ${uid + 1}. Nothing was done.`);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
    expect(openStateDirectory(node.root, uid).claim()).toBeUndefined();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });
});

describe('a key whose enrolment got lost', () => {
  it('is kept when the next try brings a wrong token', async () => {
    server.reply = () => ({ status: 201, body: '' });
    expect((await enroll()).code).toBe(4);
    const lost = await readFile(own('key.new'), 'utf8');
    server.reply = () => refused('token_unknown');
    expect((await enroll()).code).toBe(5);
    expect(await readFile(own('key.new'), 'utf8')).toBe(lost);
    await enroll();
    expect(new Set(server.arrived.map(({ keyid }) => keyid)).size).toBe(1);
  });
});
