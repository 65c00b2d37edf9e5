/** When a node is asked for its whole state, and what a bucket that is not well costs. */
import { describe, expect, it } from 'vitest';
import { factsVersion } from '../../worker/analyzer';
import type { Speaker } from '../../worker/db/tenant/nodes';
import type { NodeId } from '../../worker/ids';
import { ingestMessage } from '../../worker/ingest/ingest-message';
import { wantsState } from '../../worker/ingest/want-state';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { enrolOne } from './support/enrolled-node';
import { rows } from './support/test-customer';
import { noon } from './support/test-ports';

const day = 86_400_000;
const captures = capturesOf(pve1);

const settled = (nodeId: string): Speaker =>
  ({ nodeId: nodeId as NodeId, stateHash: 'h', stateAt: noon, rawKey: 's/x', factsVersion }) as Partial<Speaker> as Speaker;
const nodes = Array.from({ length: 200 }, (_, index) => settled(`n_${index}`));
const askedAfter = (days: number): number => nodes.filter((node) => wantsState(node, 'h', true, noon + days * day)).length;

describe('the state is asked for', () => {
  it('when it is not known, has no raw copy although there is a bucket, or has an older shape', () => {
    const [node] = nodes;
    if (node === undefined) throw new Error('there are nodes');
    expect(wantsState(node, 'h', true, noon)).toBe(false);
    expect(wantsState(node, 'other', true, noon)).toBe(true);
    expect(wantsState({ ...node, rawKey: null }, 'h', true, noon)).toBe(true);
    expect(wantsState({ ...node, rawKey: null }, 'h', false, noon)).toBe(false);
    expect(wantsState({ ...node, factsVersion: factsVersion - 1 }, 'h', true, noon)).toBe(true);
    expect(wantsState({ ...node, factsVersion: null, stateAt: null }, '', true, noon)).toBe(true);
  });

  it('within seven days of every node, never of all on one day', () => {
    expect(askedAfter(4.99)).toBe(0);
    expect(askedAfter(7.01)).toBe(200);
    const byDay = [5.5, 6, 6.5].map(askedAfter);
    for (const [index, expected] of [50, 100, 150].entries()) expect(Math.abs((byDay[index] ?? 0) - expected)).toBeLessThan(25);
  });
});

describe('a bucket that never answers', () => {
  it('is not waited for; the message is taken and its state asked for again', async () => {
    const { ports, customer, node } = await enrolOne();
    const stuck = { ...ports, raw: { ...ports.raw, put: () => new Promise<void>(() => undefined) } };
    const begun = performance.now();
    expect(await ingestMessage(stuck as typeof ports, await node.sign('full', captures))).toMatchObject({ ok: true, value: { accepted: 1 } });
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(await rows(customer, 'SELECT raw_key FROM nodes WHERE tenant_id = :tenant')).toEqual([{ raw_key: null }]);
    expect(await node.short(captures)).toMatchObject({ ok: true, value: { accepted: 2, want: 'state' } });
  }, 30_000);
});
