/** A filtered capture in the shape of the wire. The filters let ASCII through and nothing else: bytes are text. */
import type { Capture, CapturedFile } from '../../worker/wire/snapshot';
import type { CaptureEntry } from '../captures/entry';
import type { RawCapture } from '../machine/raw-capture';

/** Standard error of a command that ended well is no state, except where the catalogue says so. */
export function isErrorOutputState({ stderr }: CaptureEntry, { status }: RawCapture): boolean {
  return stderr === 'state' || status !== 'ok';
}

export function toWireCapture(entry: CaptureEntry, raw: RawCapture): Capture {
  const { source, id } = entry;
  const err = isErrorOutputState(entry, raw) && (entry.stderr === 'state' || (raw.err?.length ?? 0) > 0) ? raw.err : undefined;
  return {
    id,
    ...(source.kind === 'command' ? { argv: [...source.argv] } : {}),
    ...('path' in source ? { path: source.path } : {}),
    status: raw.status,
    ...(raw.exit === undefined ? {} : { exit: raw.exit }),
    ...(raw.signal === undefined ? {} : { signal: raw.signal }),
    ...(raw.reason === undefined ? {} : { reason: raw.reason.slice(0, 200) }),
    ...measuredOut(isNothing(raw) ? undefined : raw.out?.toString('latin1')),
    ...measuredErr(err?.toString('latin1')),
    ...(raw.truncated === undefined ? {} : { truncated: raw.truncated }),
    ...(raw.files === undefined ? {} : { files: raw.files.map(toWireFile) }),
  };
}

function toWireFile({ path, status, reason, out, truncated }: NonNullable<RawCapture['files']>[number]): CapturedFile {
  return {
    path,
    status,
    ...(reason === undefined ? {} : { reason: reason.slice(0, 200) }),
    ...measuredOut(out?.toString('latin1')),
    ...(truncated === undefined ? {} : { truncated }),
  };
}

/** The text with its length as it was read: one cut on its way is noticed. */
const measuredOut = (text: string | undefined) => (text === undefined ? {} : { out: text, length: text.length });
const measuredErr = (text: string | undefined) => (text === undefined ? {} : { err: text, errLength: text.length });

/** A command that was never there has no output, not an empty one. */
const isNothing = ({ status }: RawCapture) => status === 'absent' || status === 'skipped' || status === 'unreadable';
