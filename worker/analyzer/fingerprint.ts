/** Ids of findings: the same problem has the same id for ever. */
import { createHash } from 'node:crypto';
import { base32 } from '../ids';

/** `f_` + 16 characters over cluster, node (empty: the cluster's), rule and subject. */
export function fingerprintOf(clusterId: string, nodeId: string, ruleId: string, subject: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([clusterId, nodeId, ruleId, subject]))
    .digest();
  return `f_${base32(digest).slice(0, 16)}`;
}
