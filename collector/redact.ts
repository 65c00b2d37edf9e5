/** The one door: every content passes the filter its catalogue entry names before it becomes part of a message. */
import { createHash } from 'node:crypto';
import type { CaptureEntry } from './captures/entry';
import type { RawCapture, RawFile } from './raw-capture';
import { redactDmTable } from './redact/dm-table';
import { type GuestType, redactGuestConfig } from './redact/guest-config';
import { redactHaStatus } from './redact/ha-status';
import { findMentions, type KnownNames } from './redact/mentions';
import { redactNextId } from './redact/next-id';
import { redactStorageConfig } from './redact/storage-config';
import { type ProcessStart, redactTasks } from './redact/tasks';

export type RedactionContext = { readonly known: KnownNames; readonly startOf: ProcessStart };

/** The same capture with its content filtered; unreadable when the content is not what the filter knows. */
export function redactCapture(entry: CaptureEntry, raw: RawCapture, context: RedactionContext): RawCapture {
  const err = raw.err === undefined || entry.stderr !== 'known-lines' ? raw.err : keepKnownLines(raw.err);
  const filtered: RawCapture = err === undefined ? raw : { ...raw, err };
  if (entry.redaction === 'none') return filtered;
  if (filtered.files !== undefined)
    return { ...filtered, files: filtered.files.map((file) => ({ ...file, ...redactContent(entry, file, context) })) };
  return { ...filtered, ...redactContent(entry, filtered, context) };
}

type Content = Pick<RawFile, 'status' | 'out' | 'truncated' | 'reason'>;

function redactContent(
  { redaction, source }: CaptureEntry,
  content: Content & { readonly path?: string },
  context: RedactionContext,
): Content | undefined {
  if (content.out === undefined) return undefined;
  const whole = content.out.toString('latin1'); // every byte a character: what is not ASCII is in none of the allow-lists
  // A line cut in its middle could be taken for another one.
  const isCut = content.truncated !== undefined && source.kind !== 'command';
  const text = isCut ? whole.slice(0, whole.lastIndexOf('\n') + 1) : whole;
  const result = apply(redaction, text, content.path ?? '', context);
  if (result === undefined) return { status: 'unreadable', reason: 'not what it should be', out: Buffer.alloc(0) };
  return { status: content.status, out: Buffer.from(result, 'latin1') };
}

function apply(redaction: CaptureEntry['redaction'], text: string, path: string, { known, startOf }: RedactionContext): string | undefined {
  switch (redaction) {
    case 'none':
      return text;
    case 'hash':
      return text.trim() === '' ? undefined : hashMachineId(text);
    case 'first-line':
      return `${text.split('\n')[0] ?? ''}\n`;
    case 'ha':
      return redactHaStatus(text);
    case 'next-id':
      return redactNextId(text);
    case 'tasks':
      return redactTasks(text, startOf);
    case 'guest-config':
      return redactGuestConfig(guestTypeOf(path), text, known);
    case 'storage-config':
      return redactStorageConfig(text);
    case 'mentions':
      return findMentions(text, known).join(' ');
    case 'dm-table':
      return redactDmTable(text);
  }
}

const guestTypeOf = (path: string): GuestType => (path.includes('/lxc/') ? 'lxc' : 'qemu');

/** The machine id itself is confidential. @see machine-id(5) */
export function hashMachineId(content: string): string {
  return createHash('sha256').update(`sexton:${content.trim()}`).digest('hex').slice(0, 32);
}

/** `qm` and `pct` print lines of a configuration they do not understand: only sentences without content leave the node. */
const knownLines = [
  /^ipcc_send_rec\[\d+\] failed: [A-Za-z ]{1,64}$/,
  /^cluster not ready - no quorum\?$/,
  /^Unable to load access control list: [A-Za-z ]{1,64}$/,
];

function keepKnownLines(err: Buffer): Buffer {
  const lines = err.toString('latin1').split('\n');
  const kept = lines.map((line) => (line === '' || knownLines.some((known) => known.test(line)) ? line : '(left out)'));
  return Buffer.from(kept.join('\n'), 'latin1');
}
