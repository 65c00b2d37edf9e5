/** Score and grade by the documented formula, and where each mapping counts. */
import type { Evidence } from '../evidence';
import type { JudgedMapping } from '../node/judged-mapping';
import type { CountReasons, Counts, Found, Grade } from '../report-shape';

export type Mark = { readonly score: number | null; readonly grade: Grade };

/** Score: 100; −20 per duplicate to −60; −5 per tombstone to −40. */
export function markNode(counts: Counts | null, complete: boolean): Mark {
  if (counts === null) return { score: null, grade: '?' };
  const { duplicate, tombstoned } = counts;
  return { score: 100 - Math.min(20 * duplicate, 60) - Math.min(5 * tombstoned, 40), grade: gradeOf(duplicate, tombstoned, complete) };
}

/** A+ none, B 1–5, C 6–20, D 21–50 tombstones, F any duplicate or more than 50. With holes it is never A+. */
function gradeOf(duplicates: number, tombstones: number, complete: boolean): Grade {
  if (duplicates > 0 || tombstones > 50) return 'F';
  if (tombstones > 20) return 'D';
  if (tombstones > 5) return 'C';
  if (tombstones > 0) return 'B';
  return complete ? 'A+' : 'A';
}

/** Best first. A node nobody could look at is worse than a clean one and better than one with findings. */
export const grades: readonly Grade[] = ['A+', 'A', '?', 'B', 'C', 'D', 'F'];

export function worstGrade(some: readonly Grade[], best: Grade): Grade {
  return some.reduce((worst, one) => (grades.indexOf(one) > grades.indexOf(worst) ? one : worst), best);
}

/** A cluster is as good as its worst node. */
export function markCluster(nodes: readonly Mark[], complete: boolean): Mark {
  const own: Grade = nodes.length === 0 ? '?' : complete ? 'A+' : 'A';
  const scores = nodes.flatMap(({ score }) => (score === null ? [] : [score]));
  return {
    grade: worstGrade(
      nodes.map(({ grade }) => grade),
      own,
    ),
    score: scores.length === 0 ? null : Math.min(...scores),
  };
}

type Verdict = { readonly as: 'duplicate' | 'tombstoned'; readonly word: string; readonly isHeld: boolean };

/**
 * Every mapping counts once, by the worst that was found on it; what its rule says of a finding decides as what, not how
 * severe it is. A finding about a volume counts where that volume is mapped; without a mapping it counts nowhere.
 */
export function countMappings(mappings: Evidence<readonly JudgedMapping[]>, findings: readonly Found[]): Counts | null {
  if (mappings.status === 'unknown') return null;
  const worst = new Map<string, Verdict>();
  for (const { subject, counts: as, word, heldBack } of findings) {
    if (as === 'none' || (worst.has(subject) && as === 'tombstone') || worst.get(subject)?.as === 'duplicate') continue;
    worst.set(subject, { as: as === 'duplicate' ? as : 'tombstoned', word, isHeld: heldBack !== null });
  }
  const counts = { total: mappings.value.length, valid: 0, duplicate: 0, tombstoned: 0, notChecked: 0, held: 0 };
  const reasons = { duplicate: new Map<string, number>(), tombstoned: new Map<string, number>() };
  for (const { mapping, lvm, presence } of mappings.value) {
    const verdict =
      worst.get(mapping.uuid === '' ? mapping.name : mapping.uuid) ?? (lvm?.suffix === '' ? worst.get(`${lvm.vgUuid}${lvm.lvUuid}`) : undefined);
    if (verdict !== undefined) {
      counts[verdict.as] += 1;
      if (verdict.isHeld) counts.held += 1;
      reasons[verdict.as].set(verdict.word, (reasons[verdict.as].get(verdict.word) ?? 0) + 1);
    } else if (!mapping.agreed || (lvm !== undefined && presence.status === 'unknown')) counts.notChecked += 1;
    else counts.valid += 1;
  }
  return { ...counts, reasons: listReasons(reasons) };
}

/** Most first. */
function listReasons(reasons: Readonly<Record<'duplicate' | 'tombstoned', ReadonlyMap<string, number>>>): CountReasons {
  const list = (words: ReadonlyMap<string, number>) => [...words].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return { duplicate: list(reasons.duplicate), tombstoned: list(reasons.tombstoned) };
}
