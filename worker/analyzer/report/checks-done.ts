/** How many checks of a report were done, wait for other members, or could not be done. */
import type { Outcome } from '../report-shape';
import type { ConsoleInput } from './console-input';

export type ChecksDone = { readonly done: number; readonly waiting: number; readonly undone: number };

/** What another member's word would settle. */
const othersReasons = new Set<Outcome['notChecked'][number]['why']['reason']>(['not_enrolled', 'no_fresh_view', 'no_state', 'silent']);

/** Checks of this node and of its cluster. One that found nothing it could apply to has looked: it is done. */
export function checksOf({ report }: Pick<ConsoleInput, 'report'>, { outcomes }: { readonly outcomes: readonly Outcome[] }): ChecksDone {
  const all = [...outcomes, ...report.cluster.outcomes];
  const holes = all.filter(({ notChecked }) => notChecked.length > 0);
  const waiting = holes.filter(({ notChecked }) => notChecked.every(({ why }) => othersReasons.has(why.reason))).length;
  return { done: all.length - holes.length, waiting, undone: holes.length - waiting };
}
