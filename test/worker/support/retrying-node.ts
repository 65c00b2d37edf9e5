/**
 * A node as its collector behaves: the same bytes again when no answer came or the server could not serve, signed anew
 * with the next number when the number was used, the whole state when the server wants it. Through the app, as in life.
 */
import type { Answer, Capture, Header } from '../../../worker/wire/snapshot';
import type { Browser } from './staff';
import { type Key, packMessage, signRequest } from './test-node';

export type Form = 'full' | 'short';
export type Delivered = {
  readonly status: number;
  readonly answer: Answer | undefined;
  /** Requests it took. */
  readonly tries: number;
};

export type Speaker = {
  readonly key: Key;
  readonly keyid: string;
  readonly sequence: number;
  /** Its own clock, Unix milliseconds. */
  readonly now: () => number;
};

export type RetryingNode = {
  /** The number it used last. */
  readonly sequence: () => number;
  readonly deliver: (form: Form, captures: readonly Capture[], more?: Partial<Header>) => Promise<Delivered>;
  /** The same, given up after the first request whatever came of it: the node dies. */
  readonly deliverOnce: (form: Form, captures: readonly Capture[]) => Promise<Delivered>;
};

/** A lost answer or a server that cannot serve is met again at most this often; then a test has gone wrong. */
const maxTries = 12;
const path = '/v1/snapshots';

type Reply = { readonly status: number; readonly body: { readonly type?: string; readonly last?: number } & Partial<Answer> };

/** `visit` may reject: then the request or its answer got lost. `pause` runs before every repetition. */
export function makeRetryingNode(
  visit: Browser,
  { key, keyid, sequence: first, now }: Speaker,
  pause: () => Promise<void> = async () => undefined,
): RetryingNode {
  let sequence = first;

  async function post(body: Uint8Array<ArrayBuffer>, number: number): Promise<Reply | undefined> {
    const { headers } = await signRequest({ key, keyid, path, sequence: number, created: Math.floor(now() / 1000) }, body);
    try {
      const response = await visit(path, { method: 'POST', headers, body });
      return { status: response.status, body: (await response.json()) as Reply['body'] };
    } catch {
      return undefined;
    }
  }

  async function deliver(form: Form, captures: readonly Capture[], most: number, more: Partial<Header> = {}): Promise<Delivered> {
    let tries = 0;
    let reply: Reply | undefined;
    for (let body: Uint8Array<ArrayBuffer> | undefined; tries < most; ) {
      if (body === undefined) {
        sequence += 1;
        body = await packMessage(form, captures, sequence, more);
      }
      if (tries > 0) await pause();
      tries += 1;
      reply = await post(body, sequence);
      if (reply === undefined || reply.status === 503 || reply.status === 429) continue;
      if (reply.status !== 409 || reply.body.type !== 'urn:sexton:sequence_used') break;
      sequence = Math.max(sequence, reply.body.last ?? 0);
      body = undefined;
    }
    const answer = reply?.status === 200 ? (reply.body as Answer) : undefined;
    if (answer?.want === 'state' && form === 'short' && most > 1) {
      const full = await deliver('full', captures, most, more);
      return { ...full, tries: tries + full.tries };
    }
    return { status: reply?.status ?? 0, answer, tries };
  }

  return {
    sequence: () => sequence,
    deliver: (form, captures, more) => deliver(form, captures, maxTries, more),
    deliverOnce: (form, captures) => deliver(form, captures, 1),
  };
}
