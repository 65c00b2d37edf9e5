/** The filters of sexton-probe.sh alone, on raw captures: what the script keeps in memory goes in, what it prints comes out. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProbe } from '../../../scripts/build-probe.mjs';
import { readProbeFile } from '../../../worker/probe-file';
import type { Capture } from '../../../worker/wire/snapshot';

export type Kept = {
  readonly id: string;
  readonly redaction: string;
  /** Latin 1, as the collector's filters see it. */
  readonly text: string;
  readonly status?: 'ok' | 'failed';
  readonly err?: string;
  readonly complaints?: 'state' | 'known-lines' | '-';
  /** Present: one of several files, of this path. */
  readonly path?: string;
};

const nonce = '6d1a54f0-3b0f-4c39-8f5e-7f6a5f0c2b11';

export async function readFilters(): Promise<{ readonly filters: string; readonly words: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'sexton-probe-'));
  const script = await readFile(await buildProbe({ outfile: join(directory, 'sexton-probe.sh') }), 'utf8');
  await rm(directory, { recursive: true });
  const [, words = '', filters = ''] = /\nwords='([^']*)'\nfilters='([^']*)'\n/.exec(script) ?? [];
  return { filters, words };
}

export function filterWith(
  awk: readonly [string, ...string[]],
  { filters, words }: Awaited<ReturnType<typeof readFilters>>,
  kept: readonly Kept[],
): readonly Capture[] {
  const stream = kept.map(({ id, redaction, text, status = 'ok', err = '', complaints = '-', path }) => {
    const isCommand = path === undefined;
    const head = `${nonce} = ${id} ${isCommand ? 'command' : 'files'} ${redaction} ${complaints} 1048576 \t${isCommand ? 'x' : '/pattern/*'}`;
    const ending = `\n${nonce} s ${status} ${status === 'ok' ? 0 : 1} \n${err}\n${nonce} e`;
    return isCommand ? `${head}\n${text}${ending}` : `${head}\n\n${nonce} f ${path}\n${text}\n${nonce} g ok\n${ending}`;
  });
  const [command, ...args] = awk;
  const ran = spawnSync(command, [...args, '-v', `nonce=${nonce}`, '-v', 'root=/nowhere', '-v', 'proof=0', filters], {
    input: Buffer.from(`${stream.join('\n')}\n`, 'latin1'),
    env: { LC_ALL: 'C', PATH: process.env.PATH, words },
    maxBuffer: 1024 ** 3,
  });
  if (ran.status !== 0) throw new Error(`${command}: ${ran.stderr}`);
  const file = readProbeFile(ran.stdout.toString('latin1'));
  if (file === undefined || !file.ok) throw new Error('the filters printed something else');
  return file.value.captures;
}
