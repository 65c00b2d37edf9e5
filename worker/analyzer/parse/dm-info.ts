/**
 * `dmsetup info -c --noheadings --separator '|' -o name,uuid,major,minor,open,attr,suspended,readonly,tables_loaded,
 * segments,devnos_used,names_using_dev`, taken before and after LVM's report: one list of mappings.
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { Mapping } from '../facts';
import { type Captures, outputOf } from './captured';

/** A mapping counts for verdicts only when both readings show it with the same uuid, name and numbers. */
export function parseMappings(captures: Captures): Evidence<readonly Mapping[]> {
  return whenKnown(parseReading(captures, 'dm.info.1'), (before) =>
    whenKnown(parseReading(captures, 'dm.info.2'), (after) => known(joinReadings(before, after))),
  );
}

function parseReading(captures: Captures, id: string): Evidence<readonly Mapping[]> {
  return whenKnown(outputOf(captures, id), (text) => {
    if (text.trim() === 'No devices found') return known([]);
    const lines = text.split('\n');
    // A complete listing ends with a newline; nothing at all proves nothing.
    if (lines.pop() !== '' || lines.length === 0) return unknown({ reason: 'unparseable', capture: id, line: lines.length + 1 });
    const mappings: Mapping[] = [];
    const names = new Set<string>();
    for (const [index, line] of lines.entries()) {
      const mapping = parseRow(line, index + 1);
      // The kernel has every name once: a second one means the text is not what it claims to be.
      if (mapping === undefined || names.has(mapping.name)) return unknown({ reason: 'unparseable', capture: id, line: index + 1 });
      names.add(mapping.name);
      mappings.push(mapping);
    }
    return known(mappings);
  });
}

/** DM_NAME_LEN and DM_UUID_LEN are 128 and 129; dmsetup writes one odd byte as four characters. */
const maxNameLength = 4 * 129;

function parseRow(row: string, line: number): Mapping | undefined {
  const fields = row.split('|');
  const [name, uuid, major, minor, open, , suspended, , tables, , uses, holders] = fields;
  if (fields.length !== 12 || name === undefined || name === '' || uuid === undefined) return undefined;
  if (name.length > maxNameLength || uuid.length > maxNameLength) return undefined;
  if (suspended !== 'Active' && suspended !== 'Suspended') return undefined;
  if (tables === undefined || uses === undefined || holders === undefined) return undefined;
  const [majorNumber, minorNumber, openCount] = [wholeNumber(major), wholeNumber(minor), wholeNumber(open)];
  if (majorNumber === undefined || minorNumber === undefined || openCount === undefined) return undefined;
  return {
    name,
    uuid,
    major: majorNumber,
    minor: minorNumber,
    open: openCount,
    suspended: suspended === 'Suspended',
    tables,
    uses: splitList(uses),
    holders: splitList(holders),
    agreed: false,
    line,
  };
}

function joinReadings(before: readonly Mapping[], after: readonly Mapping[]): readonly Mapping[] {
  const earlier = new Map(before.map((mapping) => [mapping.name, mapping]));
  const joined = after.map((now) => {
    const was = earlier.get(now.name);
    earlier.delete(now.name);
    const agreed = was !== undefined && was.uuid === now.uuid && was.major === now.major && was.minor === now.minor;
    if (!agreed) return now;
    // What either reading saw in use is in use.
    return {
      ...now,
      agreed,
      open: Math.max(was.open, now.open),
      suspended: was.suspended || now.suspended,
      ...(was.open > 0 && now.open > 0 ? { staysOpen: true as const } : {}),
      ...(was.suspended && now.suspended ? { staysSuspended: true as const } : {}),
      tables: was.tables === 'Live' ? now.tables : was.tables,
      holders: [...new Set([...was.holders, ...now.holders])],
      uses: [...new Set([...was.uses, ...now.uses])],
    };
  });
  return [...joined, ...earlier.values()];
}

function splitList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined;
}
