/** The performance grade of a node from the numbers of its newest check-in. */
import { gradePerformance, type Performance } from '../../analyzer';
import type { FleetNode } from '../../db/fleet';
import { vitals } from '../../wire/snapshot';

/** `?` for a node that has not spoken, or whose numbers an earlier release stored in another shape. */
export function performanceOf({ vitals: stored }: Pick<FleetNode, 'vitals'>): Performance {
  const read = vitals.safeParse(JSON.parse(stored === '' ? '{}' : stored));
  return gradePerformance(read.success ? read.data : {});
}
