/**
 * How often somebody may come, where the platform has no counter bound: so many a minute and key, counted in memory. What
 * it remembers is bounded: when too many keys came in one minute, the oldest are forgotten and may come again.
 */
import type { Limiter } from './ports';

const perMinute = 60;
const minuteMs = 60_000;
const maxKeys = 20_000;

export function makeOwnLimiter(now: () => number, { most = perMinute, keys = maxKeys } = {}): Limiter {
  let minute = 0;
  const counts = new Map<string, number>();
  return async (key) => {
    const current = Math.floor(now() / minuteMs);
    if (current !== minute) {
      minute = current;
      counts.clear();
    }
    const count = (counts.get(key) ?? 0) + 1;
    // Set anew, so that who comes often is not among the oldest.
    counts.delete(key);
    counts.set(key, count);
    const [oldest] = counts.size > keys ? counts.keys() : [];
    if (oldest !== undefined) counts.delete(oldest);
    return count <= most;
  };
}
