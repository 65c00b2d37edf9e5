import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../../worker/analyzer/facts';
import { deviceOf, growTree, isAllSeenAbove, isOpenBeside } from '../../../worker/analyzer/node/device-tree';
import { millisecondsOf } from './support/change-node';

const one = (name: string, minor: number, uses: readonly string[], more: Partial<Mapping> = {}): Mapping => ({
  ...{ name, uuid: `LVM-${name}`, major: 253, minor, open: 0, suspended: false, tables: 'Live', holders: [], agreed: true, line: 1 },
  uses,
  ...more,
});

/** disk <- partition <- pool (twice over) <- volume */
const disk = one('disk', 0, ['8:16'], { open: 1, holders: ['part'] });
const part = one('part', 1, ['253:0'], { open: 2 });
const data = one('data', 2, ['253:1']);
const meta = one('meta', 3, ['253:1']);
const pool = one('pool', 4, ['253:3', '253:2']);
const volume = one('volume', 5, ['253:4']);
const tree = growTree([volume, pool, meta, data, part, disk]);
const names = (mappings: readonly Mapping[] | undefined) => mappings?.map(({ name }) => name);

describe('the tree of mappings', () => {
  it('knows what lies directly below and on top', () => {
    expect(tree.at('253:4')).toBe(pool);
    expect(tree.at('8:16')).toBeUndefined();
    expect(names(tree.below(pool))).toEqual(['meta', 'data']);
    expect(names(tree.above(part))?.toSorted()).toEqual(['data', 'meta']);
    expect(tree.below(disk)).toEqual([]);
  });

  it('lists everything on top once, topmost first', () => {
    const stack = names(tree.stackAbove(disk, 16)) ?? [];
    expect(stack.toSorted()).toEqual(['data', 'meta', 'part', 'pool', 'volume']);
    const isBefore = (a: string, b: string) => stack.indexOf(a) < stack.indexOf(b);
    expect([
      isBefore('volume', 'pool'),
      isBefore('pool', 'data'),
      isBefore('pool', 'meta'),
      isBefore('data', 'part'),
      isBefore('meta', 'part'),
    ]).toEqual(Array(5).fill(true));
    expect(tree.stackAbove(volume, 16)).toEqual([]);
  });

  it('lists no more than it is asked to', () => {
    expect(tree.stackAbove(disk, 5)).toHaveLength(5);
    expect(tree.stackAbove(disk, 4)).toBeUndefined();
  });

  it("takes either reading's word: a holder's name, or the device a table uses", () => {
    const lower = one('lower', 0, [], { holders: ['upper'] });
    const upper = one('upper', 1, ['8:16']);
    expect(names(growTree([lower, upper]).above(lower))).toEqual(['upper']);
    expect(names(growTree([one('lower', 0, []), one('upper', 1, ['253:0'])]).above(one('lower', 0, [])))).toEqual([]);
  });

  it('sees that something besides the mappings on top has one open, and that a holder was not listed', () => {
    expect([disk, part, volume].map((mapping) => isOpenBeside(mapping, tree))).toEqual([false, false, false]);
    const open = one('open', 0, ['8:16'], { open: 1 });
    const unseen = one('unseen', 0, ['8:16'], { holders: ['gone'] });
    expect(isOpenBeside(open, growTree([open]))).toBe(true);
    expect([isAllSeenAbove(disk, tree), isAllSeenAbove(unseen, growTree([unseen]))]).toEqual([true, false]);
  });

  it('gives a number to the mapping both readings agree on', () => {
    const gone = one('gone', 7, [], { agreed: false });
    const there = one('there', 7, []);
    expect([growTree([gone, there]).at('253:7'), growTree([there, gone]).at('253:7')]).toEqual([there, there]);
    expect(deviceOf(there)).toBe('253:7');
  });

  it('ends at a loop, whatever the listing says', () => {
    const a = one('a', 1, ['253:2']);
    const b = one('b', 2, ['253:1']);
    const self = one('self', 3, ['253:3']);
    const loop = growTree([a, b, self]);
    expect([loop.stackAbove(a, 16), loop.stackAbove(self, 16)]).toEqual([undefined, []]);
  });

  it('walks no longer for a hub on which everything lies', () => {
    const count = 20_000;
    const hub = one(
      'hub',
      0,
      Array.from({ length: count }, (_, at) => `253:${at + 1}`),
    );
    const lower = Array.from({ length: count }, (_, at) => one(`lower${at}`, at + 1, ['8:16']));
    const upper = Array.from({ length: count }, (_, at) => one(`upper${at}`, at + 1 + count, ['253:0']));
    const wide = growTree([hub, ...lower, ...upper]);
    expect(millisecondsOf(() => lower.map((mapping) => wide.stackAbove(mapping, 16)))).toBeLessThan(5000);
  });
});
