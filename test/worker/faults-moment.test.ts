/** The same moment: one message many times, two messages of one node, all members; and a bucket that is not well. */
import { beforeAll, describe, expect, it } from 'vitest';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { type Dump, listOpen, omitColumns } from './support/copy-customer';
import { makeRetryingNode, type RetryingNode } from './support/retrying-node';
import { makeSample, minute, muteLog, others, type Sample, type SampleCopy, settle, states } from './support/sample-customer';
import { type Browser, openApp } from './support/staff';
import { rows } from './support/test-customer';
import { packMessage, signRequest, type TestNode } from './support/test-node';

let sample: Sample;
beforeAll(async () => {
  muteLog();
  sample = await makeSample();
});

const finish = (copy: SampleCopy, without?: readonly string[]) => settle(sample.ports, copy, without);

function first(): TestNode {
  const [node] = sample.originals;
  if (node === undefined) throw new Error('three nodes were enrolled');
  return node;
}

const revision = async ({ customer }: SampleCopy) =>
  (await rows<{ rev: number }>(customer, 'SELECT evidence_rev AS rev FROM clusters WHERE tenant_id = :tenant'))[0]?.rev ?? 0;

/** The first `lost` answers never arrive. */
function losing(visit: Browser, lost: number): Browser {
  let sent = 0;
  return async (path, init) => {
    const response = await visit(path, init);
    sent += 1;
    if (sent <= lost) throw new Error('the answer got lost');
    return response;
  };
}

describe('answers that get lost', () => {
  it.each(['full', 'short'] as const)('five times cost a %s message five repetitions and change nothing else', async (form) => {
    const plain = await sample.copy();
    await plain.nodes[0].deliver(form, states.faulty);
    const told = await finish(plain);
    const copy = await sample.copy(losing(openApp(sample.ports), 5));
    expect(await copy.nodes[0].deliver(form, states.faulty)).toMatchObject({ status: 200 });
    expect(await finish(copy)).toEqual(told);
  });
});

describe('one message fifty times at once', () => {
  it.each(['full', 'short'] as const)('is taken once when it is a %s one, and every sender gets its answer', async (form) => {
    const captures = form === 'full' ? states.faulty : states.calm;
    const plain = await sample.copy();
    await plain.nodes[0].deliver(form, captures);
    const told = { rev: await revision(plain), dump: await finish(plain) };

    const copy = await sample.copy();
    const { key, enrolment } = first();
    const keyid = `${copy.customer.tenantId}.${enrolment.node}`;
    const { headers, body } = await signRequest(
      { key, keyid, path: '/v1/snapshots', sequence: 2, created: Math.floor(sample.ports.clock.now / 1000) },
      await packMessage(form, captures, 2),
    );
    const visit = openApp(sample.ports);
    const send = () => visit('/v1/snapshots', { method: 'POST', headers, body: Uint8Array.from(body) });
    const answers = await Promise.all(Array.from({ length: 50 }, send));
    for (const answer of answers) expect(await answer.json()).toMatchObject({ accepted: 2, want: 'nothing' });
    expect(await revision(copy)).toBe(told.rev);
    expect(await finish(copy)).toEqual(told.dump);
  });
});

describe('two messages of one node at once', () => {
  it('are both taken, one of them under a new number, and the later one is what is known, 20 times', async () => {
    for (let round = 0; round < 20; round += 1) {
      const copy = await sample.copy();
      const answers = await Promise.all([copy.nodes[0].deliver('full', states.faulty), twinOf(copy).deliver('full', states.halfway)]);
      expect(answers).toEqual([200, 200].map((status) => expect.objectContaining({ status })));
      const last = Math.max(...answers.map(({ answer }) => answer?.accepted ?? 0));
      expect(last).toBe(3);
      const open = listOpen(await finish(copy));
      const serial = await sample.copy();
      await serial.nodes[0].deliver('full', answers[0]?.answer?.accepted === last ? states.faulty : states.halfway);
      expect(open).toEqual(listOpen(await finish(serial)));
    }
  });

  /** A clone with the same key and the same memory. */
  function twinOf({ customer }: SampleCopy): RetryingNode {
    const { key, enrolment } = first();
    return makeRetryingNode(openApp(sample.ports), {
      key,
      keyid: `${customer.tenantId}.${enrolment.node}`,
      sequence: 1,
      now: () => sample.ports.clock.now,
    });
  }
});

describe('all members at once, each losing answers', () => {
  it('leave the report of one after the other, 20 times', async () => {
    const messages = [states.faulty, ...others.map(capturesOf)];
    const serial = await sample.copy();
    for (const [at, node] of serial.nodes.entries()) await node.deliver('full', messages[at] ?? []);
    const told = listOpen(await finish(serial));
    for (let round = 0; round < 20; round += 1) {
      const copy = await sample.copy(losing(openApp(sample.ports), round % 4));
      const answers = await Promise.all(copy.nodes.map((node, at) => node.deliver('full', messages[at] ?? [])));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(listOpen(await finish(copy))).toEqual(told);
    }
  });
});

describe('members that were all away', () => {
  it.each(['full', 'short'] as const)('and come back within one minute, before cron has looked, are silent no more (%s)', async (form) => {
    const messages = [states.calm, ...others.map(capturesOf)];
    const copy = await sample.copy();
    sample.ports.clock.now += 60 * minute;
    // The first one's report calls the others silent.
    for (const [at, node] of copy.nodes.entries())
      expect(await node.deliver(at === 0 ? 'full' : form, messages[at] ?? [])).toMatchObject({ status: 200 });
    expect(reportOf(await copy.dump())).not.toContain('"reason":"silent"');
    expect(reportOf(await finish(copy))).not.toContain('"reason":"silent"');
  });
});

function reportOf({ cluster_reports = [] }: Dump): string {
  expect(cluster_reports).toHaveLength(1);
  return (JSON.parse(cluster_reports.join()) as { outcomes: string }).outcomes;
}

describe('a bucket that', () => {
  const raw = () => sample.ports.raw;
  const buckets = {
    'cannot be reached': async () => {
      throw new Error('the bucket cannot be reached');
    },
    'keeps the copy and loses its answer': async (key: string, bytes: Uint8Array) => {
      await raw()?.put(key, bytes);
      throw new Error('the answer got lost');
    },
    'takes its time': async (key: string, bytes: Uint8Array) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await raw()?.put(key, bytes);
    },
  };
  it.each(Object.entries(buckets))('%s costs no message; what it does not hold is asked for again', async (name, put) => {
    const plain = await sample.copy();
    await plain.nodes[0].deliver('full', states.faulty);
    await plain.nodes[0].deliver('short', states.faulty);
    const told = await finish(plain);
    let isWell = false;
    const limping = {
      put: (key: string, bytes: Uint8Array) => (isWell ? raw()?.put(key, bytes) : put(key, bytes)) as Promise<void>,
      get: async () => undefined,
      list: async () => ({ keys: [], isLast: true }),
      delete: async () => undefined,
    };
    const copy = await sample.copy(openApp({ ...sample.ports, raw: limping }));
    expect(await copy.nodes[0].deliver('full', states.faulty)).toMatchObject({ status: 200, answer: { want: 'nothing' } });
    sample.ports.clock.now += minute;
    isWell = true;
    const next = await copy.nodes[0].deliver('short', states.faulty);
    expect(next).toMatchObject({ status: 200, tries: name === 'takes its time' ? 1 : 2 });
    const numbers = ['nodes.sequence', 'nodes.digest', 'node_states.sequence', 'finding_events.hasRaw'];
    expect(await finish(copy, numbers)).toEqual(omitColumns(told, numbers));
  });
});
