/** Messages a second through the whole server (HTTP, Worker, D1 and R2 in workerd), how long one takes, what workerd burns. */
import { readdirSync, readFileSync } from 'node:fs';
import type { SignedRequest } from '../../worker/signed-request';
import { type BenchNode, enrolCluster, type Form, makeTenant } from './bench-node';
import { makeBenchPorts } from './bench-ports';
import { makeRow, type Row } from './row';
import { makeSampleCluster } from './sample-cluster';

export const loadSizes = [60, 500] as const;

export { benchEnvironment } from './bench-ports';

const lanes = 4;
const limitMs = 6_000;
const rounds = 3;
/** Messages of a lane: in each round of four lanes, and then alone. */
const counts = { short: { together: 60, alone: 60 }, full: { together: 12, alone: 21 } } as const;

export async function measureLoad(server: { readonly url: string; readonly db: D1Database }, mappings: number): Promise<Row[]> {
  const ports = await makeBenchPorts(server.db);
  const tenantId = await makeTenant(ports, `L${mappings}`);
  const clusters: BenchNode[][] = [];
  for (let lane = 1; lane <= lanes; lane += 1) {
    // Two clusters take turns: no node may speak more than once a second.
    const [one, other] = ['a', 'b'].map((name) => makeSampleCluster({ mappings, label: `l${lane}${name}` }));
    clusters.push([...(await enrolCluster(ports, tenantId, one ?? [])), ...(await enrolCluster(ports, tenantId, other ?? []))]);
  }
  for (const nodes of clusters) await drive(server.url, [await packLane(nodes, 'full', nodes.length)], limitMs);

  const rows: Row[] = [];
  for (const form of ['short', 'full'] as const) {
    const what = `${form} messages, 3 × ${mappings} mappings`;
    const part = 'load';
    const together = await repeatLanes(server.url, clusters, form);
    const latencies = together.flatMap((run) => run.latencies);
    const rates = together.map((run) => run.latencies.length / run.seconds);
    const cpu = together.flatMap(({ cpuMs, latencies: { length } }) => (cpuMs === undefined ? [] : [cpuMs / length]));
    rows.push(makeRow({ part, what: `${what}, ${lanes} at a time`, unit: 'msg/s', samples: rates }));
    rows.push(makeRow({ part, what: `${what}, ${lanes} at a time`, unit: 'ms wall', samples: latencies }));
    if (cpu.length > 0) rows.push(makeRow({ part, what: `${what}, all of workerd`, unit: 'ms CPU', samples: cpu }));
    const single = await packLanes(clusters.slice(0, 1), form, counts[form].alone);
    const alone = await drive(server.url, single, limitMs);
    rows.push(makeRow({ part, what: `${what}, one at a time`, unit: 'ms wall', samples: alone.latencies }));
  }
  return rows;
}

async function repeatLanes(url: string, clusters: readonly BenchNode[][], form: Form) {
  const measured: (Drive & { readonly cpuMs: number | undefined })[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const packed = await packLanes(clusters, form, counts[form].together);
    const before = workerdCpuMs();
    const run = await drive(url, packed, limitMs);
    const after = workerdCpuMs();
    measured.push({ ...run, cpuMs: before === undefined || after === undefined ? undefined : after - before });
  }
  return measured;
}

const packLanes = (clusters: readonly BenchNode[][], form: Form, count: number) => Promise.all(clusters.map((nodes) => packLane(nodes, form, count)));

/** One cluster's messages, its members in turn. */
async function packLane(nodes: readonly BenchNode[], form: Form, count: number): Promise<SignedRequest[]> {
  const packed: SignedRequest[] = [];
  for (let at = 0; at < count; at += 1) {
    const node = nodes[at % nodes.length];
    if (node !== undefined) packed.push(await node.pack(form));
  }
  return packed;
}

type Drive = { readonly latencies: readonly number[]; readonly seconds: number };

/** Lanes side by side, the messages of a lane one after the other. A refused message ends the benchmark: it measures nothing. */
async function drive(url: string, packed: readonly (readonly SignedRequest[])[], mostMs: number): Promise<Drive> {
  const latencies: number[] = [];
  const begun = performance.now();
  const runLane = async (requests: readonly SignedRequest[]) => {
    for (const { path, headers, body } of requests) {
      if (performance.now() - begun > mostMs) return;
      const sent = performance.now();
      const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> });
      const answer = await response.text();
      if (response.status !== 200 || !answer.includes('"want":"nothing"'))
        throw new Error(`a message was answered ${response.status}: ${answer.slice(0, 300)}`);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(packed.map(runLane));
  return { latencies, seconds: (performance.now() - begun) / 1000 };
}

const tickMs = 10;

/** User and system time of the workerd this process started, where /proc tells. In steps of 10 ms. */
function workerdCpuMs(): number | undefined {
  try {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const fields = readStat(entry);
      if (fields?.name === 'workerd' && fields.parent === process.pid) return fields.ticks * tickMs;
    }
  } catch {
    // Not Linux: the row is left out.
  }
  return undefined;
}

/** @see proc_pid_stat(5): the name stands in parentheses and may hold anything. */
function readStat(pid: string): { readonly name: string; readonly parent: number; readonly ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')), parent: Number(rest[1]), ticks: Number(rest[11]) + Number(rest[12]) };
  } catch {
    return undefined; // It ended while we looked.
  }
}
