/** The second machine: the built collector in it, and the bodies it printed. No server: what is sent is real-kernel.test.ts's. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DamageBodies } from './damage-verdicts';
import { buildImage, runInMachine } from './machine';

const project = join(import.meta.dirname, '../..');
const disks = [
  'san1:512M',
  'san2:512M',
  'local:256M',
  'pools:128M',
  'image:24M',
  ...['dead', 'half1', 'half2', 'path', 'both'].map((name) => `${name}:64M`),
];

export async function collectDamage(): Promise<DamageBodies> {
  const { buildCollector }: { buildCollector: () => Promise<unknown> } = await import(
    pathToFileURL(join(project, 'scripts/build-collector.mjs')).href
  );
  await buildCollector();
  const image = await buildImage();
  const directory = await mkdtemp(join(tmpdir(), 'sexton-kernel-'));
  try {
    await mkdir(join(directory, 'dist'));
    await Promise.all([
      cp(join(project, 'dist/sexton-collector.mjs'), join(directory, 'dist/sexton-collector.mjs')),
      cp(join(import.meta.dirname, 'scenario'), join(directory, 'scenario'), { recursive: true }),
      cp(join(import.meta.dirname, 'damage.sh'), join(directory, 'damage.sh')),
    ]);
    const { exitCode, stdout, stderr } = await runInMachine(image, { directory, script: 'damage.sh', disks, limitSeconds: 780 });
    if (exitCode !== 0) throw new Error(`the scenario ended with exit code ${exitCode}\n${stdout}\n${stderr}`);
    const { KEEP_SNAPSHOTS: keep } = process.env;
    const read = async (name: string) => {
      const body = await readFile(join(directory, 'out', `${name}.snapshot`), 'utf8');
      if (keep !== undefined) await writeFile(join(keep, `damage-${name}.snapshot`), body);
      return body;
    };
    if (keep !== undefined) await mkdir(keep, { recursive: true });
    return { damage: await read('damage'), intruders: await read('intruders'), stuck: await read('stuck'), pve2: await read('pve2') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
