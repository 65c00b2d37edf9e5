/** What /usr/bin/sexton-collector does before Node.js runs: with the shells of Debian, and with other Node.js than it needs. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const needed = "sexton-collector needs Node.js 12.22 or newer. Proxmox VE has it in Debian's own repository: apt install nodejs\n";
const launcher = join(import.meta.dirname, '../../collector/debian/sexton-collector');
const installedAt = '/usr/lib/sexton-collector/sexton-collector.mjs';

let directory: string;
let script: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sexton-launcher-'));
  script = join(directory, 'launcher');
  const text = await readFile(launcher, 'utf8');
  expect(text.split(installedAt)).toHaveLength(2);
  await writeFile(script, text.replace(installedAt, join(directory, 'program.mjs')));
  await writeFile(join(directory, 'program.mjs'), 'console.log(JSON.stringify(process.argv.slice(2)));process.exitCode = 4;');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function fakeNode(name: string, says: string): Promise<void> {
  const file = join(directory, name);
  await writeFile(file, `#!/bin/sh\n${says}\n`);
  await chmod(file, 0o755);
}
/** Nothing else is found: PATH holds this directory only. */
function launch(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [script, ...args], { env: { PATH: directory }, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('the launcher', () => {
  it('says what is needed where there is no Node.js', () => {
    expect(launch('send', '--quiet')).toEqual({ code: 2, out: '', err: needed });
  });

  it.each([
    'echo v10.24.0',
    'echo v12.21.0',
    'echo v8.0.0',
    'echo v0.12.22',
    'echo',
    'echo node',
    'echo vX.22.1',

    'exit 1',
    'exit 139',
  ])('says what is needed where the Node.js there is answers "%s"', async (says) => {
    await fakeNode('node', says);
    expect(launch('status')).toEqual({ code: 2, out: '', err: needed });
  });

  it.each(['v12.22.0', 'v18.20.4', 'v20.19.2', 'v24.0.0-rc.1'])('becomes the program on %s', async (version) => {
    await fakeNode('node', `[ "$1" = --version ] && { echo ${version}; exit 0; }; echo "$@"; exit 3`);
    expect(launch('send', 'a b')).toEqual({ code: 3, out: `${join(directory, 'program.mjs')} send a b\n`, err: '' });
  });

  it('passes arguments and the exit code as they are', async () => {
    await symlink(process.execPath, join(directory, 'node'));
    const args = ['enroll', '--server', 'https://x', "it's", '$(id)', '', '-n', 'two\nlines'];
    const { code, out } = launch(...args);
    expect([code, JSON.parse(out)]).toEqual([4, args]);
  });

  it("takes Debian's own when the first one found is too old", async () => {
    await fakeNode('node', 'echo v10.0.0');
    await symlink(process.execPath, join(directory, 'nodejs'));
    expect(launch('status').code).toBe(4);
  });
});
