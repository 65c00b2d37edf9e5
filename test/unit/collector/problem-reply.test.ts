import { describe, expect, it } from 'vitest';
import { interpretReply, readAnswer } from '../../../collector/problem-reply';

const interpret = (status: number, body: unknown) =>
  interpretReply({ kind: 'answer', status, body: typeof body === 'string' ? body : JSON.stringify(body) }, readAnswer);
const problem = (reason: string, more: object = {}) => ({ type: `urn:sexton:${reason}`, detail: `says ${reason}`, ...more });
const good = { accepted: 3, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 1, info: 0 }, page: 'https://x/n' };

describe('what a reply means', () => {
  it('takes an answer of the right shape, and of it only what it knows', () => {
    expect(interpret(200, { ...good, later: true })).toEqual({ kind: 'accepted', answer: good });
  });

  it('cuts the address of a page that is too long to be one', () => {
    const outcome = interpret(200, { ...good, page: 'x'.repeat(1_000_000) });
    expect(outcome.kind === 'accepted' && outcome.answer.page.length).toBe(400);
  });

  it('takes an answer that is none for a server that cannot be reached', () => {
    for (const body of [
      'hello',
      '[]',
      'null',
      '',
      { accepted: 1 },
      { ...good, want: 'everything' },
      { ...good, open: null },
      { ...good, nextDue: -1 },
      { ...good, report: 7 },
    ]) {
      expect(interpret(200, body).kind).toBe('unreachable');
    }
  });

  it('is refused by what waiting does not mend', () => {
    for (const [status, reason] of [
      [400, 'bad_request'],
      [401, 'node_unknown'],
      [401, 'bad_signature'],
      [403, 'token_expired'],
      [409, 'already_enrolled'],
      [413, 'too_large'],
      [426, 'collector_outdated'],
    ] as const) {
      expect(interpret(status, problem(reason))).toEqual({ kind: 'refused', reason, says: `says ${reason}` });
    }
  });

  it('waits for what passes by itself', () => {
    for (const [status, reason] of [
      [409, 'conflict'],
      [429, 'too_many'],
      [500, 'internal'],
      [503, 'unavailable'],
    ] as const) {
      expect(interpret(status, problem(reason))).toEqual({ kind: 'unreachable', says: `says ${reason}` });
    }
  });

  it('takes no other server’s word for a refusal', () => {
    for (const status of [301, 302, 401, 403, 404, 407]) expect(interpret(status, '<html>sign in to the hotel</html>').kind).toBe('unreachable');
  });

  it('believes only a sequence it could go on from', () => {
    expect(interpret(409, problem('sequence_used', { last: 41 }))).toEqual({ kind: 'sequence_used', last: 41 });
    for (const last of [-1, 1.5, '41', null, Number.MAX_SAFE_INTEGER])
      expect(interpret(409, problem('sequence_used', { last })).kind).toBe('refused');
  });

  it('repeats no control characters of the server', () => {
    expect(interpret(403, { type: 'urn:sexton:x', detail: 'a\u001b[2Jb\nc' })).toMatchObject({ says: 'a[2Jbc' });
  });
});
