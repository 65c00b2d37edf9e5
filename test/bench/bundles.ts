/** Sizes of what is shipped, and how long the Worker's file takes to start in a fresh process. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { makeRow, type Row } from './row';

const part = 'bundles';
const freshProcesses = 9;

export function measureBundles(collector: string, worker: string): Row[] {
  const [collectorBytes, workerBytes] = [collector, worker].map((path) => readFileSync(path));
  if (collectorBytes === undefined || workerBytes === undefined) throw new Error('nothing was built');
  const starts = Array.from({ length: freshProcesses }, () => evaluate(worker));
  return [
    makeRow({ part, what: 'collector', unit: 'KB', samples: [collectorBytes.length / 1000], bar: { limit: 60, sign: '<' } }),
    makeRow({ part, what: 'collector', unit: 'KB gz', samples: [gzipSync(collectorBytes).length / 1000] }),
    makeRow({ part, what: 'Worker, the collector inside', unit: 'KB', samples: [workerBytes.length / 1000] }),
    makeRow({
      part,
      what: 'Worker, the collector inside',
      unit: 'KB gz',
      samples: [gzipSync(workerBytes).length / 1000],
      bar: { limit: 1000, sign: '<' },
    }),
    makeRow({
      part,
      what: 'Worker, evaluated in fresh Node',
      unit: 'ms wall',
      samples: starts.map(({ wallMs }) => wallMs),
      bar: { limit: 50, sign: '<' },
    }),
    makeRow({ part, what: 'Worker, evaluated in fresh Node', unit: 'ms CPU', samples: starts.map(({ cpuMs }) => cpuMs) }),
  ];
}

function evaluate(worker: string): { readonly wallMs: number; readonly cpuMs: number } {
  const script = `const cpu = process.cpuUsage(), begun = performance.now();
await import(${JSON.stringify(pathToFileURL(worker).href)});
const wallMs = performance.now() - begun, { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 }));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', timeout: 30_000 }));
}
