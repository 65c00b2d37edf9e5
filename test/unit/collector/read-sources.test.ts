import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandPattern } from '../../../collector/machine/expand-pattern';
import { readSources } from '../../../collector/machine/read-sources';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sexton-read-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), content);
}

const guests = { source: { kind: 'files', patterns: ['/etc/pve/nodes/*/{qemu-server,lxc}/*.conf'] }, maxBytes: 1000 } as const;
const file = (path: string, maxBytes = 1000) => ({ source: { kind: 'file', path }, maxBytes }) as const;

describe('readSources', () => {
  it('finds the guests of all nodes, sorted by path, and nothing else', async () => {
    for (const path of [
      'pve2/lxc/105.conf',
      'pve1/qemu-server/104.conf',
      'pve1/qemu-server/100.conf',
      'pve1/qemu-server/notes.txt',
      'pve1/priv/9.conf',
    ]) {
      await put(`etc/pve/nodes/${path}`, 'x');
    }
    const { paths } = expandPattern(root, guests.source.patterns[0]);
    expect(paths).toEqual([
      '/etc/pve/nodes/pve1/qemu-server/100.conf',
      '/etc/pve/nodes/pve1/qemu-server/104.conf',
      '/etc/pve/nodes/pve2/lxc/105.conf',
    ]);
  });

  it('does not take an /etc/pve that is not mounted for a cluster without guests', async () => {
    await put('etc/pve/nodes/pve1/qemu-server/100.conf', 'left on the disk below the mount point');
    const [answer, vmlist] = readSources(root, [guests, file('/etc/pve/.vmlist')]);
    expect(answer).toMatchObject({ status: 'absent', files: [] });
    expect(answer?.reason).toContain('not mounted');
    expect(vmlist).toMatchObject({ status: 'absent' });
  });

  it('tells a mounted cluster without guests from that', async () => {
    await put('etc/pve/nodes/pve1/config', '');
    await symlink('nodes/pve1', join(root, 'etc/pve/local'));
    expect(readSources(root, [guests])).toEqual([{ status: 'ok', files: [] }]);
  });

  it('reads links as links', async () => {
    await put('etc/pve/x', '');
    await symlink('nodes/pve1', join(root, 'etc/pve/local'));
    const [answer] = readSources(root, [{ source: { kind: 'link', path: '/etc/pve/local' }, maxBytes: 100 }]);
    expect(answer?.out?.toString()).toBe('nodes/pve1');
  });

  it('keeps what it read of one file when it reads the next, however long they are', async () => {
    const contents = ['a'.repeat(200_000), 'b'.repeat(65_536), '', 'c'];
    for (const [index, content] of contents.entries()) await put(`etc/${index}`, content);
    const answers = readSources(
      root,
      contents.map((_content, index) => file(`/etc/${index}`, 200_000)),
    );
    expect(answers.map(({ out }) => out?.toString())).toEqual(contents);
  });

  it('cuts a file at its limit, between characters, and says so', async () => {
    await put('etc/fstab', 'ab€€€');
    expect(readSources(root, [file('/etc/fstab', 7)])).toMatchObject([{ status: 'ok', truncated: 5 }]);
    expect(readSources(root, [file('/etc/fstab', 11)])[0]).not.toHaveProperty('truncated');
  });

  it('does not wait for a pipe in a file’s place, and does not read a directory', async () => {
    await put('etc/x', '');
    execFileSync('mkfifo', [join(root, 'etc/fstab')]);
    expect(readSources(root, [file('/etc/fstab'), file('/etc'), file('/etc/none')])).toMatchObject([
      { status: 'unreadable', reason: 'not a file' },
      { status: 'unreadable', reason: 'not a file' },
      { status: 'absent', reason: 'ENOENT' },
    ]);
  });

  it('says of each file that no longer fits that it was skipped', async () => {
    await put('etc/pve/nodes/pve1/qemu-server/100.conf', 'a'.repeat(900));
    await put('etc/pve/nodes/pve1/qemu-server/101.conf', 'b'.repeat(900));
    await put('etc/pve/nodes/pve1/qemu-server/102.conf', 'c'.repeat(900));
    await symlink('nodes/pve1', join(root, 'etc/pve/local'));
    expect(readSources(root, [guests])[0]?.files).toMatchObject([{ status: 'ok' }, { status: 'ok', truncated: 100 }, { status: 'skipped' }]);
  });

  it('leaves out files of a fixed path that are not there', async () => {
    await put('etc/fstab', 'x');
    const [answer] = readSources(root, [
      { source: { kind: 'files', patterns: ['/etc/fstab', '/etc/crypttab', '/etc/drbd.d/*.res'] }, maxBytes: 100 },
    ]);
    expect(answer?.files?.map(({ path }) => path)).toEqual(['/etc/fstab']);
  });
});

describe('files that are read from their end', () => {
  const index = (maxBytes: number) =>
    readSources(root, [{ source: { kind: 'files', patterns: ['/log/index', '/log/index.1'], isFromEnd: true }, maxBytes }]);

  it('gives whole lines of the end, and counts them as all of it', async () => {
    await put('log/index', 'first line\nsecond line\nthird line\n');
    expect(index(20)).toMatchObject([{ status: 'ok', files: [{ path: '/log/index', status: 'ok', out: Buffer.from('third line\n') }] }]);
    expect(index(1000)[0]?.files?.[0]?.out?.toString()).toBe('first line\nsecond line\nthird line\n');
    expect(index(20)[0]?.files?.[0]?.truncated).toBeUndefined();
  });
});

describe('the table of locks', () => {
  const read = () => readSources(root, [{ source: { kind: 'locks', path: '/proc/locks' }, maxBytes: 100_000 }])[0];

  it('names lock files by device and inode, and processes that hold or wait for a lock on a whole file', async () => {
    await put('run/lock/lvm/V_san1vg', '');
    await put('run/lock/lvm/other', '');
    await put('proc/uptime', '100.5 1\n');
    await put('proc/stat', 'cpu 1 2\nbtime 1795000000\n');
    await put(
      'proc/locks',
      '1: FLOCK  ADVISORY  WRITE 4711 00:1a:9 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 4712 00:1a:9 0 EOF\n2: POSIX  ADVISORY  WRITE 4713 00:1a:9 0 EOF\n',
    );
    for (const pid of [4711, 4712, 4713]) await put(`proc/${pid}/stat`, `${pid} (vgs) S 1\n`);
    await put('proc/sysvipc/sem', '       key      semid\n');
    const { dev, ino } = await stat(join(root, 'run/lock/lvm/V_san1vg'));
    const text = read()?.out?.toString() ?? '';
    expect(text.split('\n')).toEqual([
      `file ${dev}:${ino} V_san1vg`,
      'up 100.5 1',
      'btime 1795000000',
      ...[
        '1: FLOCK  ADVISORY  WRITE 4711 00:1a:9 0 EOF',
        '1: -> FLOCK  ADVISORY  WRITE 4712 00:1a:9 0 EOF',
        '2: POSIX  ADVISORY  WRITE 4713 00:1a:9 0 EOF',
      ],
      ...['4711 (vgs) S 1', '4712 (vgs) S 1', '       key      semid', ''],
    ]);
  });

  it('is missing where the kernel shows no locks, and empty where LVM never ran', async () => {
    expect(read()).toMatchObject({ status: 'absent', reason: 'ENOENT' });
    await put('proc/locks', '');
    expect(read()).toMatchObject({ status: 'ok', out: Buffer.from('') });
  });
});
