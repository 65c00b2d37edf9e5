import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProcess, parseProcessTable, readProcess, readProcessTable } from '../../../collector/machine/process-table';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sexton-processes-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A stat line with the fields that are read: state, ppid, utime, stime, starttime. */
const stat = (pid: number, comm: string, state: string) =>
  `${pid} (${comm}) ${state} 1 ${pid} ${pid} 0 -1 4194560 100 0 0 0 70 30 0 0 20 0 1 0 ${pid * 10} 1000000 200 18446744073709551615\n`;

async function put(pid: number | string, content: string): Promise<void> {
  await mkdir(join(root, 'proc', String(pid)), { recursive: true });
  await writeFile(join(root, 'proc', String(pid), 'stat'), content);
}

describe('readProcessTable', () => {
  it('is one line for each process, by pid', async () => {
    await put(4711, stat(4711, 'kvm', 'D'));
    await put(2, stat(2, 'kthreadd', 'S'));
    await put('self', stat(2, 'no process', 'S'));
    const { status, out } = readProcessTable(root, 1000);
    expect([status, out?.toString()]).toEqual(['ok', '2 1 S 20 100 kthreadd\n4711 1 D 47110 100 kvm\n']);
  });

  it('takes a name that ends its own parentheses, breaks lines or hides escapes for a name', async () => {
    await put(10, stat(10, 'a) R 1 1 (b\n20 1 S 1 1 fake\u001b[2J €', 'Z'));
    const text = readProcessTable(root, 1000).out?.toString() ?? '';
    expect(text).toBe('10 1 Z 100 100 a__R_1_1__b_20_1_S_1_1_fake__2J____\n');
    expect(parseProcessTable(text)).toHaveLength(1);
  });

  it('leaves out what is no stat file, and goes on', async () => {
    await put(10, '');
    await put(11, '11 (cut) S 1 2 3');
    await put(12, 'x'.repeat(10_000));
    await mkdir(join(root, 'proc/13/stat'), { recursive: true });
    execFileSync('mkfifo', [join(root, 'proc/fifo')]);
    await mkdir(join(root, 'proc/14'));
    execFileSync('mkfifo', [join(root, 'proc/14/stat')]);
    await put(15, stat(15, 'sh', 'R'));
    expect(readProcessTable(root, 1000).out?.toString()).toBe('15 1 R 150 100 sh\n');
  });

  it('cuts between lines and says so', async () => {
    await put(10, stat(10, 'first', 'S'));
    await put(11, stat(11, 'second', 'S'));
    expect(readProcessTable(root, 30)).toMatchObject({ status: 'ok', out: Buffer.from('10 1 S 100 100 first\n'), truncated: 21 });
  });

  it('calls a node without /proc absent, never a node without processes', async () => {
    expect(readProcessTable(root, 1000).status).toBe('absent');
    await mkdir(join(root, 'proc'));
    expect(readProcessTable(root, 1000).status).toBe('absent');
  });

  it('reads the processes of this machine', async () => {
    const child = spawn('sleep', ['60']);
    try {
      const table = parseProcessTable(readProcessTable('', 16_000_000).out?.toString() ?? '');
      const found = table.find(({ pid }) => pid === child.pid);
      expect(found).toMatchObject({ ppid: process.pid, state: 'S', comm: 'sleep' });
      expect(table.map(formatProcess).map((line) => parseProcessTable(line).length)).not.toContain(0);
      expect(found?.start).toBe(readProcess(child.pid ?? 0)?.start);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
