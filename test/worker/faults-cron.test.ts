/** The minute's work breaks, dies half way, runs twice at once: every report is finished within two further ticks. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runJobs } from '../../worker/jobs/run-jobs';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve2 } from '../unit/analyzer/support/sample-cluster';
import { listOpen } from './support/copy-customer';
import { findContradictions, makeSample, minute, muteLog, type Sample, type SampleCopy, states, tick } from './support/sample-customer';
import { rows } from './support/test-customer';

let sample: Sample;
beforeAll(async () => {
  muteLog();
  sample = await makeSample();
});

/** What cron finds: pve1's faulty state stored without its report, and all nodes silent since. */
async function begin(): Promise<SampleCopy> {
  const { ports } = sample;
  const copy = await sample.copy();
  ports.counted.failAt(3, 'before');
  expect(await copy.nodes[0].deliverOnce('full', states.faulty)).toMatchObject({ status: 503 });
  expect(await isDirty(copy)).toBe(true);
  ports.clock.now += 46 * minute;
  ports.counted.reset();
  return copy;
}

async function isDirty({ customer }: SampleCopy): Promise<boolean> {
  const [cluster] = await rows<{ behind: number }>(customer, 'SELECT evidence_rev - analysed_rev AS behind FROM clusters WHERE tenant_id = :tenant');
  return cluster?.behind !== 0;
}

async function finish(copy: SampleCopy) {
  expect(await isDirty(copy)).toBe(false);
  expect(await findContradictions(copy.customer)).toEqual([]);
  return copy.dump();
}

async function undisturbed() {
  const copy = await begin();
  await tick(sample.ports, 1);
  const trips = sample.ports.counted.counts.roundTrips;
  await tick(sample.ports, 2);
  const told = await finish(copy);
  expect(told.nodes?.join()).toContain('"silent":1');
  return { trips, told };
}

describe("the minute's work", () => {
  it('that breaks anywhere is done within two further ticks', async () => {
    const { trips, told } = await undisturbed();
    expect(trips).toBeGreaterThanOrEqual(8);
    for (let trip = 1; trip <= trips; trip += 1) {
      for (const fault of ['before', 'after'] as const) {
        const copy = await begin();
        sample.ports.counted.failAt(trip, fault);
        await tick(sample.ports, 3);
        expect(await finish(copy), `${fault} trip ${trip}`).toEqual(told);
      }
    }
  });

  it('that dies anywhere, its lease in its hand, is done within two further ticks', async () => {
    const { ports } = sample;
    const { trips, told } = await undisturbed();
    for (let trip = 1; trip <= trips; trip += 1) {
      const copy = await begin();
      // Nobody hears of it again: whatever it would have asked from here on is never asked.
      let isDead: (value: 'dead') => void = () => undefined;
      const death = new Promise<'dead'>((resolve) => {
        isDead = resolve;
      });
      ports.counted.interfereAt(trip, () => {
        isDead('dead');
        return new Promise(() => undefined);
      });
      ports.clock.now += minute;
      expect(await Promise.race([death, runJobs(ports)]), `trip ${trip}`).toBe('dead');
      await tick(ports, 2);
      expect(await finish(copy), `trip ${trip}`).toEqual(told);
    }
  });

  it('that runs five times at once is done once', async () => {
    const { ports } = sample;
    const { told } = await undisturbed();
    for (let round = 0; round < 10; round += 1) {
      const copy = await begin();
      ports.clock.now += minute;
      const results = await Promise.all(Array.from({ length: 5 }, () => runJobs(ports)));
      const done = results.flat().filter((result) => 'done' in result && result.name === 'mark-silent' && result.done > 0);
      expect(done).toHaveLength(1);
      await tick(ports, 2);
      expect(await finish(copy)).toEqual(told);
    }
  });

  it('that runs beside the messages of all members leaves what the messages say', async () => {
    const { ports } = sample;
    const serial = await begin();
    for (const [at, node] of serial.nodes.entries())
      await node.deliver('full', at === 0 ? states.halfway : capturesOf({ ...pve2, name: `pve${at + 1}` }));
    await tick(ports, 2);
    const told = await finish(serial);
    for (let round = 0; round < 10; round += 1) {
      const copy = await begin();
      const sent = copy.nodes.map((node, at) => node.deliver('full', at === 0 ? states.halfway : capturesOf({ ...pve2, name: `pve${at + 1}` })));
      const all = await Promise.all([...sent, runJobs(ports), runJobs(ports)]);
      expect(all.slice(0, 3)).toEqual([200, 200, 200].map((status) => expect.objectContaining({ status })));
      await tick(ports, 2);
      const left = await finish(copy);
      expect(listOpen(left)).toEqual(listOpen(told));
      for (const table of ['nodes', 'node_states', 'cluster_reports']) expect(left[table], table).toEqual(told[table]);
    }
  });
});
