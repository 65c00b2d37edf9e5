/** The collector inside the test's own process: with the clock, the chance and the patience the test gives it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli, type Surroundings } from '../../../collector/run-cli';
import type { Stage } from './node-and-server';

export type RanInside = {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly slept: readonly number[];
};

/** Without a terminal, as the timer runs it; `chance` is always the same. */
export async function runInside({ node }: Stage, argv: readonly string[], surroundings: Partial<Surroundings> = {}): Promise<RanInside> {
  const [out, err]: [string[], string[]] = [[], []];
  const slept: number[] = [];
  const code = await runCli([...argv, '--root', node.root], {
    script: node.bundle,
    program: 'sexton-collector',
    env: {},
    random: () => 0.5,
    sleep: async (ms) => {
      slept.push(ms);
    },
    now: Date.now,
    elapsedMs: () => 1000,
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
    terminal: { isStdout: false, hasColour: false, askHidden: undefined },
    resolvePath: (path) => path,
    onEarlyEnd: () => undefined,
    ...surroundings,
  });
  return { code, out, err, slept };
}

/** The boot clock of the node goes on; nothing else does. */
export async function passSeconds({ node }: Stage, seconds: number): Promise<void> {
  const file = join(node.root, 'proc/uptime');
  const [before = '0'] = (await readFile(file, 'utf8')).split(' ');
  await writeFile(file, `${Number(before) + seconds} 0.00\n`);
}

export async function reboot({ node }: Stage, bootId: string): Promise<void> {
  await writeFile(join(node.root, 'proc/uptime'), '40.00 0.00\n');
  await writeFile(join(node.root, 'proc/sys/kernel/random/boot_id'), `${bootId}\n`);
}
