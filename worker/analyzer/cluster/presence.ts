/**
 * How a node speaks, by the server's own observation: when it was heard, whether one machine or two speak with its key,
 * whether its clock is right. Known without its facts, also of a node that is silent. Not known of saved files.
 */
import type { ClusterEvidence, Member } from './cluster-evidence';

/** Three intervals, at least a quarter of an hour. */
export function freshForMs(intervalSeconds: number): number {
  return Math.max(3 * intervalSeconds, 900) * 1000;
}

/** One machine alone has spoken for four intervals, at least an hour: the other one is gone. */
const sharedForMs = (intervalSeconds: number): number => Math.max(4 * intervalSeconds, 3600) * 1000;

export function isSharedSince(identitySharedAt: number | null, intervalSeconds: number, now: number): boolean {
  return identitySharedAt !== null && now - identitySharedAt < sharedForMs(intervalSeconds);
}

export const isIdentityShared = ({ contact, intervalSeconds }: Member, now: number): boolean =>
  isSharedSince(contact?.identitySharedAt ?? null, intervalSeconds, now);

export const isSilent = ({ lastSeenAt, intervalSeconds }: Member, now: number): boolean =>
  lastSeenAt > 0 && now - lastSeenAt > freshForMs(intervalSeconds);

/**
 * `alone`: others have spoken since it should have, or there are none. `all`: every member is silent. `unclear`: nobody
 * has spoken since, so the others may be gone too and a little time will tell.
 */
export type Silence = { readonly since: number; readonly who: 'alone' | 'all' | 'unclear' };

export type Presence = {
  readonly node: string;
  readonly intervalSeconds: number;
  /** Undefined: heard in time, or never yet. */
  readonly silence: Silence | undefined;
  /** Other members of the cluster that have ever spoken. */
  readonly hasOthers: boolean;
  readonly isShared: boolean;
  /** See clock-level.ts. */
  readonly clockLevel: number;
};

export const nameOf = ({ facts, name }: Member): string => facts?.node || name;

export function presenceOf(member: Member, { members, now }: ClusterEvidence): Presence {
  const others = members.filter((other) => other.nodeId !== member.nodeId && other.lastSeenAt > 0);
  return {
    node: nameOf(member),
    intervalSeconds: member.intervalSeconds,
    silence: isSilent(member, now) ? { since: member.lastSeenAt, who: whoIsSilent(member, others, now) } : undefined,
    hasOthers: others.length > 0,
    isShared: isIdentityShared(member, now),
    clockLevel: member.contact?.clockLevel ?? 0,
  };
}

function whoIsSilent(member: Member, others: readonly Member[], now: number): Silence['who'] {
  if (others.length === 0) return 'alone';
  if (others.every((other) => isSilent(other, now))) return 'all';
  const dueAt = member.lastSeenAt + member.intervalSeconds * 1000;
  return others.some(({ lastSeenAt }) => lastSeenAt > dueAt) ? 'alone' : 'unclear';
}

/** When time alone will change what is said here (Unix milliseconds), soonest first. */
export function presenceLimits(evidence: ClusterEvidence): readonly number[] {
  const { members, now } = evidence;
  const isUnclear = members.some((member) => presenceOf(member, evidence).silence?.who === 'unclear');
  const limits = members.flatMap((member) => [
    ...(isIdentityShared(member, now) ? [(member.contact?.identitySharedAt ?? 0) + sharedForMs(member.intervalSeconds)] : []),
    ...(isUnclear && member.lastSeenAt > 0 ? [member.lastSeenAt + freshForMs(member.intervalSeconds) + 1] : []),
  ]);
  return limits.filter((limit) => limit > now).sort((a, b) => a - b);
}
