/** Why nothing may be done about a finding yet, and whether a person who mends right now may ask for a script all the same. Pure; derived whenever a finding is read, never stored. */

export type Hold = {
  readonly openedAt: number;
  /** From holdMinutesOf(rule); 0: there is nothing to wait for. */
  readonly holdMinutes: number;
  /** Last message of the node that spoke of the state that is stored; for a cluster's finding the newest of any member. */
  readonly lastSeenAt: number;
  /** What the analysis itself says: something is under way. */
  readonly analysisHeldBack: string | null;
  /** False: the newest report could not check it. */
  readonly isConfirmed: boolean;
  /** False: something newer has arrived that no report has judged yet. */
  readonly isJudged: boolean;
};

/** Two looks a quarter of an hour apart, by the server's clock: two commands by hand prove nothing. */
const confirmingMs = 15 * 60_000;
/** Somebody who looks and asks proves a little more, and the script proves the rest for itself when it runs. */
const askingMs = 60_000;

/** A sentence part as pages and console print it; null: something may be done about it. */
export function heldBack(hold: Hold, now: number): string | null {
  const uncertain = whyUncertain(hold);
  if (uncertain !== null) return uncertain;
  const { openedAt, holdMinutes, lastSeenAt } = hold;
  if (holdMinutes === 0) return null;
  const confirmsAt = openedAt + confirmingMs;
  if (lastSeenAt < confirmsAt) return `seen once; confirmed by a check-in after ${clock(confirmsAt, now)}`;
  const liftedAt = openedAt + holdMinutes * 60_000;
  return now < liftedAt ? `confirmed; wait until ${clock(liftedAt, now)} all the same` : null;
}

/** `confirmedAt`: when the node's message came that it rests on. `says`: a sentence part for pages. */
export type Asking =
  | { readonly isOpen: true; readonly confirmedAt: number; readonly says: string }
  | { readonly isOpen: false; readonly says: string };

/**
 * May a script be asked for now, while the finding is held back for everybody else? After a later message of the node, a
 * minute or more behind the first. What is under way, not confirmed or not judged yet is not opened by asking; nor is a
 * finding that waits longer than the rest: it is about data. The script's own guards are the same either way.
 */
export function mayAskSooner(hold: Hold, now: number): Asking {
  const uncertain = whyUncertain(hold);
  if (uncertain !== null) return { isOpen: false, says: uncertain };
  const { openedAt, holdMinutes, lastSeenAt } = hold;
  const liftedAt = openedAt + holdMinutes * 60_000;
  if (holdMinutes * 60_000 > confirmingMs && now < liftedAt)
    return { isOpen: false, says: `wait until ${clock(liftedAt, now)}: this one is not hurried` };
  const confirmsAt = openedAt + askingMs;
  return holdMinutes === 0 || lastSeenAt >= confirmsAt
    ? { isOpen: true, confirmedAt: lastSeenAt, says: `confirmed at ${clock(lastSeenAt, now, 'down')}; a script may be asked for now` }
    : { isOpen: false, says: `seen once; a script may be asked for when the node has checked in after ${clock(confirmsAt, now)}` };
}

function whyUncertain({ analysisHeldBack, isConfirmed, isJudged }: Hold): string | null {
  if (!isConfirmed) return 'cannot be confirmed now; not checked at the last check-in';
  if (!isJudged) return 'a newer check-in is being judged';
  return analysisHeldBack;
}

const minute = 60_000;

/** `09:56 UTC`, with the day when it is not today's; a time to come is rounded up, so that it is true when the clock shows it. */
function clock(at: number, now: number, round: 'up' | 'down' = 'up'): string {
  const iso = new Date((round === 'up' ? Math.ceil(at / minute) : Math.floor(at / minute)) * minute).toISOString();
  const day = iso.slice(0, 10);
  return `${day === new Date(now).toISOString().slice(0, 10) ? '' : `${day} `}${iso.slice(11, 16)} UTC`;
}
