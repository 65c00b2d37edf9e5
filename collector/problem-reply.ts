/** From the server's reply to what it means here: taken, refused, later, or a sequence to take again. */
import type { Answer } from '../worker/wire/snapshot';
import type { Reply } from './client';
import { safeLine } from './safe-text';

export type Refusal = { readonly kind: 'refused'; readonly reason: string; readonly says: string };
export type Outcome<T> =
  | { readonly kind: 'accepted'; readonly answer: T }
  | { readonly kind: 'sequence_used'; readonly last: number }
  | Refusal
  | { readonly kind: 'unreachable'; readonly says: string };

/** Far from where numbers stop being exact. */
const maxSequence = 2 ** 52;
/** Longer is no address of a page; it is printed as one line. */
const maxPageLength = 400;

type Document = Readonly<Record<string, unknown>>;

/** `readAnswer`: undefined when the document is not what it should be. */
export function interpretReply<T>(reply: Reply, readAnswer: (document: Document) => T | undefined): Outcome<T> {
  if (reply.kind === 'unreachable') return { kind: 'unreachable', says: safeLine(reply.says) };
  const { status, body } = reply;
  const document = parseDocument(body);
  if (status >= 200 && status < 300) {
    const answer = document === undefined ? undefined : readAnswer(document);
    return answer === undefined
      ? { kind: 'unreachable', says: 'What answers there is no Sexton server of this version.' }
      : { kind: 'accepted', answer };
  }
  const { type, detail, last } = document ?? {};
  const reason = typeof type === 'string' && type.startsWith('urn:sexton:') ? type.slice('urn:sexton:'.length) : '';
  const says = typeof detail === 'string' && detail !== '' ? safeLine(detail).slice(0, 1000) : `The server answered with status ${status}.`;
  if (status === 409 && reason === 'sequence_used' && typeof last === 'number' && Number.isSafeInteger(last) && last >= 0 && last < maxSequence)
    return { kind: 'sequence_used', last };
  // A conflict passes by itself; so does being asked to wait, and everything that is the server's own fault.
  if (reason === 'conflict' || status === 429 || status >= 500 || status < 200) return { kind: 'unreachable', says };
  if (reason === '') return { kind: 'unreachable', says: `What answers there is no Sexton server (status ${status}).` };
  return { kind: 'refused', reason, says };
}

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
