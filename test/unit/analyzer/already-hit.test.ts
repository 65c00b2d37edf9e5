/** "Already hit": failed tasks a finding explains, and none that it does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FakeNode } from './support/fake-node';
import { judge } from './support/judge';
import { pve1, pve2, pve3 } from './support/sample-cluster';

const ended = Date.UTC(2026, 10, 20, 22, 14) / 1000;
const busy = (volume: string) => `can't activate LV '/dev/san1vg/${volume}': device-mapper: create ioctl on x LVM-1 failed: Device or resource busy`;

function hitsOf(ruleId: string, failedTasks: string, at: FakeNode = pve1): readonly (string | undefined)[] {
  const nodes = [pve1, pve2, pve3].map((node) => (node.name === at.name ? { ...node, failedTasks } : node));
  const report = judge(...nodes);
  return [...report.nodes, report.cluster]
    .flatMap(({ findings }) => findings)
    .flatMap((found) => (found.ruleId === ruleId ? [found.alreadyHit] : []));
}

describe('a failed task', () => {
  it('about the guest that names the very volume is told with the finding, newest first', () => {
    const lines = [1, 2, 3, 4].map((hour) => `${ended - hour * 3600} qmstart 119 ${busy('vm-119-disk-0')}\n`).join('');
    expect(hitsOf('dm.impostor-mapping', `${ended} qmigrate 119 ${busy('vm-119-disk-0')}\n`)).toEqual([
      '1 failed task in 7 days: 2026-11-20 22:14 UTC qmigrate 119 on pve1',
    ]);
    expect(hitsOf('dm.impostor-mapping', lines)[0]).toMatch(/^4 failed tasks in 7 days: 2026-11-20 21:14 UTC .* and more$/);
  });

  it('counts on whichever node it ran', () =>
    expect(hitsOf('dm.impostor-mapping', `${ended} qmigrate 119 ${busy('vm-119-disk-0')}\n`, pve3)[0]).toContain('on pve3'));

  it('is read in the form creations leave behind', () =>
    expect(
      hitsOf('dm.stale-mapping', `${ended} qmcreate 777 lvcreate 'san1vg/vm-777-disk-0' error: Failed to activate new LV san1vg/vm-777-disk-0.\n`),
    ).toEqual([expect.stringContaining('qmcreate 777')]));

  it.each([
    ['of another guest', `${ended} qmstart 120 ${busy('vm-119-disk-0')}\n`],
    ['about another disk of the guest', `${ended} qmstart 119 ${busy('vm-119-disk-01')}\n`],
    ['that says nothing', `${ended} qmstart 119 \n`],
    ['that failed for another reason', `${ended} qmstart 119 got timeout\n`],
  ])('%s is not', (_what, line) => expect(hitsOf('dm.impostor-mapping', line)).toEqual([undefined]));

  it('changes no finding, whatever the list holds', () => {
    const bare = (failedTasks: string) =>
      JSON.stringify(judge({ ...pve1, failedTasks }, pve2, pve3).nodes.map(({ findings }) => findings.map(({ alreadyHit: _, ...found }) => found)));
    const before = bare('');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => bare(text) === before),
      { numRuns: 30 },
    );
  });
});
