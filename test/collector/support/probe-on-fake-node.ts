/** sexton-probe.sh on the fake node, in any shell, beside what the collector says of the same node. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildProbe } from '../../../scripts/build-probe.mjs';
import { readProbeFile } from '../../../worker/probe-file';
import { type Capture, state } from '../../../worker/wire/snapshot';
import type { FakeNode, Ran } from './fake-node';

export type Interpreter = {
  readonly shell?: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the script first. */
  readonly change?: (script: string) => string;
};

export async function runProbe(node: FakeNode, { shell = ['dash'], env = {}, change = (script) => script }: Interpreter = {}): Promise<Ran> {
  const script = change(await readFile(await buildProbe({ outfile: join(node.root, '../sexton-probe.sh'), forTests: true }), 'utf8'));
  const [command, ...args] = shell;
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, '-s'], {
      env: { PATH: process.env.PATH, SEXTON_PROBE_ROOT: node.root, SEXTON_PROBE_PATH: node.bin, ...env },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject).on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => undefined).end(script);
  });
}

export function capturesOf(out: string): readonly Capture[] {
  const file = readProbeFile(out);
  if (file === undefined || !file.ok) throw new Error(`not a probe file: ${out.slice(0, 500)}`);
  return file.value.captures;
}

export async function collectState(node: FakeNode): Promise<readonly Capture[]> {
  const { out } = await node.run(['collect', '--raw']);
  return state.parse(JSON.parse(out.split('\n')[1] ?? '')).captures;
}

/** By id; with JSON of the cluster as its content and mentions as a set, for the order of keys, words and files says nothing. */
export function comparable(captures: readonly Capture[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(captures.map((capture) => [capture.id, normalize(capture)]));
}

function normalize({ out, length, files, ...rest }: Capture): unknown {
  const isJson = /pve\.(?:vmlist|members|ha)/.test(rest.id);
  return {
    ...rest,
    isWhole: length === out?.length,
    ...(out === undefined ? {} : { out: isJson && out !== '' ? JSON.parse(out) : out }),
    ...(files === undefined ? {} : { files: files.map((file) => ({ ...file, out: sortWords(rest.id, file.out) })).sort(byPath) }),
  };
}

function sortWords(id: string, text: string | undefined): string | undefined {
  if (id.includes('host.mentions')) return text?.split(' ').sort().join(' ');
  return text?.replace(/^mentions: (.*)$/gm, (_line, words: string) => `mentions: ${words.split(' ').sort().join(' ')}`);
}

const byPath = (a: { readonly path: string }, b: { readonly path: string }) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
