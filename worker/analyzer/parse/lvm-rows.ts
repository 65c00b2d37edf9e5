/** LVM's JSON reports: rows of words. Every value is a string; every row stands on a line of its own. */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import { type Captures, outputOf } from './captured';

export type Row = Readonly<Record<string, unknown>>;

/** Several facts read the same report: it is parsed once per snapshot. */
const parsed = new WeakMap<Captures, Map<string, Evidence<readonly Row[]>>>();

/** The report objects of a capture: one per volume group for `fullreport`, one in all for `lvs`. */
export function reportsOf(captures: Captures, id: string): Evidence<readonly Row[]> {
  const found = parsed.get(captures) ?? new Map<string, Evidence<readonly Row[]>>();
  parsed.set(captures, found);
  const reports = found.get(id) ?? whenKnown(outputOf(captures, id), (text) => readReports(text, id));
  found.set(id, reports);
  return reports;
}

function readReports(text: string, id: string): Evidence<readonly Row[]> {
  try {
    const document: unknown = JSON.parse(text);
    const reports = isRow(document) ? document.report : undefined;
    if (Array.isArray(reports) && reports.every(isRow)) return known(reports);
  } catch {
    // Not JSON: said below.
  }
  return unknown({ reason: 'unparseable', capture: id, line: 1 });
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
export const rowsOf = (report: Row, key: string): readonly Row[] => (Array.isArray(report[key]) ? report[key].filter(isRow) : []);

/** A missing column reads as a word no good value has, so that it is never taken for empty. */
export function word(row: Row, key: string): string {
  const value = row[key];
  return typeof value === 'string' ? value : '(no such column)';
}

export function count(row: Row | undefined, key: string): number | undefined {
  const value = row?.[key];
  return typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
}

export function plainUuid(row: Row | undefined, key: string): string | undefined {
  const value = row?.[key];
  const uuid = typeof value === 'string' ? value.replaceAll('-', '') : '';
  return /^[A-Za-z0-9]{32}$/.test(uuid) ? uuid : undefined;
}

/** Hidden volumes stand in brackets: `[data_tdata]`. */
export const isHidden = (name: string): boolean => name.startsWith('[') && name.endsWith(']');
export const unbracket = (name: string): string => (isHidden(name) ? name.slice(1, -1) : name);
