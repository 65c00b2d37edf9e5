/** CPU of the analyzer alone, and of reading one node's captures, by number of mappings. */
import { analyse, type ClusterEvidence, readSnapshot } from '../../worker/analyzer';
import { memberOf, now } from '../unit/analyzer/support/judge';
import { type Bar, makeRow, medianOf, type Row } from './row';
import { captureSample, makeSampleCluster } from './sample-cluster';

const nodes = 3;
const part = 'analysis';
const bars: Readonly<Record<number, Bar>> = { 500: { limit: 3, sign: '<' }, 5000: { limit: 25, sign: '<' } };
/** Of one node, once: it only has to end. */
const largest = 10_000;
/** Of a whole cluster, once. */
const huge = 50_000;

function measureAnalysis(): Row[] {
  const inAll = [100, 500, 5000, largest].map((mappings) => ({ mappings, samples: sample(mappings, gather(Math.ceil(mappings / nodes))) }));
  const each = [100, 500, 5000].map((mappings) => ({ mappings, samples: sample(mappings, gather(mappings)) }));
  const reading = [100, 500, 5000, largest].map((mappings) => ({ mappings, samples: sampleReading(mappings) }));
  return [
    ...inAll.map(({ mappings, samples }) => {
      const bar = bars[mappings];
      return makeRow({ part, what: `judge ${mappings} mappings on ${nodes} nodes`, unit: 'ms CPU', samples, ...(bar && { bar }) });
    }),
    linearity('judging: cost of a mapping, 5,000 to 500', inAll),
    ...measureHuge(medianOf(inAll.find(({ mappings }) => mappings === 5000)?.samples ?? []) / 5000),
    ...each.map(({ mappings, samples }) => makeRow({ part, what: `judge ${nodes} × ${mappings} mappings`, unit: 'ms CPU', samples })),
    ...reading.map(({ mappings, samples }) => makeRow({ part, what: `read ${mappings} mappings of one node`, unit: 'ms CPU', samples })),
    linearity('reading: cost of a mapping, 5,000 to 500', reading),
  ];
}

/** Beyond the processor's caches each object costs more: twice is still linear, ten times would be quadratic. Nothing the judging made is collected. */
function measureHuge(usual: number): Row[] {
  const empty = heapMegabytes();
  const evidence = gather(Math.ceil(huge / nodes));
  const facts = heapMegabytes();
  const begun = process.cpuUsage();
  analyse(evidence);
  const { user, system } = process.cpuUsage(begun);
  const grown = process.memoryUsage().heapUsed / 1_000_000 - facts;
  const milliseconds = (user + system) / 1000;
  return [
    makeRow({ part, what: `judge ${huge} mappings on ${nodes} nodes`, unit: 'ms CPU', samples: [milliseconds] }),
    makeRow({
      part,
      what: 'judging: cost of a mapping, 50,000 to 5,000',
      unit: '×',
      samples: [milliseconds / huge / usual],
      bar: { limit: 2, sign: '≤' },
    }),
    makeRow({ part, what: `memory, judging ${huge}`, unit: 'MB', samples: [grown], bar: { limit: 128, sign: '<' } }),
    makeRow({ part, what: 'memory, with their facts', unit: 'MB', samples: [grown + facts - empty], bar: { limit: 128, sign: '<' } }),
  ];
}

function heapMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_000_000;
}

type Series = readonly { readonly mappings: number; readonly samples: readonly number[] }[];

/** 1 is linear; quadratic work would be 10. */
function linearity(what: string, series: Series): Row {
  const perMapping = (wanted: number) => medianOf(series.find(({ mappings }) => mappings === wanted)?.samples ?? []) / wanted;
  return makeRow({ part, what, unit: '×', samples: [perMapping(5000) / perMapping(500)], bar: { limit: 1.5, sign: '≤' } });
}

function gather(mappingsPerNode: number): ClusterEvidence {
  const apart = makeSampleCluster({ mappings: mappingsPerNode }).map((node) => memberOf(node.name, captureSample(node)));
  // As they come from the database: members that see the same hold one view.
  const views = new Map(apart.map(({ view }) => [JSON.stringify(view), view]));
  const members = apart.map((member) => ({ ...member, view: views.get(JSON.stringify(member.view)) }));
  return { clusterId: 'c_bench', members, neighbours: [], now };
}

function sample(mappings: number, evidence: ClusterEvidence): number[] {
  const report = analyse(evidence);
  const found = [...report.nodes, report.cluster].reduce((sum, { findings }) => sum + findings.length, 0);
  // A benchmark of an analyzer that sees nothing would be fast and worthless.
  if (found !== 6 || report.nodes.some(({ counts }) => counts.total === 0)) throw new Error(`the sample has 6 faults, ${found} were found`);
  return repeat(mappings, () => analyse(evidence));
}

function sampleReading(mappings: number): number[] {
  const [node] = makeSampleCluster({ mappings });
  if (node === undefined) throw new Error('a cluster without nodes');
  const captures = captureSample(node);
  return repeat(mappings, () => readSnapshot(captures, {}));
}

function repeat(mappings: number, work: () => unknown): number[] {
  const runs = mappings === largest ? 1 : mappings > 1000 ? 15 : 60;
  for (let warm = 0; warm < Math.min(runs, 30); warm += 1) work();
  return Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
}

process.stdout.write(JSON.stringify(measureAnalysis()));
