/** The performance grade of a node from the numbers of its newest check-in. */
import { gradePerformance, type Performance } from '../../analyzer';
import type { FleetNode } from '../../db/fleet';
import type { Vitals } from '../../wire/snapshot';

/** `?` for a node that has not spoken. Reads only what ingest stored. */
export const performanceOf = ({ vitals }: Pick<FleetNode, 'vitals'>): Performance => gradePerformance(JSON.parse(vitals) as Vitals);
