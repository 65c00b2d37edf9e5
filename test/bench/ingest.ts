/** A minute of traffic of a fleet against the whole server, with the fleet in its database; what a message writes; bombs. */
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ingestMessage } from '../../worker/ingest/ingest-message';
import { countDatabase } from '../worker/support/counting-db';
import { makeBenchPorts } from './bench-ports';
import { type Packed, packMessage, post, signBytes } from './door-node';
import { type Fleet, mappings, seedFleet } from './fleet';
import { makeRow, type Row } from './row';

const part = 'ingest';
export const fleetSizes = [100_000] as const;
const lanes = 16;
const seconds = 60;
/** More than any machine takes in a minute here; what is left over was packed in vain. */
const mostMessages = 15_000;
const warmUp = 200;
const counted = 1000;

type Server = { readonly url: string; readonly db: D1Database; readonly runCron: () => Promise<void> };
type Kind = 'short' | 'full, other state' | 'full, six faults';
type Planned = { readonly kind: Kind; readonly packed: Packed };

export async function measureIngest(server: Server, wanted: number): Promise<Row[]> {
  const say = (text: string) => process.stderr.write(text);
  const begun = performance.now();
  say('seeding ');
  const fleet = await seedFleet(server, wanted, say);
  const seededSeconds = (performance.now() - begun) / 1000;
  say('packing ');
  const plan = await planTraffic(fleet);
  const size = await sizeOf(server.db);
  for (let at = 0; at < warmUp; at += 1) await expectTaken(server.url, plan.next());
  say('driving ');
  const run = await drive(server.url, plan);
  const costs = await countCosts(server.db, plan);
  const ticks: number[] = [];
  for (let tick = 0; tick < 3; tick += 1) {
    const from = performance.now();
    await server.runCron();
    ticks.push(performance.now() - from);
  }
  const bombs = await throwBombs(server.url, fleet, plan.used());
  const row = (what: string, unit: string, samples: readonly number[], bar?: Parameters<typeof makeRow>[0]['bar']) =>
    makeRow({ part, what, unit, samples, ...(bar && { bar }) });
  const kinds: readonly Kind[] = ['short', 'full, other state', 'full, six faults'];
  return [
    row('enrolled nodes in the database', 'nodes', [fleet.nodes], { limit: wanted, sign: '≥' }),
    row(`seeded, ${mappings} mappings a node`, 's', [seededSeconds]),
    row('database before the minute', 'MB', [size / 1e6]),
    row('database after it', 'MB', [(await sizeOf(server.db)) / 1e6]),
    // Every node of the fleet once in a quarter of an hour.
    row(`${lanes} at a time, 70 % short`, 'msg/s', [run.taken / run.seconds], { limit: Math.ceil(fleet.nodes / 900), sign: '≥' }),
    row('messages taken', 'messages', [run.taken]),
    row('anything but 200', 'errors', [run.errors.length], { limit: 0, sign: '≤' }),
    ...kinds.flatMap((kind) => {
      const times = run.latencies.get(kind) ?? [];
      return [row(`${kind}, p50`, 'ms wall', [quantile(times, 0.5)]), row(`${kind}, p99`, 'ms wall', [quantile(times, 0.99)])];
    }),
    row('all, p50', 'ms wall', [quantile([...run.latencies.values()].flat(), 0.5)]),
    row('all, p99', 'ms wall', [quantile([...run.latencies.values()].flat(), 0.99)]),
    row('all, slowest', 'ms wall', [quantile([...run.latencies.values()].flat(), 1)]),
    row('written by a message of this mix', 'rows', [costs.all.reduce((sum, rows) => sum + rows, 0) / costs.all.length]),
    // The first message of a node in an hour leaves a sample: one row more.
    row('written by short (1 and 1 in a new hour)', 'rows', costs.of.get('short') ?? [], { limit: 2, sign: '≤', judged: 'max' }),
    row('written by full, other state (6 and 1)', 'rows', costs.of.get('full, other state') ?? [], { limit: 7, sign: '≤', judged: 'max' }),
    row('written by full, six faults (30 and 1)', 'rows', costs.of.get('full, six faults') ?? [], { limit: 31, sign: '≤', judged: 'max' }),
    row("the minute's work of cron", 'ms wall', ticks),
    ...bombs,
  ].concat(run.errors.length === 0 ? [] : [row(`first error: ${run.errors[0]?.slice(0, 120)}`, '', [1])]);
}

type Plan = { readonly next: () => Planned | undefined; readonly used: () => number };

