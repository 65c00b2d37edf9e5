import { describe, expect, it } from 'vitest';
import { interpretReply, readAnswer } from '../../../collector/server/problem-reply';

const interpret = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  interpretReply({ kind: 'answer', status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, readAnswer);
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

  it('waits as long as it is asked to, in seconds or until a date that the answer itself can be measured by', () => {
    const waitOf = (headers: Readonly<Record<string, string>>) => {
      const outcome = interpret(503, problem('unavailable'), headers);
      return outcome.kind === 'unreachable' ? outcome.retryAfterSeconds : 'taken';
    };
    expect(waitOf({ 'retry-after': '120' })).toBe(120);
    expect(waitOf({ 'retry-after': 'Fri, 27 Nov 2026 12:02:00 GMT', date: 'Fri, 27 Nov 2026 12:00:00 GMT' })).toBe(120);
    for (const headers of [{ 'retry-after': 'Fri, 27 Nov 2026 12:02:00 GMT' }, { 'retry-after': '-5' }, { 'retry-after': 'soon' }, {}])
      expect(waitOf({ date: 'x', ...headers })).toBeUndefined();
    expect(waitOf({ 'retry-after': 'Fri, 27 Nov 2026 11:00:00 GMT', date: 'Fri, 27 Nov 2026 12:00:00 GMT' })).toBeUndefined();
  });

  it.each([
    ['a redirect', 301, '', { location: 'https://sexton.example/' }, /leads to https:\/\/sexton\.example\/ \(status 301\), and is not followed/],
    [
      'Cloudflare Access',
      302,
      '',
      { location: 'https://acme.cloudflareaccess.com/cdn-cgi/access/login?x' },
      /Access asks this node to sign in.*\/v1\//,
    ],
    ['a captive portal', 200, '<html>Welcome to the hotel', { 'content-type': 'text/html; charset=utf-8' }, /web page came instead.*status 200/],
    [
      'a filter',
      403,
      '<html>',
      { 'content-type': 'text/html', server: 'squid/5.7', via: '1.1 gate' },
      /status 403, text\/html, from 1\.1 gate, squid/,
    ],
    ['an edge without a server', 522, '<html>', { 'content-type': 'text/html', server: 'cloudflare' }, /status 522, text\/html, from cloudflare/],
    ['a proxy', 407, '', {}, /proxy in between wants a user name/],
    ['an answer that was packed', 200, '\u001f\ufffd', { 'content-encoding': 'gzip', 'content-type': 'application/json' }, /encoded \(gzip\)/],
    ['another kind of answer', 200, 'ok', { 'content-type': 'text/plain' }, /no Sexton server of this version \(status 200, text\/plain\)/],
    ['a server in trouble', 502, '', {}, /^The server answered with status 502\.$/],
  ])('says what may be in between: %s', (_what, status, body, headers, says) => {
    expect(interpret(status, body, headers)).toMatchObject({ kind: 'unreachable', says: expect.stringMatching(says) });
  });

  it('repeats nothing long and nothing that a terminal obeys of what is in between', () => {
    const outcome = interpret(302, '', { location: `https://x/${'\u001b[2J'.repeat(5000)}`, server: 'y'.repeat(5000) });
    expect(outcome).toMatchObject({ says: expect.not.stringContaining('\u001b') });
    expect(outcome.kind === 'unreachable' && outcome.says.length).toBeLessThan(700);
  });
});
