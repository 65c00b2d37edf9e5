/** Brings one message to the server: sequence taken and stored first, signed, sent; signed anew when the number was used. */
import type { Answer } from '../worker/wire/snapshot';
import { type Connection, post } from './client';
import { type Context, runSeconds } from './context';
import { type Memory, writeMemory } from './memory';
import { interpretReply, type Outcome, readAnswer } from './problem-reply';
import { type NodeKey, signPost } from './signing';

const path = '/v1/snapshots';
const maxAttempts = 4; // the first, and three signed anew

export type Delivery = {
  readonly outcome: Exclude<Outcome<Answer>, { kind: 'sequence_used' }>;
  readonly memory: Memory /** As it was sent last. */;
  readonly body: Buffer;
};

export type Sender = { readonly key: NodeKey; readonly keyid: string; readonly server: string };

export async function deliver(context: Context, sender: Sender, before: Memory, bodyFor: (sequence: number) => Buffer): Promise<Delivery> {
  let memory = before;
  let body: Buffer = Buffer.alloc(0);
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const sequence = memory.sequence + 1;
    memory = { ...memory, sequence };
    writeMemory(context.directory, memory);
    body = bodyFor(sequence);
    const created = Math.floor(context.now() / 1000);
    const headers = {
      ...signPost(sender.key, { path, body, sequence, keyid: sender.keyid, created }),
      'content-type': 'application/vnd.sexton.snapshot+gzip',
    };
    const outcome = interpretReply(await post(connectionOf(context, sender.server), path, headers, body), readAnswer);
    if (outcome.kind !== 'sequence_used') return { outcome, memory, body };
    memory = { ...memory, sequence: Math.max(outcome.last, sequence) };
  }
  return {
    outcome: { kind: 'unreachable', says: 'Somebody else speaks with this key at the same moment: every sequence number was used before.' },
    memory,
    body,
  };
}

/** Within what is left of the whole run. */
export function connectionOf({ config, elapsedMs }: Context, server: string): Connection {
  const left = Math.max(runSeconds.leastForAnswer, runSeconds.all - elapsedMs() / 1000);
  return { server, ca: config.ca, connectSeconds: Math.min(10, left), answerSeconds: Math.floor(Math.min(60, left)) };
}
