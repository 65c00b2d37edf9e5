/** What a node is told when its message is not taken. `inside` is for the log and never leaves. */
import type { Problem } from '../problem';
import { maxWireBytes } from '../wire/snapshot';
import type { Malformed } from './read-signature';
import type { NotGenuine } from './verify-request';

export type NotAuthentic = Malformed | NotGenuine | 'keyid_malformed' | 'node_unknown' | 'node_retired' | 'customer_leaving';

/** Every failed authentication of a node: alike outside, told apart in the log. */
export const notAuthentic = (why: NotAuthentic, keyid?: string): Problem => ({
  reason: 'node_unknown',
  detail:
    'No node is enrolled here under this id and key: it was removed, enrolled again with another key, or signs in a way this server does not read. To enrol it: sexton-collector enroll --server URL',
  inside: { why, keyid },
});

export const tooLarge: Problem = {
  reason: 'too_large',
  detail: `A check-in may be ${maxWireBytes / 1024 / 1024} MB compressed, this one is larger. Look at what "sexton-collector collect" prints.`,
  inside: { why: 'wire_too_large' },
};

export const tooMany = (keyid: string): Problem => ({
  reason: 'too_many',
  detail: 'This node checks in too often. It may do so again in a minute.',
  retryAfterSeconds: 60,
  inside: { why: 'too_many', keyid },
});

export const tooBusy: Problem = {
  reason: 'unavailable',
  detail: 'Several check-ins of this node arrived at the same moment. Send this one again.',
  retryAfterSeconds: 5,
  inside: { why: 'moved_on_twice' },
};

export const sequenceUsed = (last: number): Problem => ({
  reason: 'sequence_used',
  detail: `The last check-in taken from this node has number ${last}. Sign again with the next one.`,
  extra: { last },
});
