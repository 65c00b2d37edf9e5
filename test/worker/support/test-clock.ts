/** The clock of the test ports that were made last: nodes of a test sign with it, as a node with a right clock does. */
export const noon = Date.UTC(2026, 10, 21, 9, 41, 7);

let newest = { now: noon };

/** Milliseconds, set by hand. */
export function makeClock(): { now: number } {
  newest = { now: noon };
  return newest;
}

/** Unix seconds. */
export const nodeSeconds = (): number => Math.floor(newest.now / 1000);
