/** The Debian package, by Debian's own tools: dpkg reads it, lintian has nothing to say, and it is the same every time. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../collector/arguments';
import packageJson from '../../package.json';

const load = (name: string) => import(new URL(`../../scripts/${name}`, import.meta.url).href);
const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../collector/${path}`, import.meta.url).href), 'utf8');
type MakePackage = (options: { program: Buffer; version?: string }) => Promise<Buffer>;

let directory: string;
let file: string;
let makePackage: MakePackage;
let program: Buffer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sexton-package-'));
  const { buildCollector } = await load('build-collector.mjs');
  program = readFileSync(await buildCollector({ outfile: join(directory, 'sexton-collector.mjs') }));
  makePackage = (await load('build-package.mjs')).makePackage;
  file = join(directory, `sexton-collector_${packageJson.version}_all.deb`);
  writeFileSync(file, await makePackage({ program }));
});
afterAll(() => rmSync(directory, { recursive: true }));

const dpkgDeb = (...words: string[]) => execFileSync('dpkg-deb', words, { encoding: 'utf8' });

test('the same source gives the same bytes', async () => {
  expect((await makePackage({ program })).equals(readFileSync(file))).toBe(true);
});

test('dpkg reads name, version, architecture and what it needs', () => {
  expect(dpkgDeb('-f', file, 'Package', 'Version', 'Architecture', 'Depends')).toBe(
    `Package: sexton-collector\nVersion: ${packageJson.version}\nArchitecture: all\nDepends: nodejs (>= 12.22)\n`,
  );
});

test('everything in it belongs to root, and nobody else may write it', () => {
  const lines = dpkgDeb('-c', file).trim().split('\n');
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(line).toMatch(/^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) root\/root /);
});

test('the program in it is the one that was built, and its checksums are right', () => {
  const root = join(directory, 'root');
  dpkgDeb('-x', file, root);
  dpkgDeb('-e', file, join(root, 'DEBIAN'));
  expect(readFileSync(join(root, 'usr/lib/sexton-collector/sexton-collector.mjs')).equals(program)).toBe(true);
  const checked = execFileSync('md5sum', ['-c', 'DEBIAN/md5sums'], { cwd: root, encoding: 'utf8' });
  expect(checked.trim().split('\n')).toHaveLength(dpkgDeb('-c', file).match(/^-/gm)?.length ?? 0);
});

test('lintian has nothing to say', () => {
  const { stdout, stderr, status } = spawnSync(
    'lintian',
    ['--allow-root', '--pedantic', '--display-info', '--fail-on', 'error,warning,info,pedantic', file],
    {
      encoding: 'utf8',
    },
  );
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});

test.each(['postinst', 'prerm', 'postrm', 'sexton-collector'])('dash reads %s', (name) => {
  const { status, stderr } = spawnSync('dash', ['-n'], { input: read(`debian/${name}`), encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the changelog begins with this version', () => {
  expect(read('debian/changelog')).toMatch(new RegExp(`^sexton-collector \\(${packageJson.version.replaceAll('.', '\\.')}\\) `));
});

test('the manual page knows every command', () => {
  const page = read('debian/sexton-collector.8');
  for (const command of commands) expect(page, command).toMatch(new RegExp(`^\\.B ${command}\\b`, 'm'));
});
