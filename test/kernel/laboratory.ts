/** Everything the kernel test needs around the machine: the built collector, a server on this host, the scenario's files and results. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProbe } from '../../scripts/build-probe.mjs';
import { buildImage, runInMachine } from './machine';

const project = join(import.meta.dirname, '../..');
export const churnCaptures = 4;

export type Sent = { readonly exitCode: number; readonly said: string };

export type Results = {
  /** The bodies collected as pve1, as pve2, and as pve1 during the churn. */
  readonly pve1: string;
  readonly pve2: string;
  readonly churn: readonly string[];
  /** What sexton-probe.sh printed at the same moments. */
  readonly probed: Readonly<Record<'pve1' | 'pve2', string>>;
  /** Files below /run that were written meanwhile. */
  readonly probeWrote: string;
  readonly enrolled: Readonly<Record<'pve1' | 'pve2', Sent>>;
  readonly sent: Readonly<Record<'pve1' | 'pve2', Sent>>;
  readonly console: string;
};

export type Server = {
  readonly url: string;
  readonly db: D1Database;
  readonly stop: () => Promise<void>;
  readonly token: string;
  readonly link: string;
};

type StartServer = (options: { dataDir: string; port: number; env: Record<string, string> }) => Promise<Omit<Server, 'token' | 'link'>>;
type FirstSteps = { ok: true; value: { link: { path: string }; token?: { text: string } } } | { ok: false; error: string };

/** What `npm start` does, on any free port, with data that is thrown away. */
export async function startServer(dataDir: string): Promise<Server> {
  const scripts = (name: string) => import(pathToFileURL(join(project, 'scripts', name)).href);
  const { buildAll }: { buildAll: () => Promise<void> } = await scripts('build.mjs');
  await buildAll();
  const { startServer: start }: { startServer: StartServer } = await scripts('serve.mjs');
  const { readOrMakeSecrets }: { readOrMakeSecrets: (dataDir: string) => Record<string, string> } = await scripts('secrets.mjs');
  const { loadCommands }: { loadCommands: () => Promise<{ prepareFirstSteps: (db: D1Database, env: object) => Promise<FirstSteps> }> } =
    await scripts('load-commands.mjs');
  const env = { ...readOrMakeSecrets(dataDir), OWNER_EMAIL: 'owner@example.com' };
  const server = await start({ dataDir, port: 0, env });
  const steps = await (await loadCommands()).prepareFirstSteps(server.db, env);
  if (!steps.ok || steps.value.token === undefined) {
    await server.stop();
    throw new Error(`no enrolment token: ${steps.ok ? 'none made' : steps.error}`);
  }
  return { ...server, token: steps.value.token.text, link: steps.value.link.path };
}

/** Runs the whole scenario once. The machine reaches this host's loopback as 10.0.2.2. */
export async function runScenario(server: Server): Promise<Results> {
  const image = await buildImage();
  const directory = await mkdtemp(join(tmpdir(), 'sexton-kernel-'));
  try {
    await mkdir(join(directory, 'dist'));
    await Promise.all([
      cp(join(project, 'dist/sexton-collector.mjs'), join(directory, 'dist/sexton-collector.mjs')),
      cp(join(project, 'dist/sexton-probe.sh'), join(directory, 'dist/sexton-probe.sh')),
      buildProbe({ outfile: join(directory, 'dist/sexton-probe-below-root.sh'), forTests: true }),
      cp(join(import.meta.dirname, 'scenario'), join(directory, 'scenario'), { recursive: true }),
      cp(join(import.meta.dirname, 'scenario.sh'), join(directory, 'scenario.sh')),
      writeFile(join(directory, 'server'), server.url.replace('127.0.0.1', '10.0.2.2')),
      writeFile(join(directory, 'token'), server.token, { mode: 0o600 }),
      writeFile(join(directory, 'churn-captures'), String(churnCaptures)),
    ]);
    const spares = Array.from({ length: 8 }, (_, number) => `spare${number}:64M`);
    const { exitCode, stdout, stderr } = await runInMachine(image, {
      directory,
      script: 'scenario.sh',
      disks: ['san:1G', 'local:1G', ...spares],
      limitSeconds: 780,
    });
    if (exitCode !== 0) throw new Error(`the scenario ended with exit code ${exitCode}\n${stdout}\n${stderr}`);
    return await readResults(join(directory, 'out'), `${stdout}\n${stderr}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readResults(out: string, console: string): Promise<Results> {
  const read = (name: string) => readFile(join(out, name), 'utf8');
  const result = async (name: string): Promise<Sent> => ({ exitCode: Number(await read(`${name}.exit`)), said: await read(name) });
  const churn = Array.from({ length: churnCaptures }, (_, index) => read(`churn-${index + 1}.snapshot`));
  return {
    pve1: await read('pve1.snapshot'),
    pve2: await read('pve2.snapshot'),
    churn: await Promise.all(churn),
    probed: { pve1: await read('pve1.probe'), pve2: await read('pve2.probe') },
    probeWrote: await read('pve1.probe.wrote'),
    enrolled: { pve1: await result('pve1.enroll'), pve2: await result('pve2.enroll') },
    sent: { pve1: await result('pve1.send'), pve2: await result('pve2.send') },
    console,
  };
}

/** Kept on request, so that they can be looked at and become fixtures. */
export async function keepSnapshots(directory: string, { pve1, pve2, churn }: Results): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files = Object.entries({ pve1, pve2, ...Object.fromEntries(churn.map((body, index) => [`churn-${index + 1}`, body])) });
  await Promise.all(files.map(([name, body]) => writeFile(join(directory, `${name}.snapshot`), body)));
}
