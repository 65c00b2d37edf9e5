/** A state directory that somebody else prepared: refused with a reason, and nothing behind it touched. */
import { chmod, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStateDirectory } from '../../collector/state/state-directory';
import { problem, useNodeAndServer } from './support/node-and-server';

const stage = useNodeAndServer();
const { own, enroll } = stage;

/** A directory of the system that must stay as it is. */
async function makeElsewhere(): Promise<string> {
  const elsewhere = join(stage.node.root, 'elsewhere');
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
    await mkdir(join(stage.node.root, 'var/lib'), { recursive: true });
    await symlink(elsewhere, join(stage.node.root, 'var/lib/sexton'));
    const { code, err } = await enroll();
    expect(code).toBe(2);
    expect(err).toMatch(/var\/lib\/sexton is a link\. Nothing was done\./);
    expect(() => openStateDirectory(stage.node.root).write('key', 'a key')).toThrow();
    await expectUntouched(elsewhere);
  });

  it('is refused when its spool or a file is a link', async () => {
    const elsewhere = await makeElsewhere();
    for (const name of ['spool', 'key.new']) {
      const directory = name === 'spool' ? stage.node.root : join(stage.node.root, 'second');
      await mkdir(join(directory, 'var/lib/sexton'), { recursive: true });
      await symlink(elsewhere, join(directory, 'var/lib/sexton', name));
      expect(openStateDirectory(directory).claim()).toContain(`/${name} is a link.`);
    }
    expect(() => openStateDirectory(stage.node.root).write('spool/newest', 'a message')).toThrow();
    await expectUntouched(elsewhere);
  });

  it('is refused when it belongs to somebody else, and stays as it was', async () => {
    const path = own('.');
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
    const { uid } = await stat(path);
    const says = openStateDirectory(stage.node.root, uid + 1).claim();
    expect(says).toContain(`belongs to user ${uid}, and this runs as user ${uid + 1}. Nothing was done.`);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
    expect(openStateDirectory(stage.node.root, uid).claim()).toBeUndefined();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });
});

describe('a key whose enrolment got lost', () => {
  it('is kept when the next try brings a wrong token', async () => {
    stage.server.reply = () => ({ status: 201, body: '' });
    expect((await enroll()).code).toBe(4);
    const lost = await readFile(own('key.new'), 'utf8');
    stage.server.reply = () => problem(403, 'token_unknown');
    expect((await enroll()).code).toBe(5);
    expect(await readFile(own('key.new'), 'utf8')).toBe(lost);
    await enroll();
    expect(new Set(stage.server.arrived.map(({ keyid }) => keyid)).size).toBe(1);
  });
});
