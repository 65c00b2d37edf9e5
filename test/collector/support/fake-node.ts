/** A copy of the fake node in a temporary directory, and the bundled collector run on it as a program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCollector } from '../../../scripts/build-collector.mjs';

const fixture = join(import.meta.dirname, '../../fixtures/fake-node');

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string };
export type RunOptions = {
  readonly input?: string;
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (child: ChildProcess) => void;
};

export type FakeNode = {
  readonly root: string;
  readonly bin: string;
  /** The program. */
  readonly bundle: string;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Replaces a stub command. */
  readonly stub: (name: string, script: string) => Promise<void>;
  readonly remove: () => Promise<void>;
};

let bundled: Promise<Buffer> | undefined;

/** Built once per test file, always from the sources as they are. */
function bundleOnce(): Promise<Buffer> {
  bundled ??= buildBundle();
  return bundled;
}

async function buildBundle(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'sexton-bundle-'));
  const bundle = await readFile(await buildCollector({ outfile: join(directory, 'sexton-collector.mjs') }));
  await rm(directory, { recursive: true });
  return bundle;
}

export async function makeFakeNode(): Promise<FakeNode> {
  const directory = await mkdtemp(join(tmpdir(), 'sexton-fake-node-'));
  await cp(fixture, directory, { recursive: true, verbatimSymlinks: true });
  const [root, bin] = [join(directory, 'root'), join(directory, 'bin')];
  await rm(join(root, 'var/lib/sexton'), { recursive: true, force: true });
  const bundle = join(directory, 'sexton-collector.mjs');
  await writeFile(bundle, await bundleOnce());
  return {
    root,
    bin,
    bundle,
    run: (args, { input, node = process.execPath, env = {}, onStart } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(node, [bundle, ...args, '--root', root], { env: { PATH: `${bin}:${process.env.PATH}`, ...env } });
        onStart?.(child);
        let [out, err] = ['', ''];
        child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
        child.on('error', reject).on('close', (code) => resolve({ code, out, err }));
        child.stdin.on('error', () => undefined).end(input ?? '');
      }),
    stub: async (name, script) => {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
