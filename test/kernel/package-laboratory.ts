/** What the test of the Debian package needs around the machine: two versions of it, a server, one that never answers. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Server } from './laboratory';
import { buildImage, runInMachine } from './machine';

const project = join(import.meta.dirname, '../..');

/** One step of package.sh: what it said, how it ended. */
export type Step = { readonly said: string; readonly exitCode: number; readonly ms: number };
export type Life = { readonly step: (name: string) => Step; readonly file: (name: string) => string; readonly console: string };

type MakePackage = (options: { program: Buffer; version: string }) => Promise<Buffer>;

export async function livePackage(server: Server): Promise<Life> {
  const image = await buildImage();
  const directory = await mkdtemp(join(tmpdir(), 'sexton-package-'));
  const mute = await openMuteServer();
  try {
    const { makePackage }: { makePackage: MakePackage } = await import(pathToFileURL(join(project, 'scripts/build-package.mjs')).href);
    const program = await readFile(join(project, 'dist/sexton-collector.mjs'));
    for (const [name, version] of [
      ['package', '0.3.0'],
      ['newer-package', '0.3.1'],
    ] as const) {
      const file = `sexton-collector_${version}_all.deb`;
      await writeFile(join(directory, file), await makePackage({ program, version }));
      await writeFile(join(directory, name), file);
    }
    await Promise.all([
      cp(join(import.meta.dirname, 'scenario'), join(directory, 'scenario'), { recursive: true }),
      cp(join(import.meta.dirname, 'package.sh'), join(directory, 'package.sh')),
      writeFile(join(directory, 'server'), server.url.replace('127.0.0.1', '10.0.2.2')),
      writeFile(join(directory, 'mute'), `http://10.0.2.2:${mute.port}`),
      writeFile(join(directory, 'token'), server.token, { mode: 0o600 }),
    ]);
    const { exitCode, stdout, stderr } = await runInMachine(image, {
      directory,
      script: 'package.sh',
      disks: ['san:256M', 'local:256M', 'spare0:64M', 'spare1:64M'],
      limitSeconds: 780,
      init: 'systemd',
    });
    if (exitCode !== 0) throw new Error(`the life of the package ended with exit code ${exitCode}\n${stdout}\n${stderr}`);
    return await readLife(join(directory, 'out'), `${stdout}\n${stderr}`);
  } finally {
    mute.stop();
    if (process.env.KEEP_PACKAGE_LIFE !== undefined) {
      await mkdir(process.env.KEEP_PACKAGE_LIFE, { recursive: true });
      await cp(join(directory, 'out'), process.env.KEEP_PACKAGE_LIFE, { recursive: true, force: true });
    }
    await rm(directory, { recursive: true, force: true });
  }
}

/** Takes every connection and says nothing, as a server that hangs. */
async function openMuteServer(): Promise<{ readonly port: number; readonly stop: () => void }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => open.add(socket.on('error', () => undefined)));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

async function readLife(out: string, console: string): Promise<Life> {
  const names = await readdir(out);
  const files = new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const)));
  const file = (name: string): string => {
    const text = files.get(name);
    if (text === undefined) throw new Error(`package.sh wrote no ${name}\n${console}`);
    return text;
  };
  const step = (name: string): Step => {
    const [exitCode = Number.NaN, ms = Number.NaN] = file(`${name}.end`).trim().split(' ').map(Number);
    return { said: file(name), exitCode, ms };
  };
  return { step, file, console };
}
