/** `npm run bench -- compare FILE`: a script of somebody's and Sexton look at one prepared node; what each says of every mapping, and how long it took. */
import { spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterReport } from '../../../worker/analyzer';
import { capturesOf } from '../../unit/analyzer/support/fake-node';
import { judge, memberOf } from '../../unit/analyzer/support/judge';
import { preparedCluster } from './prepared-node';
import { readVerdicts, type Verdict } from './read-verdicts';
import { writeNode } from './write-node';

export type Comparison = {
  readonly rows: readonly { readonly mapping: string; readonly script: Verdict; readonly sexton: string }[];
  readonly script: {
    readonly milliseconds: number;
    readonly exit: number | null;
    readonly commands: number;
    readonly refused: readonly string[];
    readonly output: string;
  };
  readonly sextonMilliseconds: number;
};
/** `why`: there is no sandbox on this machine, so nothing was run. */
export type Refusal = { readonly why: string };

const namespaces = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child'];
const secondsForScript = 120;

/** `here`: test/bench/compare of this project. */
export function compareWith(file: string, here: string): Comparison | Refusal {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-compare-'));
  try {
    const [node] = preparedCluster;
    writeNode(directory, join(here, 'stubs'), node.name, capturesOf(node));
    cpSync(join(here, 'enter-sandbox.sh'), join(directory, 'enter-sandbox.sh'));
    const why = whyNoSandbox(directory);
    if (why !== undefined) return { why };
    cpSync(file, join(directory, 'script'), { dereference: true });
    const script = runScript(directory);
    if ('why' in script) return script;
    const names = (node.mappings ?? []).map(({ name }) => name);
    const said = readVerdicts(script.output, names);
    const sexton = judgeNode();
    return {
      rows: names.map((mapping) => ({ mapping, script: said.get(mapping) ?? 'nothing said', sexton: sexton.says(mapping) })),
      script,
      sextonMilliseconds: sexton.milliseconds,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Tried with a script of our own first: somebody else's is started only where this one cannot see the machine. */
function whyNoSandbox(directory: string): string | undefined {
  cpSync(join(directory, 'etc/hostname'), join(directory, 'script'));
  const probe =
    '[ -d /old/etc ] || [ -e /home ] || [ -e /dev/mapper ] || touch /usr/x 2>/dev/null || touch /x 2>/dev/null || mount -t tmpfs x /tmp 2>/dev/null || { [ "$(ls /sys 2>/dev/null)" = "" ] && [ "$(cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d " \\n")" = lo ] && echo shut; }\n';
  const { stdout, stderr, error } = enter(directory, probe, 20);
  if (error !== undefined) return `unshare could not be started: ${error.message}`;
  return stdout.trim() === 'shut'
    ? undefined
    : `namespaces of its own are not to be had here: ${(stderr || stdout).trim().slice(0, 300) || 'the sandbox is not shut'}`;
}

function runScript(directory: string): Comparison['script'] | Refusal {
  const from = performance.now();
  const { stdout, stderr, error, status } = enter(directory, undefined, secondsForScript);
  const milliseconds = performance.now() - from;
  if (error !== undefined && stdout === '') return { why: `the script did not end in ${secondsForScript} s and said nothing` };
  const commands = readTold(directory, 'commands');
  return {
    milliseconds,
    exit: status,
    commands: commands.length,
    refused: readTold(directory, 'refused').slice(0, 20),
    output: `${stdout}\n${stderr}`,
  };
}

function enter(directory: string, script: string | undefined, seconds: number) {
  if (script !== undefined) writeFileSync(join(directory, 'script'), script);
  return spawnSync('unshare', [...namespaces, 'sh', join(directory, 'enter-sandbox.sh'), directory], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 8 * 1024 * 1024,
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
}

/** What the stubs wrote down. The script can write there too: nothing but a plain, small file is read. */
function readTold(directory: string, name: string): readonly string[] {
  const file = join(directory, 'told', name);
  const info = lstatSync(file, { throwIfNoEntry: false });
  if (info === undefined || !info.isFile() || info.size > 4 * 1024 * 1024) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** The whole way of a message without the network: read the captures of three members, judge, and say it of each mapping of the first. */
function judgeNode() {
  const captures = preparedCluster.map((node) => ({ name: node.name, captures: capturesOf(node) }));
  const from = performance.now();
  const members = captures.map((node) => memberOf(node.name, node.captures));
  const report = judge(...members);
  const milliseconds = performance.now() - from;
  const mappings = members[0]?.facts?.mappings;
  const uuids = new Map(mappings?.status === 'known' ? mappings.value.map(({ name, uuid }) => [name, uuid]) : []);
  return { milliseconds, says: (name: string) => sayOf(report, name, uuids.get(name) ?? '') };
}

function sayOf({ nodes, cluster }: ClusterReport, name: string, uuid: string): string {
  const subjects = [uuid === '' ? name : uuid, ...(uuid.startsWith('LVM-') && uuid.length === 68 ? [uuid.slice(4)] : [])];
  const scopes = [...nodes.slice(0, 1), cluster];
  const found = scopes.flatMap(({ findings }) => findings).filter(({ subject }) => subjects.includes(subject));
  if (found.length > 0) return found.map(({ ruleId, brief }) => `${ruleId} (${brief})`).join(', ');
  const open = scopes.flatMap(({ outcomes }) => outcomes).flatMap(({ notChecked }) => notChecked);
  return open.find(({ subject }) => subject !== null && subjects.includes(subject))?.why.reason.replace(/^/, 'not checked: ') ?? 'in order';
}

/** Somebody else's words on our terminal. */
const plain = (line: string) => `  ${line.replace(/[^ -~]/g, '?').slice(0, 120)}`;

export function printComparison({ rows, script, sextonMilliseconds }: Comparison): string {
  const head = ['mapping', 'the script', 'Sexton'];
  const cells = [head, ...rows.map(({ mapping, script: said, sexton }) => [mapping, said, sexton])];
  const widths = head.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    ...lines,
    '',
    `the script: ${script.milliseconds.toFixed(0)} ms, commands of the node started: ${script.commands}, ended with ${script.exit ?? 'a signal'}`,
    `Sexton:     ${sextonMilliseconds.toFixed(1)} ms for what three nodes collected, read and judged (the first time, not warm; without collecting it)`,
    ...(rows.some((row) => row.script !== 'nothing said')
      ? []
      : ['', 'It named no mapping. What it printed:', ...script.output.split('\n').slice(0, 40).map(plain)]),
    ...(script.refused.length === 0 ? [] : ['', 'It would have run, and was refused:', ...script.refused.map((line) => plain(line))]),
    '',
  ].join('\n');
}
