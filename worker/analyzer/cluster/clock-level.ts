/**
 * How far a node's clock is off, in steps: a step changes seldom, a number of seconds with every check-in. A signature's
 * time ahead of ours proves a clock that is ahead by at least as much; one behind may have been under way for a while.
 */

/** Level 1 and up: more than so many seconds. Cluster members should agree within five. */
const steps: readonly { readonly seconds: number; readonly words: string }[] = [
  { seconds: 5, words: '5 seconds' },
  { seconds: 30, words: '30 seconds' },
  { seconds: 300, words: '5 minutes' },
  { seconds: 3600, words: 'an hour' },
  { seconds: 86_400, words: 'a day' },
];

/** What a request may take from signing to arriving, and the part of a second the signature leaves out. */
const underWaySeconds = 11;

/** `created`: Unix seconds of the signature. `now`: Unix milliseconds. 0: right; positive: ahead, negative: behind. */
export function clockLevelOf(created: number, now: number): number {
  const ahead = created - now / 1000;
  const levelOf = (seconds: number): number => steps.filter((step) => seconds > step.seconds).length;
  // Not `-0`: it is stored and compared.
  return ahead >= 0 ? levelOf(ahead) : 0 - levelOf(-ahead - underWaySeconds);
}

/** `more than 5 minutes ahead`; undefined: right. */
export function sayClockLevel(level: number): string | undefined {
  const step = steps[Math.min(Math.abs(level), steps.length) - 1];
  return step && `more than ${step.words} ${level > 0 ? 'ahead' : 'behind'}`;
}
