/**
 * How busy and how full a node is, as a grade of its own beside the one of its mappings: neither changes the other. From the
 * few numbers that come with every check-in; never stored with a report, since it changes by itself.
 */
import type { Vitals } from '../../wire/snapshot';
import type { Grade } from '../report-shape';
import { worstGrade } from './grade';

export type Measure = 'CPU' | 'memory' | 'swap' | 'root file system' | 'storage';

export type Performance = {
  /** `?`: nothing was measured. */
  readonly grade: Grade;
  /** False: one of the five was not measured. */
  readonly complete: boolean;
  /** What gives it its grade, worst first; empty below every limit. */
  readonly because: readonly { readonly what: Measure; readonly percent: number }[];
};

/**
 * Percent from which a measure is B, C, D, F; below the first it is A.
 * CPU: of all processors over the time between two check-ins, so a peak of seconds does not count. Memory: what the kernel could
 * not give to somebody else at once; Proxmox VE shrinks ballooning guests from 80 % on. Swap: of what there is; none at all is no
 * fault. Root and storage: the fullest one the node alone can tell (directories, thin pools with their metadata, ZFS pools): a
 * full thin pool stops its guests, a full root file system the node, and ZFS slows down above 80 %.
 * @see pvestatd (auto ballooning), lvmthin(7), zpool-concepts(7)
 */
export const performanceLimits: Readonly<Record<Measure, readonly [b: number, c: number, d: number, f: number]>> = {
  CPU: [70, 85, 95, 99],
  memory: [80, 90, 95, 98],
  swap: [25, 50, 80, 95],
  'root file system': [80, 90, 95, 98],
  storage: [80, 90, 95, 98],
};

const letters = ['B', 'C', 'D', 'F'] as const;

export function gradePerformance(vitals: Vitals): Performance {
  const { cpu, fullest } = vitals;
  const measured: readonly (readonly [Measure, number | undefined])[] = [
    ['CPU', cpu],
    ['memory', percentOf(vitals.memory)],
    ['swap', percentOf(vitals.swap)],
    ['root file system', percentOf(vitals.root)],
    ['storage', fullest],
  ];
  const known = measured.flatMap(([what, percent]) =>
    percent === undefined ? [] : [{ what, percent: Math.round(percent), grade: gradeOf(what, percent) }],
  );
  if (known.length === 0) return { grade: '?', complete: false, because: [] };
  const grade = worstGrade(
    known.map((one) => one.grade),
    'A',
  );
  const because = known.filter((one) => one.grade === grade && grade !== 'A').map(({ what, percent }) => ({ what, percent }));
  return { grade, complete: known.length === measured.length, because: because.sort((a, b) => b.percent - a.percent) };
}

/** The worst of its nodes; one that measured nothing leaves a hole. */
export function joinPerformance(nodes: readonly Performance[]): Performance {
  const known = nodes.filter(({ grade }) => grade !== '?');
  if (known.length === 0) return { grade: '?', complete: false, because: [] };
  const grade = worstGrade(
    known.map((one) => one.grade),
    'A',
  );
  return {
    grade,
    complete: nodes.every(({ complete }) => complete),
    because: known.find((one) => one.grade === grade)?.because ?? [],
  };
}

/** `grade B (memory 84 %), incomplete` */
export function sayPerformance({ grade, complete, because }: Performance): string {
  if (grade === '?') return 'not measured';
  const why = because.length === 0 ? '' : ` (${because.map(({ what, percent }) => `${what} ${percent} %`).join(', ')})`;
  return `grade ${grade}${why}${complete ? '' : ', incomplete'}`;
}

function gradeOf(what: Measure, percent: number): Grade {
  const passed = performanceLimits[what].filter((limit) => percent >= limit).length;
  return passed === 0 ? 'A' : (letters[passed - 1] ?? 'F');
}

/** Nothing of nothing is used; more than there is (a hostile node) is all of it. */
function percentOf(pair: readonly [used: number, total: number] | undefined): number | undefined {
  if (pair === undefined) return undefined;
  const [used, total] = pair;
  return total > 0 ? Math.min(100, (100 * used) / total) : 0;
}
