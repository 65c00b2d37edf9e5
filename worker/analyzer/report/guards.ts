/** "Safe to remove": the reasons beside the word. The rule's own, and what only who prints a finding knows. Console, page and JSON say the same. */
import type { Explanation, Remedy } from '../report-shape';

export type Circumstance = {
  /** Undefined: not known, and then not said. */
  readonly isQuorate: boolean | undefined;
  /** Unix milliseconds of the first and the newest look that showed it; undefined: one look. */
  readonly seen: { readonly first: number; readonly last: number } | undefined;
};

/** `heldBack`: what the analysis says is under way: then the reasons are not complete, and nothing is called safe. */
type Guarded = { readonly explanation: Explanation; readonly remedy: Remedy | null; readonly heldBack: string | null };

/** Empty: nothing is offered, so nothing is called safe. */
export function safeBecause({ explanation: { safe = [] }, remedy, heldBack }: Guarded, { isQuorate, seen }: Circumstance): readonly string[] {
  if (safe.length === 0 || remedy === null || heldBack !== null) return [];
  const isTwice = seen !== undefined && seen.last > seen.first;
  const same = isTwice ? [`same at ${clock(seen.first, seen.last)} and ${clock(seen.last, seen.last)} UTC`] : [];
  return [...safe, ...(isQuorate === true ? ['cluster quorate'] : []), ...same];
}

const safeTo: Readonly<Record<Remedy['kind'], string>> = {
  'remove-mapping': 'Safe to remove',
  'deactivate-volume': 'Safe to deactivate',
  'refresh-volume': 'Safe to refresh',
};

/** What stands before the reasons; `isEarly`: nothing may be done yet, so the word is not used. */
export const nameSafe = ({ kind }: Remedy, isEarly: boolean): string => (isEarly ? 'Checked so far' : safeTo[kind]);

/** `09:26`, with its day when that is another one. */
function clock(at: number, beside: number): string {
  const iso = new Date(at).toISOString();
  const time = iso.slice(11, 16);
  return iso.slice(0, 10) === new Date(beside).toISOString().slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}
