/** One boot with systemd: the package is installed, enrolled, run by its timer, upgraded, removed and purged; see package.sh. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, startServer } from './laboratory';
import { type Life, livePackage } from './package-laboratory';

let dataDir: string;
let server: Server | undefined;
let life: Life;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sexton-package-data-'));
  server = await startServer(dataDir);
  life = await livePackage(server);
});
afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const expectDone = (...names: string[]) => {
  for (const name of names) expect(life.step(name), `${name}\n${life.console}`).toMatchObject({ exitCode: 0 });
};

describe('installed', () => {
  it('the timer is enabled and runs, and the next step is said', () => {
    expectDone('install', 'timer', 'timer-active');
    expect(life.step('install').said).toContain('sexton-collector enroll --server');
  });

  it('nothing happens before it is enrolled', () => expectDone('not-enrolled'));

  it('systemd has nothing to say about the units', () => expect(life.step('verify')).toMatchObject({ exitCode: 0, said: '' }));

  it('the sandbox leaves little', () => {
    const [, level = ''] = /Overall exposure level for sexton-collector\.service: ([\d.]+)/.exec(life.step('security').said) ?? [];
    expect(Number(level), life.step('security').said).toBeLessThan(4);
  });
});

type Capture = { readonly id: string; readonly status: string };
const linesOf = (snapshot: string) => snapshot.trim().split('\n');
const capturesOf = (line = '{}'): readonly Capture[] => (JSON.parse(line) as { captures: Capture[] }).captures;

describe('the sandbox', () => {
  it('blinds no capture: the state is the same to the byte, the readings were read the same way', () => {
    expectDone('enrol', 'sandboxed');
    const plain = linesOf(life.file('plain.snapshot'));
    const inside = linesOf(life.file('sandboxed.said'));
    expect(inside[1]).toBe(plain[1]);
    const outcome = (line: string | undefined) => capturesOf(line).map(({ id, status }) => ({ id, status }));
    expect(outcome(plain[2]).length).toBeGreaterThan(0);
    expect(outcome(inside[2])).toEqual(outcome(plain[2]));
  });

  it('what was compared was worth it', () => {
    const read = capturesOf(linesOf(life.file('plain.snapshot'))[1])
      .filter(({ status }) => status === 'ok')
      .map(({ id }) => id);
    expect(read).toEqual(expect.arrayContaining(['dm.info.1', 'dm.table', 'lvm.report', 'pve.guests', 'pve.storage', 'qm.list', 'pct.list']));
  });

  it('lets nothing be changed but its own directory and lock files', () => {
    expectDone('attempts');
    const tried = life.file('attempts.said').trim().split('\n');
    expect(tried.filter((line) => !line.endsWith(': refused'))).toEqual([
      'own-directory: done',
      'read-disk: done',
      'lock-files: done',
      'container-locks: done',
    ]);
    expect(tried.length).toBeGreaterThan(10);
  });

  it('starts also while the cluster file system and a mounted storage hang', () => {
    expectDone('hanging');
    expect(life.file('hanging.said')).toContain('san1vg-vm--100--disk--0');
  });
});

describe('enrolled', () => {
  it('the timer starts the service, and the server hears of it', async () => {
    const said = life.file('by-timer');
    expect(said).toContain('Result=success');
    expect(said).toMatch(/^ExecMainStatus=[01]$/m);
    const [, begun] = /^ExecMainStartTimestampMonotonic=(\d+)$/m.exec(said) ?? [];
    expect(Number(begun)).toBeGreaterThan(Number(/^before (\d+)$/m.exec(said)?.[1]));
    const heard = await server?.db.prepare('SELECT count(*) AS n FROM nodes WHERE state_at IS NOT NULL').first<{ n: number }>();
    expect(heard?.n).toBeGreaterThan(0);
  });

  it('an upgrade and a removal keep key and enrolment, and a new installation goes on', () => {
    expectDone('upgrade', 'timer-after-upgrade', 'remove', 'reinstall', 'timer-after-reinstall');
    const key = life.file('before-upgrade');
    for (const name of ['after-upgrade', 'after-remove', 'after-reinstall']) expect(life.file(name), name).toBe(key);
    expect(life.step('reinstall').said).toContain('still enrolled');
  });
});

describe('purged', () => {
  it('nothing is left', () => {
    expectDone('remove-2', 'purge');
    expect(life.file('after')).toBe(life.file('before'));
    expect(life.step('known').exitCode).not.toBe(0);
  });

  it('also together with Node.js', () => {
    expectDone('enrol-3', 'purge-all', 'node-gone');
    const before = new Set(life.file('before').split('\n'));
    expect(
      life
        .file('after-all')
        .split('\n')
        .filter((path) => !before.has(path)),
    ).toEqual([]);
    expect(life.file('after-all')).not.toContain('sexton-collector');
  });

  it('a server that hangs costs five seconds and stops nothing', () => {
    expectDone('enrol-2', 'purge-mute');
    expect(life.step('purge-mute').said).toContain('the server could not be told');
    expect(life.step('purge-mute').ms).toBeLessThan(life.step('remove-2').ms + life.step('purge').ms + 8_000);
  });

  // The second enrolment could not be taken back; the third is the same machine, which gets its place again.
  it('the server was told by whoever could reach it, also without Node.js', async () => {
    const goodbyes = await server?.db.prepare("SELECT count(*) AS n FROM audit_events WHERE action = 'node.goodbye'").first<{ n: number }>();
    expect(goodbyes?.n).toBe(2);
    const rows = await server?.db.prepare('SELECT status FROM nodes').all<{ status: string }>();
    expect(rows?.results).toEqual([{ status: 'retired' }, { status: 'retired' }]);
  });
});
