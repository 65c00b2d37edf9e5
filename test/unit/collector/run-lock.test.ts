import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMemory, writeMemory } from '../../../collector/state/memory';
import { takeRunLock } from '../../../collector/state/run-lock';
import { openStateDirectory } from '../../../collector/state/state-directory';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sexton-lock-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the run lock', () => {
  it('is held by one, and free again afterwards', () => {
    const lock = takeRunLock(root);
    expect(takeRunLock(root)).toBeUndefined();
    lock?.release();
    const next = takeRunLock(root);
    expect(next).toBeDefined();
    next?.release();
    expect(existsSync(join(root, 'run.lock'))).toBe(false);
  });

  it('is taken over from a process that is gone, from one whose number was given out again, and from garbage', async () => {
    for (const content of ['999999999 5\n', `${process.pid} 1\n`, '', 'garbage']) {
      await writeFile(join(root, 'run.lock'), content);
      const lock = takeRunLock(root);
      expect(lock, content).toBeDefined();
      lock?.release();
    }
    expect(await readdir(root)).toEqual([]);
  });
});

describe('what is remembered', () => {
  it('starts over when the file is of another version or broken', async () => {
    const directory = openStateDirectory(root);
    writeMemory(directory, { version: 1, sequence: 7 });
    expect(readMemory(directory).sequence).toBe(7);
    for (const broken of ['', 'null', '{"version":2,"sequence":9}', '{"version":1,"sequence":-1}', '{"version":1}']) {
      await writeFile(directory.fileOf('state.json'), broken);
      expect(readMemory(directory).sequence).toBe(0);
    }
  });
});
