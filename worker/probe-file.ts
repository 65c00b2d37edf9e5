/**
 * What sexton-probe.sh prints, as captures. Lines: `*` begins a capture, `=` says how it went, `+` the same of one of several
 * files, `|` holds a line of output, `!` one of standard error, `.` ends the capture, `end` the file. Fields are divided by tabs.
 * A capture that is not whole is left out or says so: it is never taken for a shorter one.
 */
import { err, ok, type Result } from './result';
import { type Capture, type CapturedFile, capture, captureStatus } from './wire/snapshot';

export type ProbeFile = {
  readonly version: string;
  readonly captures: readonly Capture[] /** False: its last line did not arrive. */;
  readonly isWhole: boolean;
};

const beginning = /^sexton-probe (\d{1,9}) (\S{1,32})(\r?)$/;

/** Undefined: no probe printed this. What stands before its first line (a greeting, a warning of ssh) is passed over. */
export function readProbeFile(text: string): Result<ProbeFile, string> | undefined {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => beginning.test(line));
  const [, form, version = '', carriageReturn = ''] = beginning.exec(lines[at] ?? '') ?? [];
  if (form === undefined) return undefined;
  if (form !== '1') return err(`made by a newer sexton-probe.sh (form ${form}): update this project, or use its own sexton-probe.sh.`);
  // A terminal on the way ends each line with CR LF, or none.
  const body = lines.slice(at + 1).map((line) => (carriageReturn !== '' && line.endsWith('\r') ? line.slice(0, -1) : line));
  return ok({ version, isWhole: body.includes('end'), captures: readBlocks(body).flatMap((block) => readCapture(block) ?? []) });
}

type Part = { readonly fields: readonly string[]; readonly out: string[]; readonly err: string[] };
type Block = { readonly fields: readonly string[]; readonly parts: Part[] };

/** Those that were ended: of one that was cut nothing is known. */
function readBlocks(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  let block: Block | undefined;
  for (const line of lines) {
    const rest = line.slice(1);
    const fields = rest.split('\t').slice(1);
    const part = block?.parts[block.parts.length - 1];
    if (line === 'end') break;
    if (line.startsWith('*\t')) block = { fields, parts: [] };
    else if (line.startsWith('=\t') || line.startsWith('+\t')) block?.parts.push({ fields: [line[0] ?? '', ...fields], out: [], err: [] });
    else if (line.startsWith('|')) part?.out.push(rest);
    else if (line.startsWith('!')) part?.err.push(rest);
    else if (line === '.' && block !== undefined) {
      blocks.push(block);
      block = undefined;
    }
  }
  return blocks;
}

function readCapture({ fields: [id, kind, ...shown], parts }: Block): Capture | undefined {
  const [head] = parts;
  if (head === undefined) return undefined;
  const whole = { id, ...(kind === 'command' ? { argv: shown } : kind === 'files' ? {} : { path: shown[0] }) };
  const files = kind === 'files' ? { files: head.fields[0] === '+' ? parts.map(readFile) : [] } : {};
  const said = head.fields[0] === '+' ? { status: 'ok' } : readPart(head);
  const parsed = capture.safeParse({ ...whole, ...said, ...files });
  return parsed.success ? parsed.data : undefined;
}

function readFile(part: Part): CapturedFile {
  return { path: part.fields[5] ?? '', ...readPart(part) };
}

function readPart({ fields: [, status = '', exit = '-', length = '-', cut = '-', , reason = ''], out, err: errLines }: Part) {
  const text = out.join('\n');
  const known = captureStatus.safeParse(status);
  return {
    status: known.success ? known.data : ('unreadable' as const),
    ...(exit === '-' ? {} : { exit: Number(exit) }),
    ...(reason === '' ? {} : { reason: reason.slice(0, 200) }),
    ...(length === '-' ? {} : { out: text, length: Number(length) }),
    ...(errLines.length === 0 ? {} : { err: errLines.join('\n'), errLength: errLines.join('\n').length }),
    ...(cut === '-' ? {} : { truncated: Number(cut) }),
  };
}
