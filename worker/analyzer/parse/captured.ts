/** From a capture to its text, or to the reason why there is none. Every parser starts here. */
import type { Capture, CapturedFile, CaptureStatus, StuckCommand } from '../../wire/snapshot';
import { type Evidence, known, type Unknown, unknown } from '../evidence';

type WithProcess = Capture & { readonly process?: Pick<StuckCommand, 'pid' | 'since'> };
export type Captures = ReadonlyMap<string, WithProcess>;

/** The first capture of an id wins; a second one is a mistake of the sender and never replaces it. */
export function indexCaptures(captures: readonly Capture[], stuck: readonly StuckCommand[] = []): Captures {
  const byId = new Map<string, WithProcess>();
  for (const capture of captures) if (!byId.has(capture.id)) byId.set(capture.id, withProcess(capture, stuck));
  return byId;
}

/** The process that hangs is named by the first words of its command: `lvm fullreport`, `lvs`. */
function withProcess(capture: Capture, stuck: readonly StuckCommand[]): WithProcess {
  if (capture.status !== 'stuck' || capture.argv === undefined) return capture;
  const [command = '', verb = '-'] = capture.argv;
  const found = stuck.find((one) => one.command === (verb.startsWith('-') ? command : `${command} ${verb}`));
  return found === undefined ? capture : { ...capture, process: { pid: found.pid, since: found.since } };
}

/** Standard output of a command that exited 0, or the content of a file that was read whole. */
export function outputOf(captures: Captures, id: string): Evidence<string> {
  const capture = captures.get(id);
  if (capture === undefined) return unknown({ reason: 'not_captured', capture: id });
  if (capture.status !== 'ok') return unknown(whyNot(capture, id));
  return wholeText(capture, id);
}

/** Standard error of a capture that is there; empty where the command said nothing. */
export function errorOutputOf(captures: Captures, id: string): Evidence<string> {
  const { err: text = '', errLength, encoding } = captures.get(id) ?? {};
  if (text.length !== (errLength ?? 0)) return unknown({ reason: 'truncated', capture: id, keptBytes: text.length });
  return known(decode(text, encoding));
}

/** The content of one file of a family. */
export function fileContent(file: CapturedFile, id: string): Evidence<string> {
  if (file.status !== 'ok') return unknown({ reason: 'unreadable', capture: id, says: `${file.path}: ${file.reason ?? file.status}` });
  return wholeText(file, id);
}

/** The text, when it is as long as it was when it was read. */
function wholeText({ out = '', length, truncated, encoding }: CapturedFile | Capture, id: string): Evidence<string> {
  if (truncated !== undefined || length !== out.length) return unknown({ reason: 'truncated', capture: id, keptBytes: truncated ?? out.length });
  return known(decode(out, encoding));
}

function whyNot(capture: WithProcess, id: string): Unknown {
  const status: Exclude<CaptureStatus, 'ok'> = capture.status === 'ok' ? 'failed' : capture.status;
  switch (status) {
    case 'absent':
      return capture.argv === undefined
        ? { reason: 'unreadable', capture: id, says: capture.reason ?? 'no such file' }
        : { reason: 'command_absent', capture: id };
    case 'timeout':
      return { reason: 'timed_out', capture: id };
    case 'stuck':
      return { reason: 'stuck', capture: id, ...capture.process };
    case 'skipped':
      return { reason: 'skipped', capture: id, says: capture.reason ?? '' };
    case 'unreadable':
      return { reason: 'unreadable', capture: id, says: capture.reason ?? '' };
    case 'failed':
      return { reason: 'command_failed', capture: id, exitCode: capture.exit ?? -1, says: firstLine(decode(capture.err ?? '', capture.encoding)) };
  }
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 200);
}

function decode(text: string, encoding: 'base64' | undefined): string {
  if (encoding === undefined) return text;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return '\u{fffd}'; // not base64 either: no parser accepts this
  }
}
