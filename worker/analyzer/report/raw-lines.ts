/**
 * The raw text behind a finding: its line of a capture, cut around what it is about. `dmsetup table --concise` and LVM's JSON
 * are long lines, and what matters of them is one entry.
 */
import type { Capture } from '../../wire/snapshot';
import { hyphenate } from '../parse/dm-uuid';
import type { EvidenceLine } from '../report-shape';

/** The text of an evidence line around the first of `marks` found in it; undefined: it is not there any more. */
export type RawLines = (line: EvidenceLine, marks: readonly string[]) => string | undefined;

export type RawLine = { readonly line: number; readonly text: string };

export const maxRawLength = 400;

/** `captures` of one node, the ones findings were made from; lines of other nodes are not there. */
export function indexRawLines(nodeId: string, captures: readonly Capture[]): RawLines {
  const linesOf = splitOutputs(captures);
  return ({ node, capture, line }, marks) => {
    if (node !== nodeId && node !== '') return undefined;
    const text = linesOf(capture)[line - 1];
    return text === undefined || text === '' ? undefined : cutAround(text, marks);
  };
}

/**
 * In captures that may be newer than the finding: the line counts only when one of the marks stands in it; else the first line
 * of that capture in which the best mark does.
 */
export function findRawLines(captures: readonly Capture[]): (line: EvidenceLine, marks: readonly string[]) => RawLine | undefined {
  const linesOf = splitOutputs(captures);
  return ({ capture, line }, marks) => {
    const lines = linesOf(capture);
    const own = lines[line - 1] ?? '';
    if (marks.some((mark) => own.includes(mark))) return { line, text: cutAround(own, marks) };
    for (const mark of marks.slice(0, maxSearches)) {
      const at = lines.findIndex((text) => text.includes(mark));
      if (at >= 0) return { line: at + 1, text: cutAround(lines[at] ?? '', marks) };
    }
    return undefined;
  };
}

const maxSearches = 4;

function splitOutputs(captures: readonly Capture[]): (capture: string) => readonly string[] {
  const outputs = new Map(captures.map(({ id, out = '' }) => [id, out]));
  const split = new Map<string, readonly string[]>();
  return (capture) => {
    const lines = split.get(capture) ?? (outputs.get(capture) ?? '').split('\n');
    split.set(capture, lines);
    return lines;
  };
}

/** What a finding is recognised by in its lines: uuids before names, as they stand in its detail. */
export function marksOf(subject: string, detail: unknown): readonly string[] {
  const { uuid, name, volume } = (detail ?? {}) as Readonly<Record<string, unknown>>;
  return [uuid, subject, name, volume].filter((mark): mark is string => typeof mark === 'string' && mark !== '').flatMap(spellings);
}

/** The device mapper writes uuids without hyphens, LVM with them: the volume's, then its group's. */
function spellings(mark: string): readonly string[] {
  const [, group = '', volume = ''] = /^(?:LVM-)?([A-Za-z0-9]{32})([A-Za-z0-9]{32})/.exec(mark) ?? [];
  return volume === '' ? [mark] : [mark, hyphenate(volume), volume, hyphenate(group)];
}

function cutAround(raw: string, marks: readonly string[]): string {
  const line = raw.trim();
  if (line.length <= maxRawLength) return line;
  const at = Math.max(0, marks.map((mark) => line.indexOf(mark)).find((place) => place >= 0) ?? 0);
  // What stands before a uuid names it: the entry begins behind the last separator.
  const before = Math.max(line.lastIndexOf(';', at), line.lastIndexOf('{', at), at - maxRawLength / 2) + 1;
  const start = at - before > maxRawLength / 2 ? at - maxRawLength / 2 : before <= 1 ? 0 : before;
  const part = line.slice(start, start + maxRawLength);
  return `${start > 0 ? '…' : ''}${part}${start + maxRawLength < line.length ? '…' : ''}`;
}
