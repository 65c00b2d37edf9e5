/** The built Sexton on a data directory of its own, as `npm start` runs it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { D1Database } from '@cloudflare/workers-types';

const project = new URL('../../../', import.meta.url);
// The project's scripts are plain JavaScript; what is used of them is said here.
const load = (name: string) => import(new URL(`scripts/${name}`, project).href);

export type Sexton = {
  readonly url: string;
  readonly db: D1Database;
  readonly runCron: () => Promise<void>;
  /** A fresh one-use address to sign in at. */
  readonly makeLink: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

const secret = Buffer.alloc(32, 5).toString('base64');

export const makeDirectory = (): string => mkdtempSync(join(tmpdir(), 'sexton-browser-'));
export const removeDirectory = (path: string): void => rmSync(path, { recursive: true, force: true });

export async function runSexton(dataDir: string, build: boolean): Promise<Sexton> {
  if (build) await (await load('build.mjs')).buildAll();
  const server = await (await load('serve.mjs')).startServer({ dataDir, port: 0, env: { SEXTON_SECRET: secret } });
  const { makeLink } = await (await load('load-commands.mjs')).loadCommands();
  return {
    ...server,
    makeLink: async () => {
      const link = await makeLink(server.db, { SEXTON_SECRET: secret });
      if (!link.ok) throw new Error(link.error);
      return server.url + link.value.path;
    },
  };
}

/** Three nodes of one cluster check in, every rule with something to say. Their code knows the Worker's types, which pages do not. */
export async function feedSampleCluster({ url, db }: Sexton): Promise<void> {
  const { feedSampleCluster: feed } = await import(new URL('test/bench/feed-cluster.ts', project).href);
  await feed(url, db);
}

export type FakeNode = { readonly run: (...words: string[]) => Promise<{ readonly code: number; readonly out: string }>; readonly directory: string };

/** A node made of prepared files and commands; the real collector runs on it. */
export function makeFakeNode(): FakeNode {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-node-'));
  cpSync(fileURLToPath(new URL('test/fixtures/fake-node', project).href), directory, { recursive: true, verbatimSymlinks: true });
  const bundle = fileURLToPath(new URL('dist/sexton-collector.mjs', project).href);
  const env = { ...process.env, PATH: `${directory}/bin:${process.env.PATH}` };
  const run = async (...words: string[]) => {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [bundle, ...words, '--root', `${directory}/root`], { env });
      return { code: 0, out: stdout + stderr };
    } catch (error) {
      const ended = error as { code?: number; stdout?: string; stderr?: string };
      return { code: ended.code ?? -1, out: `${ended.stdout ?? ''}${ended.stderr ?? ''}` };
    }
  };
  return { run, directory };
}
