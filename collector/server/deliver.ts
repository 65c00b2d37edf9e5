/** Brings one message to the server: sequence taken and stored first, signed, sent; signed anew when the number was used. */

import { type Context, runSeconds } from '../context';
import { type Memory, writeMemory } from '../state/memory';
import { type Patience, post, type Way } from './client';
import { interpretReply, type Outcome } from './problem-reply';
import { type NodeKey, signPost } from './signing';

const maxAttempts = 4; // the first, and three signed anew

export type Delivery<T> = {
  readonly outcome: Exclude<Outcome<T>, { kind: 'sequence_used' }>;
  readonly memory: Memory /** As it was sent last. */;
  readonly body: Buffer;
};

export type Sender = { readonly key: NodeKey; readonly keyid: string; readonly way: Way };

export type Parcel<T> = {
  readonly path: string;
  readonly contentType: string;
  readonly bodyFor: (sequence: number) => Buffer;
  readonly readAnswer: (document: Readonly<Record<string, unknown>>) => T | undefined;
  /** Seconds of this run by which it is over; undefined: when the whole run is. */
  readonly until?: number;
};

export async function deliver<T>(context: Context, { key, keyid, way }: Sender, before: Memory, parcel: Parcel<T>): Promise<Delivery<T>> {
  const { path, contentType, bodyFor, readAnswer, until = runSeconds.all } = parcel;
  let memory = before;
  let body: Buffer = Buffer.alloc(0);
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const patience = patienceUntil(context, until);
    if (attempt > 1 && patience.answerSeconds < runSeconds.leastForAnswer / 2) break;
    const sequence = memory.sequence + 1;
    memory = { ...memory, sequence };
    writeMemory(context.directory, memory);
    body = bodyFor(sequence);
    const created = Math.floor(context.now() / 1000);
    const headers = { ...signPost(key, { path, body, sequence, keyid, created }), 'content-type': contentType };
    const outcome = interpretReply(await post(way, patience, { path, headers, body }), readAnswer);
    if (outcome.kind !== 'sequence_used') return { outcome, memory, body };
    memory = { ...memory, sequence: Math.max(outcome.last, sequence) };
  }
  const says = 'Every sequence number was used before: somebody else speaks with this key at the same moment.';
  return { outcome: { kind: 'unreachable', says }, memory, body };
}

/** Within what is left of the run. */
export function patienceUntil({ elapsedMs }: Context, until: number): Patience {
  const left = Math.max(1, until - elapsedMs() / 1000);
  return { connectSeconds: Math.min(10, left), answerSeconds: Math.min(60, left) };
}
