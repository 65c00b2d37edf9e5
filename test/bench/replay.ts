/**
 * A process of its own: serves one recorded message again and again, prints the CPU of each time as JSON. The first one is
 * the first message of a fresh process, configuration included.
 */
import { readFileSync } from 'node:fs';
import { ingestMessage } from '../../worker/ingest/ingest-message';
import { makeBenchPorts } from './bench-ports';
import type { Recording } from './record';
import { replayDatabase } from './recorded-db';

const [, , file = '', runs = '1'] = process.argv;
const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;

async function serve(isFirst: boolean): Promise<number> {
  const headers = new Headers(recording.headers.map(([name, value]): [string, string] => [name, value]));
  const body = Uint8Array.from(Buffer.from(recording.body, 'base64'));
  const before = process.cpuUsage();
  const ports = await makeBenchPorts(replayDatabase(recording.answers), () => recording.now);
  // An isolate reads its configuration once, at its first request.
  const begun = isFirst ? before : process.cpuUsage();
  const answer = await ingestMessage(ports, { method: 'POST', path: '/v1/snapshots', headers, body, source: '', origin: 'https://sexton.test' });
  const { user, system } = process.cpuUsage(begun);
  if (!answer.ok) throw new Error(answer.error.detail);
  return (user + system) / 1000;
}

const samples: number[] = [];
for (let run = 0; run < Number(runs); run += 1) {
  samples.push(await serve(run === 0));
}
process.stdout.write(JSON.stringify(samples));
