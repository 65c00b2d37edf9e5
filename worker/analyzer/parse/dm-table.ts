/**
 * `dmsetup table --concise`: `name,uuid,minor,flags[,table…][;device…]` on one line; a backslash stands before every comma,
 * semicolon and backslash of a name, uuid or table. A table is `start length target parameters`, in sectors of 512 bytes.
 * @see dmsetup(8), CONCISE FORMAT
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import { type Captures, outputOf } from './captured';

export type Target = {
  readonly start: number;
  readonly sectors: number;
  /** `linear`, `thin`, `error` …; `?`: this line of the table could not be read. */
  readonly type: string;
  readonly parameters: readonly string[];
};

export type LiveTable = { readonly name: string; readonly uuid: string; readonly minor: number; readonly targets: readonly Target[] };

const id = 'dm.table';
const unreadable = unknown({ reason: 'unparseable', capture: id, line: 1 });

/** Name -> live table. A device without one has none here. */
export function parseTables(captures: Captures): Evidence<ReadonlyMap<string, LiveTable>> {
  return whenKnown(outputOf(captures, id), (text) => {
    if (text.trim() === 'No devices found') return known(new Map());
    // A complete listing ends with a newline; nothing at all proves nothing.
    if (!text.endsWith('\n') || text === '\n' || text.indexOf('\n') !== text.length - 1) return unreadable;
    const tables = new Map<string, LiveTable>();
    for (const device of splitUnescaped(text.slice(0, -1), ';')) {
      const table = readDevice(device);
      // The kernel has every name once: a second one means the text is not what it claims to be.
      if (table === undefined || tables.has(table.name)) return unreadable;
      tables.set(table.name, table);
    }
    return known(tables);
  });
}

function readDevice(device: string): LiveTable | undefined {
  const [name = '', uuid = '', minor = '', flags = '', ...tables] = splitUnescaped(device, ',');
  if (name === '' || !/^[0-9]{1,10}$/.test(minor) || !/^(?:ro|rw)$/.test(flags)) return undefined;
  return {
    name: removeBackslashes(name),
    uuid: removeBackslashes(uuid),
    minor: Number(minor),
    targets: tables.filter((table) => table !== '').map(readTarget),
  };
}

function readTarget(table: string): Target {
  const [, start, sectors, type = '?', parameters = ''] =
    /^([0-9]{1,15}) ([0-9]{1,15}) ([a-z0-9-]{1,32})(?: (.*))?$/s.exec(removeBackslashes(table)) ?? [];
  const words = parameters.split(' ').filter((word) => word !== '');
  return { start: Number(start ?? 0), sectors: Number(sectors ?? 0), type, parameters: words };
}

function splitUnescaped(text: string, separator: string): readonly string[] {
  // Backslashes are rare: without one every separator is one.
  if (!text.includes('\\')) return text.split(separator);
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

const removeBackslashes = (text: string): string => (text.includes('\\') ? text.replace(/\\(.)/gs, '$1') : text);
