/** Was the node silent until this message, whether cron had the time to notice or not? */
import { freshForMs } from '../analyzer';
import type { Speaker } from '../db/tenant/nodes';

/** A report may be under way while its node becomes too old for it. */
const marginMs = 60_000;

/**
 * A report made meanwhile may have called it silent, and nothing but this message takes that back. After the database
 * was away all nodes come back within one minute, before the first tick has marked any of them.
 */
export function wasAway({ isSilent, lastSeenAt, intervalSeconds }: Speaker, now: number): boolean {
  return isSilent || (lastSeenAt > 0 && now - lastSeenAt > freshForMs(intervalSeconds) - marginMs);
}
