/** Has a node read old metadata for too long to have been merely overtaken? */

/** Timers are not exact to the second. */
const share = 0.9;

/** Two messages an interval apart: one made the entry (`since`), the last one still says the same. Unix milliseconds. */
export function hasStayedBehind(since: number, lastSeenAt: number, intervalSeconds: number): boolean {
  return lastSeenAt - since >= share * intervalSeconds * 1000;
}
