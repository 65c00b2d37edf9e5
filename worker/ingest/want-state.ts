/** Must the node send its whole state now? */
import { factsVersion } from '../analyzer';
import type { Speaker } from '../db/tenant/nodes';

const oldestStateMilliseconds = 7 * 86_400_000;

/** The short message speaks of the state we have: everything known of the node is still so. */
export const isStateKnown = (speaker: Speaker, stateHash: string): boolean =>
  speaker.stateHash === stateHash && speaker.factsVersion === factsVersion;

export function wantsState(speaker: Speaker, stateHash: string, keepsRaw: boolean, now: number): boolean {
  if (!isStateKnown(speaker, stateHash)) return true;
  if (keepsRaw && speaker.rawKey === null) return true;
  return speaker.stateAt === null || now - speaker.stateAt > oldestStateMilliseconds;
}
