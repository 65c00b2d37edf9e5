/**
 * Does this node belong to the token's cluster? Wrong grouping is the most dangerous false orphan: two clusters taken for
 * one would each call the other's disks unused. Pure.
 */
import type { RememberedMembership } from '../db/tenant/memory';
import type { EnrolmentRequest } from '../wire/enrolment';

export type Membership = EnrolmentRequest['membership'];

/** `remembered` undefined: the first node decides. */
export function belongsTo(remembered: RememberedMembership | undefined, enrolledNames: readonly string[], said: Membership): boolean {
  if (remembered === undefined) return true;
  // A standalone node is a cluster of one, until its own check-in says that it founded a real one: many are called "pve1".
  if (remembered.cluster === null || said.cluster !== remembered.cluster) return false;
  // The name proves little (many are called "pve"): somebody who is in must be on this node's list.
  const inside = new Set([...enrolledNames, ...(enrolledNames.length === 0 ? remembered.members : [])]);
  return said.members.some((name) => inside.has(name));
}

/** `"lab" (lab1, lab2)`, or what a node without a cluster is. */
export function sayMembership({ cluster, members }: Membership): string {
  return cluster === null ? `a standalone node (${members.join(', ')})` : `"${cluster}" (${listNames(members)})`;
}

export function listNames(names: readonly string[]): string {
  return names.length <= 8 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`;
}
