/**
 * `dmsetup table --concise`: `name,uuid,minor,flags,table[,table…][;…]`, special characters escaped by a backslash.
 * Targets that only map keep their parameters; of all others (crypt, integrity … may hold keys) type and devices stay.
 */
import { trimEndOf } from '../trim-end';
import { dmTable } from './allowed';
import { fits } from './shape';

const isParameters = fits(dmTable.parameters);
const isField = fits(dmTable.field);

export function redactDmTable(text: string): string {
  const body = trimEndOf(text, /\n/);
  if (body === '' || body === 'No devices found') return text;
  return `${splitUnescaped(body, ';').map(redactDevice).join(';')}${text.slice(body.length)}`;
}

function redactDevice(device: string): string {
  const [name = '', uuid = '', minor = '', flags = '', ...tables] = splitUnescaped(device, ',');
  const fields = [name, uuid, minor, flags].map((field) => (field === '' || isField(field) ? field : '?'));
  return [...fields, ...tables.map(redactTable)].join(',');
}

function redactTable(table: string): string {
  const [, extent, target = '', parameters = ''] = /^(\d+ \d+) ([a-z0-9-]{1,32})( .*)?$/.exec(table) ?? [];
  if (extent === undefined) return '?';
  if (dmTable.plainTargets.some((one) => one === target) && (parameters === '' || isParameters(parameters)))
    return `${extent} ${target}${parameters}`;
  const devices = parameters.split(' ').filter((word) => /^\d+:\d+$/.test(word));
  return [extent, target, ...devices].join(' ');
}

/** `name: start length target …` of `dmsetup status`, for targets that only map. */
export function redactDmStatus(text: string): string {
  if (text.trim() === 'No devices found') return text;
  return linesOf(text, (line) => {
    const [, name = '', target = '', parameters = ''] = /^(.{1,512}?): \d{1,20} \d{1,20} ([a-z-]{1,32}) (.*)$/.exec(line) ?? [];
    return isField(name) && isParameters(parameters) && dmTable.plainTargets.some((one) => one === target) ? line : '?';
  });
}

/** `dmsetup udevcookies`: `0x… id value` and when they were used. */
export function redactDmCookies(text: string): string {
  return linesOf(text, (line) => (/^0x[0-9a-f]{1,8} +\d{1,10} +\d{1,10} +[A-Z][a-z]{2} [A-Za-z0-9: ]{1,80}$/.test(line) ? line : ''));
}

const linesOf = (text: string, keep: (line: string) => string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : keep(line)))
    .join('\n');

function splitUnescaped(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
