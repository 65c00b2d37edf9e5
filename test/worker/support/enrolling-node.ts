/** `enroll` as the collector does it: the same signed bytes until the server has said yes or no. */
import type { EnrolmentAnswer } from '../../../worker/wire/enrolment';
import type { Browser } from './staff';
import { type EnrolmentWish, signEnrolment } from './test-node';

export type Enrolled = {
  readonly status: number;
  /** Of the problem document; undefined: it is in. */
  readonly reason: string | undefined;
  readonly answer: EnrolmentAnswer | undefined;
};

const maxTries = 30;

/** `visit` may reject: then the request or its answer got lost. `tries`: 1 gives up after the first. */
export async function enrolThrough(visit: Browser, token: string, node: string, wish: EnrolmentWish = {}, tries = maxTries): Promise<Enrolled> {
  const { headers, body } = await signEnrolment(token, node, wish);
  let last: Enrolled = { status: 0, reason: 'lost', answer: undefined };
  for (let tried = 0; tried < tries; tried += 1) {
    const response = await visit('/v1/enroll', { method: 'POST', headers, body: Uint8Array.from(body) }).catch(() => undefined);
    if (response === undefined) continue;
    const document = (await response.json()) as { type?: string };
    const isIn = response.status === 201;
    last = {
      status: response.status,
      reason: isIn ? undefined : document.type?.replace('urn:sexton:', ''),
      answer: isIn ? (document as EnrolmentAnswer) : undefined,
    };
    if (response.status !== 503 && response.status !== 429 && last.reason !== 'conflict') return last;
  }
  return last;
}
