/** How busy and how full a node is: a grade of its own, never mixed into the one of its mappings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradePerformance, joinPerformance, sayPerformance } from '../../../worker/analyzer';
import { type Measure, performanceLimits } from '../../../worker/analyzer/score/performance';
import type { Vitals } from '../../../worker/wire/snapshot';

const idle = { cpu: 3, memory: [20, 100], swap: [0, 0], root: [10, 100], fullest: 40 } satisfies Vitals;
const measures = Object.entries(performanceLimits) as [Measure, readonly number[]][];
const withPercent = (what: Measure, percent: number): Vitals => {
  const pair: [number, number] = [percent * 10, 1000];
  const change: Readonly<Record<Measure, Vitals>> = {
    CPU: { cpu: percent },
    memory: { memory: pair },
    swap: { swap: pair },
    'root file system': { root: pair },
    storage: { fullest: percent },
  };
  return { ...idle, ...change[what] };
};

describe('the performance grade', () => {
  it('is A for a node with room in everything; no swap at all is no fault', () =>
    expect(gradePerformance(idle)).toEqual({ grade: 'A', complete: true, because: [] }));

  it.each(measures)('of %s falls at each of its limits and not before', (what, limits) => {
    const grades = limits.flatMap((limit) => [
      gradePerformance(withPercent(what, limit - 1)).grade,
      gradePerformance(withPercent(what, limit)).grade,
    ]);
    expect([...new Set(grades)]).toEqual(['A', 'B', 'C', 'D', 'F']);
    expect(gradePerformance(withPercent(what, limits[0] ?? 0)).because).toEqual([{ what, percent: limits[0] }]);
  });

  it('says nothing about what was not measured', () => {
    expect(gradePerformance({})).toEqual({ grade: '?', complete: false, because: [] });
    expect(sayPerformance(gradePerformance({}))).toBe('not measured');
    expect(sayPerformance(gradePerformance({ cpu: 3 }))).toBe('grade A, incomplete');
    expect(sayPerformance(gradePerformance({ ...idle, fullest: 91 }))).toBe('grade C (storage 91 %)');
  });

  it('of a cluster is that of its worst node, and has a hole where one measured nothing', () => {
    const full = gradePerformance({ ...idle, root: [99, 100] });
    expect(joinPerformance([gradePerformance(idle), full])).toEqual({
      grade: 'F',
      complete: true,
      because: [{ what: 'root file system', percent: 99 }],
    });
    expect(joinPerformance([gradePerformance(idle), gradePerformance({})])).toMatchObject({ grade: 'A', complete: false });
    expect(joinPerformance([])).toMatchObject({ grade: '?' });
  });

  it('never gets better when something gets fuller', () => {
    const order = ['A', 'B', 'C', 'D', 'F'];
    const percent = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(fc.constantFrom(...measures.map(([what]) => what)), percent, percent, (what, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((one) => order.indexOf(gradePerformance(withPercent(what, one)).grade));
        expect(less).toBeLessThanOrEqual(more ?? -1);
      }),
    );
  });

  it('of numbers no machine has is still a grade', () => {
    const number = fc.double({ min: 0, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(number, number), (pair) => {
        expect(['A', 'B', 'C', 'D', 'F']).toContain(gradePerformance({ memory: pair, swap: pair, root: pair }).grade);
      }),
    );
  });
});
