/** What one kind of message costs, as counted in workerd; and the bars it is held against. */
import { makeRow, type Row } from './row';

export type MessageCost = {
  readonly kind: string;
  readonly form: 'short' | 'full';
  readonly statements: number;
  readonly roundTrips: number;
  readonly rowsWritten: number;
  readonly subrequests: number;
  readonly opened: number;
  readonly closed: number;
};

/** Statements, round trips and subrequests of a short message were never promised; rows were. */
export function judgeCosts(costs: readonly MessageCost[]): Row[] {
  return costs.flatMap(({ kind, form, statements, roundTrips, rowsWritten, subrequests, opened, closed }) => {
    const part = 'rows';
    const findings = opened + closed === 0 ? '' : ` (${opened} opened, ${closed} closed)`;
    const mostRows = form === 'short' ? (kind === 'short' ? 1 : 2) : 6 + 4 * opened + 2 * closed;
    const what = `${kind}${findings}`;
    return [
      makeRow({ part, what, unit: 'rows', samples: [rowsWritten], bar: { limit: mostRows, sign: '≤' } }),
      makeRow({ part, what, unit: 'statements', samples: [statements], ...(form === 'full' && { bar: { limit: 40, sign: '≤' } }) }),
      makeRow({ part, what, unit: 'round trips', samples: [roundTrips] }),
      makeRow({ part, what, unit: 'subrequests', samples: [subrequests] }),
    ];
  });
}
