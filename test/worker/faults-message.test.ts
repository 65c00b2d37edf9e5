/** The database breaks at every round trip of every kind of message, before and after it did what it was asked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import type { Form } from './support/retrying-node';
import { makeSample, minute, muteLog, type Sample, type SampleCopy, settle, states, tick } from './support/sample-customer';

type Story = {
  readonly form: Form;
  readonly captures: Parameters<SampleCopy['nodes'][0]['deliver']>[1];
  readonly before?: (sample: Sample, copy: SampleCopy) => Promise<unknown>;
};

const stories: Readonly<Record<string, Story>> = {
  'a short message about a known state': { form: 'short', captures: states.calm },
  'a short message in a new hour': {
    form: 'short',
    captures: states.calm,
    before: async ({ ports }) => {
      ports.clock.now += 30 * minute;
    },
  },
  'a short message after a silence': {
    form: 'short',
    captures: states.calm,
    before: async ({ ports }) => {
      ports.clock.now += 60 * minute;
      await tick(ports, 2);
    },
  },
  'a short message when the rules are new': {
    form: 'short',
    captures: states.calm,
    before: ({ ports }, { customer }) => ports.db.prepare("UPDATE clusters SET analysed_by = '0' WHERE tenant_id = ?1").bind(customer.tenantId).run(),
  },
  'a short message about an unknown state, and the state that is wanted then': { form: 'short', captures: states.faulty },
  'a full message that opens findings': { form: 'full', captures: states.faulty },
  'a full message that closes findings': {
    form: 'full',
    captures: states.calm,
    before: (_, { nodes }) => nodes[0].deliver('full', states.faulty),
  },
  'a full message that changes, opens and closes findings': {
    form: 'full',
    captures: states.halfway,
    before: (_, { nodes }) => nodes[0].deliver('full', states.faulty),
  },
  'a full message that brings findings back': {
    form: 'full',
    captures: states.faulty,
    before: async (_, { nodes }) => {
      await nodes[0].deliver('full', states.faulty);
      await nodes[0].deliver('full', states.calm);
    },
  },
  'a full message of a new view': { form: 'full', captures: capturesOf({ ...pve1, guests: (pve1.guests ?? []).slice(1) }) },
};

let sample: Sample;
beforeAll(async () => {
  muteLog();
  sample = await makeSample();
});
/** Cron finishes what a message began, but does not know which. */
const whoReports = ['finding_events.by', 'finding_events.hasRaw'];

async function begin({ before }: Story): Promise<SampleCopy> {
  const copy = await sample.copy();
  await before?.(sample, copy);
  sample.ports.clock.now += minute;
  sample.ports.counted.reset();
  return copy;
}

const finish = (copy: SampleCopy, without?: readonly string[]) => settle(sample.ports, copy, without);

async function undisturbed(story: Story) {
  const quiet = await finish(await begin(story));
  const copy = await begin(story);
  expect(await copy.nodes[0].deliver(story.form, story.captures)).toMatchObject({ status: 200 });
  const trips = sample.ports.counted.counts.roundTrips;
  return { trips, told: await finish(copy), quiet };
}

let cases = 0;
describe.each(Object.entries(stories))('%s', (_, story) => {
  it('is stored once and whole, wherever the database breaks, when the node tries again', async () => {
    const { trips, told, quiet } = await undisturbed(story);
    expect(told).not.toEqual(quiet);
    for (let trip = 1; trip <= trips; trip += 1) {
      for (const fault of ['before', 'after'] as const) {
        const copy = await begin(story);
        sample.ports.counted.failAt(trip, fault);
        expect(await copy.nodes[0].deliver(story.form, story.captures), `${fault} trip ${trip}`).toMatchObject({ status: 200 });
        expect(await finish(copy), `${fault} trip ${trip}`).toEqual(told);
        cases += 1;
      }
    }
  });

  it('is stored whole or not at all when the node never comes back', async () => {
    const copy = await begin(story);
    await copy.nodes[0].deliverOnce(story.form, story.captures);
    const trips = sample.ports.counted.counts.roundTrips;
    const told = await finish(copy, whoReports);
    const quiet = await finish(await begin(story), whoReports);
    for (let trip = 1; trip <= trips; trip += 1) {
      for (const fault of ['before', 'after'] as const) {
        const broken = await begin(story);
        sample.ports.counted.failAt(trip, fault);
        expect(await broken.nodes[0].deliverOnce(story.form, story.captures), `${fault} trip ${trip}`).toMatchObject({ status: 503 });
        const left = await finish(broken, whoReports);
        const isStored = left.nodes?.join() === told.nodes?.join();
        expect(left, `${fault} trip ${trip}`).toEqual(isStored ? told : quiet);
        cases += 1;
      }
    }
  });
});

afterAll(() => expect(cases).toBeGreaterThanOrEqual(80));