/** Every message of another node, as within a quarter of an hour; the order of nodes jumps through the whole fleet. */
async function planTraffic(fleet: Fleet): Promise<Plan> {
  const kindOf = (at: number): Kind => (at % 10 < 7 ? 'short' : at % 10 < 9 || at % 20 < 10 ? 'full, other state' : 'full, six faults');
  // Faults are on the first node of a cluster.
  const nodeOf = (at: number, kind: Kind) => {
    const index = (at * 30_011) % fleet.nodes;
    return kind === 'full, six faults' ? index - (index % 3) : index;
  };
  const seen = new Set<number>();
  const planned: Planned[] = [];
  for (let at = 0; planned.length < mostMessages + warmUp + counted && at < fleet.nodes; at += 1) {
    const kind = kindOf(at);
    const index = nodeOf(at, kind);
    if (seen.has(index)) continue;
    seen.add(index);
    // Sockets that nobody listens to for a minute are closed at the other end.
    if (planned.length % 20 === 0) await setImmediate();
    const node = fleet.nodeAt(index);
    const wish = { keyid: `${node.tenantId}.${node.nodeId}`, key: fleet.keyOf(index), sequence: 2, stateHash: fleet.stateHash(index) };
    const full = kind === 'short' ? undefined : fleet.stateOf(node, kind === 'full, other state' ? 'other-kernel' : 'faults');
    planned.push({ kind, packed: packMessage({ ...wish, ...(full && { full }) }) });
  }
  let at = 0;
  return {
    used: () => at,
    next: () => {
      const found = planned[at];
      at += 1;
      return found;
    },
  };
}

async function expectTaken(url: string, planned: Planned | undefined): Promise<void> {
  if (planned === undefined) throw new Error('the traffic is used up');
  const { status, text } = await post(url, planned.packed);
  if (status !== 200 || !text.includes('"want":"nothing"'))
    throw new Error(`a message (${planned.kind}) was answered ${status}: ${text.slice(0, 300)}`);
}

async function drive(url: string, plan: Plan) {
  const latencies = new Map<Kind, number[]>();
  const errors: string[] = [];
  let taken = 0;
  const begun = performance.now();
  const lane = async () => {
    while (performance.now() - begun < seconds * 1000) {
      const planned = plan.next();
      if (planned === undefined) return;
      const { status, text, ms } = await post(url, planned.packed).catch((error: unknown) => ({ status: 0, text: String(error), ms: 0 }));
      if (status === 200 && text.includes('"want":"nothing"')) {
        taken += 1;
        listOf(latencies, planned.kind).push(ms);
      } else errors.push(`${planned.kind}: ${status} ${text}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { latencies, errors, taken, seconds: (performance.now() - begun) / 1000 };
}

/** A thousand more of the same traffic through the same code in this process: only here D1 says what it wrote. */
async function countCosts(db: D1Database, plan: Plan) {
  const counting = countDatabase(db);
  const ports = await makeBenchPorts(counting.db);
  const of = new Map<Kind, number[]>();
  const all: number[] = [];
  for (let at = 0; at < counted; at += 1) {
    const planned = plan.next();
    if (planned === undefined) break;
    const { path, headers, body } = planned.packed;
    counting.reset();
    const answer = await ingestMessage(ports, {
      method: 'POST',
      path,
      headers: new Headers(headers),
      body,
      source: '',
      origin: 'https://sexton.test',
    });
    if (!answer.ok) throw new Error(`a message (${planned.kind}) was refused: ${answer.error.detail}`);
    all.push(counting.counts.rowsWritten);
    listOf(of, planned.kind).push(counting.counts.rowsWritten);
  }
  return { of, all };
}

/** What an enrolled node's bombs cost the server in memory: the high-water mark of workerd, as the kernel keeps it. */
async function throwBombs(url: string, fleet: Fleet, from: number): Promise<Row[]> {
  const before = workerdPeakMegabytes();
  if (before === undefined) return [];
  const twenty = gzipSync(Buffer.alloc(20_000_000, 0x20), { level: 9 });
  const bombs = [Buffer.concat(Array.from({ length: 50 }, () => twenty)), gzipSync(`${'['.repeat(8_000_000)}${']'.repeat(8_000_000)}`)];
  let refused = 0;
  for (let at = 0; at < 20; at += 1) {
    const index = fleet.nodes - 1 - at - (from % 7);
    const node = fleet.nodeAt(index);
    const bomb = Uint8Array.from(bombs[at % bombs.length] ?? []);
    const { status } = await post(url, signBytes({ keyid: `${node.tenantId}.${node.nodeId}`, key: fleet.keyOf(index), sequence: 9 }, bomb));
    if (status === 400 || status === 413) refused += 1;
  }
  const after = workerdPeakMegabytes() ?? before;
  return [
    makeRow({
      part,
      what: '20 bombs of enrolled nodes, 1 GB and 16 MB unpacked',
      unit: 'refused',
      samples: [refused],
      bar: { limit: 20, sign: '≥' },
    }),
    makeRow({ part, what: 'peak of workerd before them', unit: 'MB', samples: [before] }),
    makeRow({ part, what: 'what they added to the peak', unit: 'MB', samples: [after - before], bar: { limit: 128, sign: '<' } }),
  ];
}

function workerdPeakMegabytes(): number | undefined {
  try {
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const status = readStatus(entry);
      if (!/^Name:\s+workerd$/m.test(status) || !new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(status)) continue;
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
    }
  } catch {
    // Not Linux: the rows are left out.
  }
  return undefined;
}

function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // It ended while we looked.
  }
}

const sizeOf = async (db: D1Database): Promise<number> => (await db.prepare('SELECT 1').all()).meta.size_after;

function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function listOf(lists: Map<Kind, number[]>, kind: Kind): number[] {
  const list = lists.get(kind) ?? [];
  lists.set(kind, list);
  return list;
}
