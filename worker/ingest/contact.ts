/** What a message tells about how its node speaks, next to what was known of that: pure, stored with the message. */
import { clockLevelOf, isSharedSince } from '../analyzer';
import type { Heard, Speaker } from '../db/tenant/nodes';

export type ContactNews = Pick<Heard, 'earlierBoots' | 'identitySharedAt' | 'clockSeen' | 'clockLevel'> & {
  /** The cluster's report says something else now. */
  readonly isNews: boolean;
};

/** So many machines may take turns with one key and are still noticed. */
const bootsKept = 8;
const bootName = (bootId: string): string => bootId.slice(0, 8);

/** `created`: Unix seconds of the signature. `now`: Unix milliseconds. */
export function hearContact(speaker: Speaker, { bootId, created, now }: { bootId: string; created: number; now: number }): ContactNews {
  const earlier = speaker.earlierBoots === '' ? [] : speaker.earlierBoots.split(' ');
  const isSameBoot = speaker.bootId === null || speaker.bootId === bootId;
  // A boot id that another one replaced never comes back by itself.
  const isShared = !isSameBoot && earlier.includes(bootName(bootId));
  const clockSeen = clockLevelOf(created, now);
  // Two in a row: a request that was under way for long, or is sent a second time, accuses no clock.
  const clockLevel = clockSeen === speaker.clockSeen ? clockSeen : speaker.clockLevel;
  return {
    earlierBoots: isSameBoot ? speaker.earlierBoots : keepBoots(speaker.bootId, bootId, earlier),
    identitySharedAt: isShared ? now : speaker.identitySharedAt,
    clockSeen,
    clockLevel,
    isNews: (isShared && !isSharedSince(speaker.identitySharedAt, speaker.intervalSeconds, now)) || clockLevel !== speaker.clockLevel,
  };
}

function keepBoots(before: string | null, bootId: string, earlier: readonly string[]): string {
  const newest = bootName(before ?? '');
  return [newest, ...earlier.filter((name) => name !== newest && name !== bootName(bootId))].slice(0, bootsKept).join(' ');
}
