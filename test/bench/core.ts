/** CPU of the Worker's own code per message, warm and in a fresh process, from recorded messages. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Recording, recordMessages } from './record';
import { type Bar, makeRow, type Row } from './row';

const part = 'message';
/** "500 mappings in a three-node cluster" can be read in two ways; both are held against the bar. */
const [inAll, onEach] = [167, 500];
export const messageSizes = [60, inAll, onEach] as const;
const freshProcesses = 7;
const runs = { short: 400, full: 120 } as const;
const warmUp = { short: 200, full: 60 } as const;

/** `replay`: path of the bundled replay.ts. `directory`: for the recordings. */
export async function measureCore(db: D1Database, mappings: number, replay: string, directory: string): Promise<Row[]> {
  return (await recordMessages(db, mappings)).flatMap((recording) => replayIn(recording, replay, directory));
}

function replayIn(recording: Recording, replay: string, directory: string): Row[] {
  const { form, mappings, bodyBytes } = recording;
  const file = join(directory, `${form}-${mappings}.json`);
  writeFileSync(file, JSON.stringify(recording));
  const measure = (count: number) =>
    JSON.parse(execFileSync(process.execPath, [replay, file, String(count)], { encoding: 'utf8', timeout: 120_000 })) as number[];
  const fresh = Array.from({ length: freshProcesses }, () => measure(1)).flat();
  const warm = measure(warmUp[form] + runs[form]).slice(warmUp[form]);
  const what = `${form} message, 3 × ${mappings} mappings${mappings === inAll ? ' (500 in all)' : ''}`;
  const bars = barsOf(recording);
  return [
    makeRow({ part, what: `${what}, warm`, unit: 'ms CPU', samples: warm, ...(bars.warm && { bar: bars.warm }) }),
    makeRow({ part, what: `${what}, first of a process`, unit: 'ms CPU', samples: fresh, ...(bars.fresh && { bar: bars.fresh }) }),
    makeRow({ part, what: `${what}, body`, unit: 'bytes', samples: [bodyBytes], ...(bars.body && { bar: bars.body }) }),
  ];
}

function barsOf({ form, mappings }: Recording): { readonly warm?: Bar; readonly fresh?: Bar; readonly body?: Bar } {
  if (form === 'short') return { warm: { limit: 1, sign: '<' }, body: { limit: 500, sign: '≤' } };
  return mappings === inAll || mappings === onEach ? { warm: { limit: 6, sign: '<' }, fresh: { limit: 20, sign: '<' } } : {};
}
