/** Why nothing may be done about a finding yet. Pure; derived whenever a finding is read, never stored. */

export type Hold = {
  readonly openedAt: number;
  /** From holdMinutesOf(rule); 0: there is nothing to wait for. */
  readonly holdMinutes: number;
  /** Last accepted message of the node; for a cluster's finding the newest of any member. */
  readonly lastSeenAt: number;
  /** What the analysis itself says: something is under way. */
  readonly analysisHeldBack: string | null;
  /** False: the newest report could not check it. */
  readonly isConfirmed: boolean;
};

/** Two looks a quarter of an hour apart, by the server's clock: two commands by hand prove nothing. */
const confirmingMs = 15 * 60_000;

/** A sentence part as pages and console print it; null: something may be done about it. */
export function heldBack({ openedAt, holdMinutes, lastSeenAt, analysisHeldBack, isConfirmed }: Hold, now: number): string | null {
  if (!isConfirmed) return 'cannot be confirmed now; not checked at the last check-in';
  if (analysisHeldBack !== null) return analysisHeldBack;
  if (holdMinutes === 0) return null;
  const confirmsAt = openedAt + confirmingMs;
  if (lastSeenAt < confirmsAt) return `seen once; confirmed by a check-in after ${clock(confirmsAt, now)}`;
  const liftedAt = openedAt + holdMinutes * 60_000;
  return now < liftedAt ? `confirmed; wait until ${clock(liftedAt, now)} all the same` : null;
}

/** `09:56 UTC`, with the day when it is not today's; rounded up, so that it is true when the clock shows it. */
function clock(at: number, now: number): string {
  const minute = 60_000;
  const iso = new Date(Math.ceil(at / minute) * minute).toISOString();
  const day = iso.slice(0, 10);
  return `${day === new Date(now).toISOString().slice(0, 10) ? '' : `${day} `}${iso.slice(11, 16)} UTC`;
}
