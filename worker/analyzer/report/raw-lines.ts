/**
 * The raw text behind a finding: its line of a capture, cut around what it is about. `dmsetup table --concise` and LVM's JSON
 * are long lines, and what matters of them is one entry.
 */
import type { Capture } from '../../wire/snapshot';
import type { EvidenceLine } from '../report-shape';

/** The text of an evidence line around the first of `marks` found in it; undefined: it is not there any more. */
export type RawLines = (line: EvidenceLine, marks: readonly string[]) => string | undefined;

export const maxRawLength = 400;

/** `captures` of one node; a finding's other lines are not there. */
export function indexRawLines(nodeId: string, captures: readonly Capture[]): RawLines {
  const outputs = new Map(captures.map(({ id, out = '' }) => [id, out]));
  const lines = new Map<string, readonly string[]>();
  return ({ node, capture, line }, marks) => {
    if (node !== nodeId && node !== '') return undefined;
    const split = lines.get(capture) ?? (outputs.get(capture) ?? '').split('\n');
    lines.set(capture, split);
    const text = line < 1 ? undefined : split[line - 1];
    return text === undefined || text === '' ? undefined : cutAround(text, marks);
  };
}

/** What a finding is recognised by in its lines: uuids before names, as they stand in its detail. */
export function marksOf(subject: string, detail: unknown): readonly string[] {
  const { uuid, name, volume } = (detail ?? {}) as Readonly<Record<string, unknown>>;
  return [uuid, subject, name, volume].filter((mark): mark is string => typeof mark === 'string' && mark !== '').flatMap(spellings);
}

/** The device mapper writes uuids without hyphens, LVM with them. */
function spellings(mark: string): readonly string[] {
  const [, volume = ''] = /^(?:LVM-)?[A-Za-z0-9]{32}([A-Za-z0-9]{32})/.exec(mark) ?? [];
  if (volume === '') return [mark];
  const hyphenated = volume.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
  return [mark, hyphenated, volume];
}

function cutAround(line: string, marks: readonly string[]): string {
  if (line.length <= maxRawLength) return line;
  const at = Math.max(0, marks.map((mark) => line.indexOf(mark)).find((place) => place >= 0) ?? 0);
  // What stands before a uuid names it: the entry begins behind the last separator.
  const before = Math.max(line.lastIndexOf(';', at), line.lastIndexOf('{', at), at - maxRawLength / 2) + 1;
  const start = at - before > maxRawLength / 2 ? at - maxRawLength / 2 : before <= 1 ? 0 : before;
  const part = line.slice(start, start + maxRawLength);
  return `${start > 0 ? '…' : ''}${part}${start + maxRawLength < line.length ? '…' : ''}`;
}
