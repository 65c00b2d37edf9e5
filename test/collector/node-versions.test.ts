import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { whyCaptured } from '../../collector/captures/why';
import { buildCollector } from '../../scripts/build-collector.mjs';
import { header, readings, state } from '../../worker/wire/snapshot';
import { type FakeNode, makeFakeNode } from './support/fake-node';

vi.setConfig({ testTimeout: 60_000 }); // programs are started by the dozen, on a machine that may be busy

const installed = join(import.meta.dirname, '../node-versions/node_modules');

let node: FakeNode;
beforeAll(async () => {
  node = await makeFakeNode();
});
afterAll(() => node.remove());

describe('the bundled collector', () => {
  // Debian's own: Proxmox VE 7, 8 and 9.
  it.each(['node12', 'node18', 'node20'])('collects on %s', async (name) => {
    const binary = join(installed, name, 'bin/node');
    expect(existsSync(binary), `${binary} is missing: npm test installs it`).toBe(true);
    const { code, out, err } = await node.run(['collect'], { node: binary });
    expect([code, err]).toEqual([0, '']);
    const [first = '', second = '', third = ''] = out.split('\n');
    header.parse(JSON.parse(first));
    readings.parse(JSON.parse(third));
    const { captures } = state.parse(JSON.parse(second));
    expect(captures.filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it('makes keys and speaks to a server on the oldest Node.js too', async () => {
    const binary = join(installed, 'node12/bin/node');
    const { code, err } = await node.run(['enroll', '--server', 'http://127.0.0.1:9', '--token-file', '-'], { node: binary, input: 'token' });
    expect([code, err]).toEqual([4, 'Could not reach 127.0.0.1:9 (ECONNREFUSED).\n']);
    expect(existsSync(join(node.root, 'var/lib/sexton/key.new'))).toBe(true);
  });

  it('says what it needs to a Node.js that is too old', async () => {
    const preload = join(node.root, 'older.cjs');
    await writeFile(preload, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '12.21.0' } });");
    const env = { NODE_OPTIONS: `--require ${preload}` };
    const { code, err } = await node.run(['status'], { node: join(installed, 'node12/bin/node'), env });
    expect([code, err]).toEqual([
      2,
      "sexton-collector needs Node.js 12.22 or newer. Proxmox VE has it in Debian's own repository: apt install nodejs\n",
    ]);
  });

  it('is one file below 100 KB', async () => {
    const file = await buildCollector({ outfile: join(node.root, 'sexton-collector.mjs') });
    expect((await stat(file)).size).toBeLessThan(100_000);
  });

  it('carries nothing that is only for people who read about it', async () => {
    const bundle = await readFile(await buildCollector({ outfile: join(node.root, 'sexton-collector.mjs') }), 'utf8');
    expect(Object.values(whyCaptured).filter((why) => bundle.includes(why))).toEqual([]);
  });
});
