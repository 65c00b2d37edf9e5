/** One run of the bundled collector on a fake node: wall, CPU, memory, children, and what would travel. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Bar, makeRow, type Row } from './row';
import { type FakeNodeFiles, writeFakeNode } from './write-fake-node';

const usual = 500;
/** All but the usual on one Node.js only: how the work grows with the node. */
const sizes = [100, usual, 5000] as const;
const runs = 5;

export type Places = {
  /** The project's root directory. */
  readonly project: string;
  /** A temporary one. */
  readonly directory: string;
  readonly bundle: string;
};

export function measureCollector(places: Places): Row[] {
  const binaries = listNodes(places.project);
  // The newest that Debian has, the one most nodes run.
  const newest = binaries.at(-2) ?? process.execPath;
  return writeNodes(places).flatMap(({ mappings, node }) =>
    (mappings === usual ? binaries : [newest]).flatMap((binary) => measureOn(binary, mappings, node, places)),
  );
}

/** `probe`: sexton-probe.sh as it is built for tests. */
export function measureProbe(places: Places, probe: string): Row[] {
  return writeNodes(places).flatMap(({ mappings, node }) => probeNode(probe, mappings, node));
}

function writeNodes({ project, directory }: Places): { readonly mappings: number; readonly node: FakeNodeFiles }[] {
  const fixture = join(project, 'test/fixtures/fake-node');
  return sizes.map((mappings) => ({ mappings, node: writeFakeNode(mkdtempSync(join(directory, 'fake-node-')), fixture, mappings) }));
}

/** Debian's own, where installed, and the one that runs this. */
function listNodes(project: string): string[] {
  const installed = ['node12', 'node18', 'node20'].map((name) => join(project, 'test/node-versions/node_modules', name, 'bin/node'));
  return [...installed.filter((binary) => existsSync(binary)), process.execPath];
}

function measureOn(binary: string, mappings: number, node: FakeNodeFiles, places: Places): Row[] {
  const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().split('.')[0];
  const name = binary === process.execPath ? `${version} (this one)` : version;
  collectOnce(binary, node, places); // the page cache belongs to nobody
  const samples = Array.from({ length: runs }, () => collectOnce(binary, node, places));
  const row = (what: string, unit: string, pick: (run: Run) => number, bar?: Bar) =>
    makeRow({ part: 'collector', what: `${what}, ${mappings} mappings, Node ${name}`, unit, samples: samples.map(pick), ...(bar && { bar }) });
  // Promised for 500 mappings; larger nodes may need more.
  const memoryBar: Bar | undefined = mappings <= usual ? { limit: 80, sign: '<', judged: 'max' } : undefined;
  const messages = [
    row('short message', 'bytes', ({ shortBytes }) => shortBytes, { limit: 500, sign: '≤', judged: 'max' }),
    row('full message', 'KB gz', ({ fullBytes }) => fullBytes / 1000),
  ];
  return [
    row('wall', 'ms wall', ({ wallMs }) => wallMs, { limit: 90_000, sign: '<', judged: 'max' }),
    row('collector and its reader', 'ms CPU', ({ cpuMs }) => cpuMs, mappings === usual ? { limit: 1000, sign: '<' } : undefined),
    row('the commands (stubs)', 'ms CPU', ({ stubsCpuMs }) => stubsCpuMs),
    row('peak of the collector', 'MB', ({ ownMegabytes }) => ownMegabytes, memoryBar),
    row('peak of its reader', 'MB', ({ readerMegabytes }) => readerMegabytes, memoryBar),
    row('both peaks added', 'MB', ({ ownMegabytes, readerMegabytes }) => ownMegabytes + readerMegabytes),
    row('child processes', 'processes', ({ children }) => children, { limit: 30, sign: '≤', judged: 'max' }),
    ...(binary === process.execPath || mappings !== usual ? messages : []),
  ];
}

/** The look without installing, on the same node: one shell, its commands' stubs, awk. */
function probeNode(probe: string, mappings: number, { root, bin }: FakeNodeFiles): Row[] {
  const samples = Array.from({ length: runs }, () => {
    const begun = performance.now();
    const out = execFileSync('sh', [probe], {
      env: { PATH: '/usr/bin:/bin', SEXTON_PROBE_PATH: bin, SEXTON_PROBE_ROOT: root },
      maxBuffer: 64 * 1024 * 1024,
      timeout: 120_000,
    });
    return { wallMs: performance.now() - begun, bytes: out.length };
  });
  const row = (what: string, unit: string, pick: (run: { readonly wallMs: number; readonly bytes: number }) => number, bar?: Bar) =>
    makeRow({ part: 'probe', what: `${what}, ${mappings} mappings`, unit, samples: samples.map(pick), ...(bar && { bar }) });
  return [
    row('sexton-probe.sh', 'ms wall', ({ wallMs }) => wallMs, { limit: 90_000, sign: '<', judged: 'max' }),
    row('sexton-probe.sh prints', 'KB', ({ bytes }) => bytes / 1000),
  ];
}

type Usage = { readonly isReader: boolean; readonly cpuMs: number; readonly childrenCpuMs: number; readonly peakMegabytes: number };
type Run = {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly stubsCpuMs: number;
  readonly ownMegabytes: number;
  readonly readerMegabytes: number;
  readonly children: number;
  readonly shortBytes: number;
  readonly fullBytes: number;
};

function collectOnce(binary: string, { root, bin, children }: FakeNodeFiles, { project, directory, bundle }: Places): Run {
  const usageFile = join(directory, 'usage');
  for (const file of [usageFile, children]) rmSync(file, { force: true });
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    NODE_OPTIONS: `--require=${join(project, 'test/bench/tell-usage.cjs')}`,
    SEXTON_BENCH_USAGE: usageFile,
  };
  const begun = performance.now();
  const out = execFileSync(binary, [bundle, 'collect', '--root', root], { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 120_000 });
  const wallMs = performance.now() - begun;

  const used = readLines(usageFile).map((line) => JSON.parse(line) as Usage);
  const own = used.find(({ isReader }) => !isReader);
  const readers = used.filter(({ isReader }) => isReader);
  if (own === undefined || readers.length === 0) throw new Error('the collector did not say what it used');
  const readersCpuMs = readers.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const lines = out.trimEnd().split('\n');
  return {
    wallMs,
    cpuMs: own.cpuMs + readersCpuMs,
    stubsCpuMs: Math.max(0, own.childrenCpuMs - readersCpuMs),
    ownMegabytes: own.peakMegabytes,
    readerMegabytes: Math.max(...readers.map(({ peakMegabytes }) => peakMegabytes)),
    children: readLines(children).length + readers.length,
    shortBytes: gzipSync(lines[0] ?? '').length,
    fullBytes: gzipSync(lines.join('\n')).length,
  };
}

const readLines = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
