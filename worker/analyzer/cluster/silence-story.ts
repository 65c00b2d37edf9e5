/** All members of a cluster silent: since when, how close together, so that it is told once. Shared by rule and pages. */

import { listNames } from '../words';
import { freshForMs } from './presence';

type Heard = { readonly name: string; readonly lastSeenAt: number; readonly intervalSeconds: number };

export type SilenceStory = {
  readonly name: string;
  readonly count: number;
  readonly since: number;
  readonly withinMinutes: number;
  readonly isTogether: boolean;
};

/** Timers of nodes are spread over an interval, and jitter. */
const jitterMs = 5 * 60_000;

/** Undefined: somebody speaks, or fewer than two ever did. */
export function tellSilence(nodes: readonly Heard[], now: number): SilenceStory | undefined {
  const heard = nodes.filter(({ lastSeenAt }) => lastSeenAt > 0);
  if (heard.length < 2 || heard.some(({ lastSeenAt, intervalSeconds }) => now - lastSeenAt <= freshForMs(intervalSeconds))) return undefined;
  const times = heard.map(({ lastSeenAt }) => lastSeenAt);
  const [first, since] = [Math.min(...times), Math.max(...times)];
  return {
    name: listNames(heard.map(({ name }) => name).sort()),
    count: heard.length,
    since,
    withinMinutes: Math.max(1, Math.ceil((since - first) / 60_000)),
    isTogether: since - first <= Math.max(...heard.map(({ intervalSeconds }) => intervalSeconds)) * 1000 + jitterMs,
  };
}
