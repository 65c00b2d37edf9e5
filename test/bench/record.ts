/** Takes one short and one full message through the core on a real D1 and keeps request and answers for replaying. */
import { ingestMessage } from '../../worker/ingest/ingest-message';
import { enrolCluster, type Form, makeTenant } from './bench-node';
import { makeBenchPorts } from './bench-ports';
import { recordDatabase } from './recorded-db';
import { makeSampleCluster } from './sample-cluster';

export type Recording = {
  readonly form: Form;
  readonly mappings: number;
  readonly now: number;
  readonly headers: readonly (readonly [string, string])[];
  /** Base64. */
  readonly body: string;
  readonly bodyBytes: number;
  readonly answers: readonly string[];
};

export async function recordMessages(db: D1Database, mappings: number): Promise<Recording[]> {
  const plain = await makeBenchPorts(db);
  const nodes = await enrolCluster(plain, await makeTenant(plain, `R${mappings}`), makeSampleCluster({ mappings, label: `r${mappings}` }));
  for (const node of nodes) {
    const answer = await ingestMessage(plain, await node.pack('full'));
    if (!answer.ok) throw new Error(answer.error.detail);
  }
  const [node] = nodes;
  if (node === undefined) throw new Error('a cluster without nodes');
  const recordings: Recording[] = [];
  for (const form of ['short', 'full'] as const) {
    const { db: recorded, answers } = recordDatabase(db);
    const now = Date.now();
    const request = await node.pack(form);
    const answer = await ingestMessage(await makeBenchPorts(recorded, () => now), request);
    if (!answer.ok) throw new Error(answer.error.detail);
    recordings.push({
      form,
      mappings,
      now,
      headers: [...request.headers],
      body: Buffer.from(request.body).toString('base64'),
      bodyBytes: request.body.length,
      answers,
    });
  }
  return recordings;
}
