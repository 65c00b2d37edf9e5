import { afterEach, describe, expect, it } from 'vitest';
import { type FakeNode, makeFakeNode } from './fake-node';
import { capturesOf, collectState, comparable, runProbe } from './probe-on-fake-node';

let node: FakeNode;
afterEach(() => node.remove());

describe('sexton-probe.sh', () => {
  it('says of a node what the collector says', async () => {
    node = await makeFakeNode();
    const { code, out, err } = await runProbe(node);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(comparable(capturesOf(out))).toEqual(comparable(await collectState(node)));
  }, 60_000);
});
