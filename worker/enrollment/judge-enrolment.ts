/** Token, cluster and nodes as read + what a node says -> how it gets in, or why not. Pure. */
import type { EnrolledNode, TokenRead } from '../db/tenant/enrolment-tokens';
import type { RememberedMembership } from '../db/tenant/memory';
import type { NodeId } from '../ids';
import type { Problem } from '../problem';
import { err, ok, type Result } from '../result';
import type { EnrolmentRequest } from '../wire/enrolment';
import { belongsTo, listNames, sayMembership } from './judge-membership';

export type Entry =
  /** A key that is in already: its answer got lost. */
  | { readonly kind: 'again'; readonly node: EnrolledNode }
  | { readonly kind: 'new'; readonly membership: RememberedMembership }
  /** The same machine under the same name, with a new key. */
  | { readonly kind: 'new-key'; readonly nodeId: NodeId; readonly membership: RememberedMembership }
  /** Another machine under the name of one that has fallen silent: it was installed anew. The old node is retired. */
  | { readonly kind: 'replaces'; readonly old: EnrolledNode; readonly membership: RememberedMembership };

export type Desk = { readonly token: TokenRead; readonly nodes: readonly EnrolledNode[]; readonly tenantName: string; readonly now: number };

/** `used_up` needs a look at who used it and is worded by the caller. */
export type Refusal = { readonly reason: 'used_up' } | { readonly reason: 'problem'; readonly problem: Problem };

export function judgeEnrolment({ token, nodes, tenantName, now }: Desk, request: EnrolmentRequest): Result<Entry, Refusal> {
  const refuse = (problem: Problem): Result<never, Refusal> => err({ reason: 'problem', problem });
  const sameKey = nodes.find(({ publicKey }) => publicKey === request.publicKey);
  if (sameKey !== undefined) {
    if (sameKey.status === 'retired')
      return refuse({
        reason: 'already_enrolled',
        detail: `This key belonged to ${sameKey.name}, which was removed. Make a new one: sexton-collector enroll --new-key`,
        inside: { why: 'key_of_removed_node' },
      });
    if (sameKey.machineId !== null && sameKey.machineId !== request.machineId)
      return refuse({ reason: 'already_enrolled', detail: sayCopied(sameKey, now), inside: { why: 'key_copied' } });
    if (sameKey.clusterId === token.clusterId) return ok({ kind: 'again', node: sameKey });
    return refuse({ reason: 'already_enrolled', detail: sayEnrolled(sameKey, tenantName), inside: { why: 'key_in_other_cluster' } });
  }
  if (token.expiresAt <= now)
    return refuse({
      reason: 'token_expired',
      detail: `This token expired ${sayAgo(now - token.expiresAt)} ago. Make a new one under ${tenantName} › Enrol nodes. Nothing was changed here.`,
    });
  if (token.usesLeft <= 0) return err({ reason: 'used_up' });

  const { cluster, members } = request.membership;
  if (!members.includes(request.node))
    return refuse({
      reason: 'bad_request',
      detail: `${request.node} is not in its own member list (${listNames(members)}).`,
      inside: { why: 'not_its_own_member' },
    });
  const membership: RememberedMembership = { cluster, members: [...members].sort(), machineId: request.machineId };
  const inCluster = nodes.filter(({ clusterId, status }) => clusterId === token.clusterId && status !== 'retired');
  const sameName = inCluster.find(({ name }) => name === request.node);
  const remembered = token.membership === null ? undefined : (JSON.parse(token.membership) as RememberedMembership);
  // A token that lets nobody in without approval does not hand a node's place to a new key either.
  const mayReplace = token.autoApprove === 1 || sameName?.status !== 'active';
  const isSameCluster = remembered?.cluster === cluster || (remembered?.cluster === null && members.includes(request.node));
  if (sameName !== undefined && mayReplace && sameName.machineId === request.machineId && isSameCluster) {
    return ok({ kind: 'new-key', nodeId: sameName.nodeId, membership });
  }
  const names = inCluster.map(({ name }) => name);
  // Node names are unique in a Proxmox VE cluster: when another one is on this node's list, or there is none, the old one is gone.
  const others = names.filter((name) => name !== request.node);
  const isInPlace = others.length === 0 ? remembered?.cluster === cluster : belongsTo(remembered, others, request.membership);
  if (sameName !== undefined && isInPlace && mayReplace && sameName.machineId !== request.machineId && isGone(sameName, now)) {
    return ok({ kind: 'replaces', old: sameName, membership });
  }
  if (!belongsTo(remembered, names, request.membership) && !(sameName !== undefined && isInPlace)) {
    const owners = names.length === 0 ? (remembered?.members ?? []) : names;
    const detail = `This token belongs to ${token.clusterName} (${listNames(owners)}). This node says it ${cluster === null ? 'is' : 'belongs to'} ${sayMembership(request.membership)}. Nothing was enrolled.`;
    return refuse({ reason: 'wrong_cluster', detail });
  }
  if (sameName !== undefined) {
    const other =
      sameName.machineId === request.machineId
        ? 'This token may not replace its key: use one that needs no approval.'
        : `It is another machine than this one${mayReplace ? `, heard ${sayHeard(sameName, now)}` : ''}. If this one takes its place, ${mayReplace ? 'stop that one: when it has been silent for an hour, enrol again' : 'use a token that needs no approval'}.`;
    const detail = `${sayEnrolled(sameName, tenantName)} ${other} Nothing was enrolled.`;
    return refuse({ reason: 'already_enrolled', detail, inside: { why: 'name_taken' } });
  }
  return ok({ kind: 'new', membership });
}

const hourMs = 3_600_000;

/** Not heard for so long that cron calls it silent; one that never spoke, or waits for approval, after an hour. */
function isGone({ silent, status, lastSeenAt, enrolledAt }: EnrolledNode, now: number): boolean {
  if (lastSeenAt > 0 && status === 'active') return silent === 1;
  return now - Math.max(lastSeenAt, enrolledAt) > hourMs;
}

const sayHeard = ({ lastSeenAt }: EnrolledNode, now: number): string => (lastSeenAt === 0 ? 'not yet' : `${sayAgo(now - lastSeenAt)} ago`);

function sayCopied({ name, lastSeenAt }: EnrolledNode, now: number): string {
  const heard = lastSeenAt === 0 ? 'not heard yet' : `last heard ${sayAgo(now - lastSeenAt)} ago`;
  return `Another machine already speaks with this key (${name}, ${heard}). This looks like a copied disk image. Run: sexton-collector enroll --new-key`;
}

function sayEnrolled({ name, clusterName, enrolledAt }: EnrolledNode, tenantName: string): string {
  const since = new Date(enrolledAt).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return `${name} is already enrolled in ${tenantName} / ${clusterName} since ${since}. To move it: sexton-collector unenroll, then enroll.`;
}

function sayAgo(milliseconds: number): string {
  const minutes = Math.max(1, Math.floor(milliseconds / 60_000));
  const [count, unit] =
    minutes < 120 ? [minutes, 'minute'] : minutes < 48 * 60 ? [Math.floor(minutes / 60), 'hour'] : [Math.floor(minutes / 1440), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
