/** Must the node send its whole state now? */
import { createHash } from 'node:crypto';
import { factsVersion } from '../analyzer';
import type { Speaker } from '../db/tenant/nodes';

const dayMs = 86_400_000;

/**
 * No raw state is older than seven days. Nodes enrolled on one day are not all asked on another: each has its own limit,
 * between five and seven days, by its id.
 */
const oldestStateMs = (nodeId: string): number =>
  5 * dayMs + (parseInt(createHash('sha256').update(nodeId).digest('hex').slice(0, 8), 16) / 2 ** 32) * 2 * dayMs;

/** The short message speaks of the state we have: everything known of the node is still so. */
export const isStateKnown = (speaker: Speaker, stateHash: string): boolean =>
  speaker.stateHash === stateHash && speaker.factsVersion === factsVersion;

export function wantsState(speaker: Speaker, stateHash: string, keepsRaw: boolean, now: number): boolean {
  if (!isStateKnown(speaker, stateHash)) return true;
  if (keepsRaw && speaker.rawKey === null) return true;
  return speaker.stateAt === null || now - speaker.stateAt > oldestStateMs(speaker.nodeId);
}
