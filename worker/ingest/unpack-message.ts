/**
 * Compressed bytes -> message: bounded inflation, one or three JSON lines, state hash, shape. Total: any bytes get an
 * answer. Cheap and decisive checks come first.
 */
import { gunzipSync } from 'node:zlib';
import type * as z from 'zod';
import type { Problem } from '../problem';
import { err, ok, type Result } from '../result';
import { type Header, header, maxInflatedBytes, protocol, type Readings, readings, type State, state } from '../wire/snapshot';
import { otherProtocol } from './other-protocol';

export type FullPart = { readonly state: State; readonly readings: Readings };
export type Message = { readonly header: Header /** Undefined: a short message. */; readonly full: FullPart | undefined };

const maxVitalsBytes = 300;
const newline = 0x0a;

const unreadable = (why: string, detail: string): Result<never, Problem> => err({ reason: 'bad_request', detail, inside: { why } });

/** `sequence`: the signed one. `offered`: version of the collector this server has for download. */
export async function unpackMessage(body: Uint8Array, sequence: number, offered: string): Promise<Result<Message, Problem>> {
  const inflated = inflate(body);
  if (!inflated.ok) return inflated;
  const lines = splitLines(inflated.value);
  const [first, second, third] = lines;
  if (first === undefined || (lines.length !== 1 && lines.length !== 3))
    return unreadable('lines_wrong', `A check-in has one or three lines, this one has ${lines.length}.`);

  const opening = parseJson(first);
  if (!opening.ok) return opening;
  const spoken = (opening.value as { protocol?: unknown } | null)?.protocol;
  if (typeof spoken === 'number' && spoken !== protocol) return err(otherProtocol(spoken, offered));
  const head = shape(header, opening, 'first');
  if (!head.ok) return head;
  if (head.value.sequence !== sequence) return unreadable('sequence_differs', 'The sequence in the body is not the signed one.');
  if (JSON.stringify(head.value.vitals).length > maxVitalsBytes)
    return unreadable('vitals_too_long', `Vitals are longer than ${maxVitalsBytes} bytes.`);
  if (second === undefined || third === undefined) return ok({ header: head.value, full: undefined });

  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', second)).toString('hex');
  if (hash !== head.value.stateHash) return unreadable('state_hash_differs', 'The state does not match its hash.');
  const stateLine = shape(state, parseJson(second), 'second');
  if (!stateLine.ok) return stateLine;
  const readingsLine = shape(readings, parseJson(third), 'third');
  if (!readingsLine.ok) return readingsLine;
  return ok({ header: head.value, full: { state: stateLine.value, readings: readingsLine.value } });
}

function inflate(body: Uint8Array): Result<Uint8Array<ArrayBuffer>, Problem> {
  try {
    // The cap is off by one in workerd; the length is checked again below.
    const bytes = gunzipSync(body, { maxOutputLength: maxInflatedBytes + 1 });
    if (bytes.length <= maxInflatedBytes) return ok(bytes as Uint8Array<ArrayBuffer>);
  } catch (error) {
    if (!(error instanceof RangeError)) return unreadable('not_gzip', 'The body is not gzip, or it was cut.');
  }
  return err({
    reason: 'too_large',
    detail: `This check-in is larger than ${maxInflatedBytes / 1024 / 1024} MB when unpacked. Look at what "sexton-collector collect" prints.`,
    inside: { why: 'inflated_too_large' },
  });
}

/** A newline ends a line; none is needed behind the last. */
function splitLines(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const lines: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start < bytes.length && lines.length < 4; ) {
    const end = bytes.indexOf(newline, start);
    lines.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Brackets of a message; text from a node may hold many, but not so many. */
const maxBrackets = 1_000_000;

/** Nesting and empty objects cost little on the wire and much to read: counted before anything is built. */
function isTooIntricate(line: Uint8Array): boolean {
  let count = 0;
  for (const bracket of [0x5b, 0x7b]) {
    for (let at = line.indexOf(bracket); at !== -1; at = line.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > maxBrackets) return true;
    }
  }
  return false;
}

/** One message has at most this many files, however they are spread over its captures. */
const maxFiles = 20_000;
const maxEntries = 200;

/** Lists a shape would look through to the end, complaining about each entry: counted first. */
function isTooLong(value: unknown): boolean {
  const { captures, ms, stderr } = (value ?? {}) as { captures?: unknown; ms?: unknown; stderr?: unknown };
  const list: readonly unknown[] = Array.isArray(captures) ? captures : [];
  if (list.length > maxEntries || [ms, stderr].some((record) => Object.keys(record ?? {}).length > maxEntries)) return true;
  const filesOf = (capture: unknown) => (capture as { files?: unknown } | null)?.files;
  return list.reduce((sum: number, capture) => sum + (Array.isArray(filesOf(capture)) ? (filesOf(capture) as unknown[]).length : 0), 0) > maxFiles;
}

function parseJson(line: Uint8Array): Result<unknown, Problem> {
  if (isTooIntricate(line)) return unreadable('too_intricate', 'A line of the check-in is nested or listed beyond reason.');
  try {
    const value: unknown = JSON.parse(decoder.decode(line));
    return isTooLong(value) ? unreadable('too_many_entries', `A check-in has at most ${maxEntries} captures and ${maxFiles} files.`) : ok(value);
  } catch {
    return unreadable('not_json', 'A line of the check-in is not JSON in UTF-8.');
  }
}

function shape<T>(type: z.ZodType<T>, value: Result<unknown, Problem>, which: string): Result<T, Problem> {
  if (!value.ok) return value;
  const read = type.safeParse(value.value);
  if (read.success) return ok(read.data);
  // Where, never what: the value may be anything a node holds.
  const issue = read.error.issues[0];
  return unreadable(
    'shape_wrong',
    `The ${which} line is not as expected at "${(issue?.path ?? []).map(String).join('.').slice(0, 100)}": ${(issue?.code ?? 'invalid').slice(0, 50)}.`,
  );
}
