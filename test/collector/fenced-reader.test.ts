import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerFencedRead, readFenced } from '../../collector/machine/fenced-reader';

const requests = [
  { source: { kind: 'file', path: '/etc/pve/.vmlist' }, maxBytes: 100 },
  { source: { kind: 'files', patterns: ['/etc/pve/nodes/*/lxc/*.conf'] }, maxBytes: 100 },
] as const;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sexton-fence-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Stands for this very program as the child that reads. */
async function childThat(code: string): Promise<string> {
  const script = join(directory, 'child.mjs');
  await writeFile(script, code);
  return script;
}

describe('reading /etc/pve in a child', () => {
  it('says of every file that time was up when the file system never answers, and goes on', async () => {
    const { answers, left } = await readFenced(await childThat('setInterval(() => undefined, 1000);'), directory, requests, 0.5);
    expect(answers.map(({ status }) => status)).toEqual(['timeout', 'timeout']);
    expect(left).toBeUndefined();
  });

  it('takes nothing from a child that fails or speaks nonsense', async () => {
    for (const code of ['process.exit(3)', 'console.log("{")', 'console.log("[]")', 'console.log("7")']) {
      const { answers } = await readFenced(await childThat(code), directory, requests, 5);
      expect(answers.map(({ status }) => status)).toEqual(['unreadable', 'unreadable']);
    }
  });

  it('carries any bytes', async () => {
    const carried = Buffer.from([0, 255, 10, 34]).toString('base64');
    const code = `console.log(JSON.stringify([{ status: 'ok', out: '${carried}' }, { status: 'ok', files: [{ path: '/x', status: 'ok', out: '${carried}' }] }]))`;
    const { answers } = await readFenced(await childThat(code), directory, requests, 5);
    expect(answers[0]?.out).toEqual(Buffer.from([0, 255, 10, 34]));
    expect(answers[1]?.files?.[0]?.out).toEqual(Buffer.from([0, 255, 10, 34]));
  });

  it('answers in the child exactly what was asked', () => {
    expect(JSON.parse(answerFencedRead(directory, JSON.stringify(requests)))).toMatchObject([{ status: 'absent' }, { status: 'absent', files: [] }]);
  });
});
