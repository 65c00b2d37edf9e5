/** From the server's reply to what it means here: taken, refused, later, or a sequence to take again. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../../worker/wire/snapshot';
import { safeLine } from '../safe-text';
import type { Reply } from './client';
import type { Hint } from './say-network-error';

export type Refusal = { readonly kind: 'refused'; readonly reason: string; readonly says: string };
export type Unreachable = {
  readonly kind: 'unreachable';
  readonly says: string;
  readonly hint?: Hint /** What the server asked for. */;
  readonly retryAfterSeconds?: number;
};
export type Outcome<T> =
  | { readonly kind: 'accepted'; readonly answer: T }
  | { readonly kind: 'sequence_used'; readonly last: number }
  | Refusal
  | Unreachable;

/** Far from where numbers stop being exact. */
const maxSequence = 2 ** 52;
/** Longer is no address of a page; it is printed as one line. */
const maxPageLength = 400;

type Document = Readonly<Record<string, unknown>>;

/** `readAnswer`: undefined when the document is not what it should be. */
export function interpretReply<T>(reply: Reply, readAnswer: (document: Document) => T | undefined): Outcome<T> {
  if (reply.kind === 'unreachable') return { ...reply, says: safeLine(reply.says) };
  const { status, body, headers } = reply;
  const document = parseDocument(body);
  if (status >= 200 && status < 300) {
    const answer = document === undefined ? undefined : readAnswer(document);
    return answer === undefined ? { kind: 'unreachable', says: sayStranger(status, headers) } : { kind: 'accepted', answer };
  }
  const { type, detail, last } = document ?? {};
  const reason = typeof type === 'string' && type.startsWith('urn:sexton:') ? type.slice('urn:sexton:'.length) : '';
  const says = reason !== '' && typeof detail === 'string' && detail !== '' ? safeLine(detail.slice(0, 1000)) : sayStranger(status, headers);
  if (status === 409 && reason === 'sequence_used' && typeof last === 'number' && Number.isSafeInteger(last) && last >= 0 && last < maxSequence)
    return { kind: 'sequence_used', last };
  // A conflict passes by itself; so does being asked to wait, everything that is the server's own fault, and what is no word of its own.
  if (reason !== '' && reason !== 'conflict' && status !== 429 && status >= 200 && status < 500) return { kind: 'refused', reason, says };
  const retryAfterSeconds = readRetryAfter(headers);
  return { kind: 'unreachable', says, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

/** Seconds, or a date: counted from the date of the answer, so that this node's clock has no say. */
function readRetryAfter({ 'retry-after': text = '', date = '' }: IncomingHttpHeaders): number | undefined {
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.parse(date)) / 1000;
  return seconds >= 0 ? seconds : undefined;
}

/** What came back is no word of a Sexton server: who may be in between. */
function sayStranger(
  status: number,
  { location, 'content-type': type = '', 'content-encoding': encoding, server, via }: IncomingHttpHeaders,
): string {
  const by = [via, server].filter((one) => one !== undefined).join(', ');
  const what = cut(`status ${status}${type === '' ? '' : `, ${type}`}${by === '' ? '' : `, from ${by}`}`);
  if (location !== undefined && /^https:\/\/[^/]*\.cloudflareaccess\.com\//.test(location))
    return 'Cloudflare Access asks this node to sign in. Its application must not cover /v1/ of the server.';
  if (status >= 300 && status < 400)
    return `The answer leads to ${cut(location ?? 'nowhere')} (${what}), and is not followed: enrol with the address it leads to, or let this node through without signing in.`;
  if (encoding !== undefined) return `The answer is encoded (${cut(encoding)}), which nobody asked for: something in between changes answers.`;
  if (status === 407) return 'A proxy in between wants a user name and a password.';
  if (/html/.test(type))
    return `A web page came instead of an answer (${what}): a proxy, a firewall or a sign-in page in between, or no Sexton server.`;
  return status >= 500 ? `The server answered with ${what}.` : `What answers there is no Sexton server of this version (${what}).`;
}

const cut = (text: string) => safeLine(text).slice(0, 200);

function parseDocument(body: string): Document | undefined {
  try {
    const document: Document | null = JSON.parse(body);
    return document !== null && typeof document === 'object' && !Array.isArray(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

export function readAnswer({ accepted, want, nextDue, scripts, open, page, report }: Document): Answer | undefined {
  if (typeof accepted !== 'number' || (want !== 'nothing' && want !== 'state') || !isCount(nextDue) || !isCount(scripts) || !isOpen(open))
    return undefined;
  if (typeof page !== 'string' || (report !== undefined && typeof report !== 'string')) return undefined;
  const { critical, warning, info } = open;
  return {
    accepted,
    want,
    nextDue,
    scripts,
    open: { critical, warning, info },
    page: page.slice(0, maxPageLength),
    ...(report === undefined ? {} : { report }),
  };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

function isOpen(value: unknown): value is Answer['open'] {
  if (typeof value !== 'object' || value === null) return false;
  const { critical, warning, info }: { critical?: unknown; warning?: unknown; info?: unknown } = value;
  return isCount(critical) && isCount(warning) && isCount(info);
}
