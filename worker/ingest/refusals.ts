/** What a node is told when its message is not taken. */
import type { Problem } from '../problem';
import { maxWireBytes } from '../wire/snapshot';

export const unreadableSignature: Problem = {
  reason: 'bad_signature',
  detail: 'The signature headers are not the ones this server reads. Is the collector as new as the server?',
};

export const signatureWrong: Problem = {
  reason: 'bad_signature',
  detail: "The signature does not match this node's key. If the node was enrolled again, the old key is no longer valid: sexton-collector status",
};

export const nodeUnknown: Problem = {
  reason: 'node_unknown',
  detail: 'This node is not enrolled here, or was removed. To enrol it: sexton-collector enroll --server URL',
};

export const tooLarge: Problem = {
  reason: 'too_large',
  detail: `A check-in may be ${maxWireBytes / 1024 / 1024} MB compressed, this one is larger.`,
};

export const tooMany: Problem = {
  reason: 'too_many',
  detail: 'This node checks in too often. It may do so again in a minute.',
  retryAfterSeconds: 60,
};

export const tooBusy: Problem = {
  reason: 'unavailable',
  detail: 'Several check-ins of this node arrived at the same moment. Send this one again.',
  retryAfterSeconds: 5,
};

export const sequenceUsed = (last: number): Problem => ({
  reason: 'sequence_used',
  detail: `The last check-in taken from this node has number ${last}. Sign again with the next one.`,
  extra: { last },
});
