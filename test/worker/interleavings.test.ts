/** Members, replays, cron, faults and lost answers in 1,000 random orders, each step chosen: what is left is what the serial model says. */
import * as fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type Burst, choices, type Op, setTable } from './support/interleaved-cluster';
import { makeSample, muteLog } from './support/sample-customer';

const mostOps = 5;
const interleavings = 1000;

const node = fc.nat({ max: choices.length - 1 });
const send = fc
  .record({
    kind: fc.constant('send' as const),
    node,
    form: fc.constantFrom('full' as const, 'short' as const),
    state: fc.nat({ max: 2 }),
    lost: fc.constantFrom(0, 0, 0, 1, 2),
  })
  .map((op) => ({ ...op, state: op.state % (choices[op.node]?.length ?? 1) }));
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: send },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay' as const), node }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'cron' as const }) },
);
const burst: fc.Arbitrary<Burst> = fc.record({
  pause: fc.constantFrom(1, 1, 16, 46),
  ops: fc.array(op, { minLength: 2, maxLength: mostOps }),
  picks: fc.array(fc.nat({ max: mostOps - 1 }), { minLength: 8, maxLength: 40 }),
  faults: fc.array(fc.record({ trip: fc.integer({ min: 1, max: 24 }), fault: fc.constantFrom('before' as const, 'after' as const) }), {
    maxLength: 3,
  }),
});

beforeAll(muteLog);

it(`${interleavings} interleavings leave findings, report and numbers of the serial model`, async () => {
  const table = setTable(await makeSample(), mostOps);
  const property = fc.asyncProperty(fc.array(burst, { minLength: 1, maxLength: 2 }), async (bursts) => {
    const wrong = await table.play(bursts);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  await fc.assert(property, { numRuns: interleavings, seed: 20_261_127 });
  const { steps, messages, faults, repeated } = table.statistics;
  // A run in which little happened would prove little.
  expect({ steps: steps > 20_000, messages: messages > 3000, faults: faults > 1000, repeated: repeated > 100 }).toEqual({
    steps: true,
    messages: true,
    faults: true,
    repeated: true,
  });
}, 300_000);
