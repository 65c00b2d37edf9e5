/**
 * `dmsetup table --concise`: `name,uuid,minor,flags,table[,table…][;…]`, special characters escaped by a backslash.
 * Targets that only map keep their parameters; of all others (crypt, integrity … may hold keys) type and devices stay.
 */
import { trimEndOf } from '../trim-end';
import { dmTable } from './allowed';
import { fits } from './shape';

const isParameters = fits(dmTable.parameters);

export function redactDmTable(text: string): string {
  const body = trimEndOf(text, /\n/);
  if (body === '' || body === 'No devices found') return text;
  return `${splitUnescaped(body, ';').map(redactDevice).join(';')}${text.slice(body.length)}`;
}

function redactDevice(device: string): string {
  const [name = '', uuid = '', minor = '', flags = '', ...tables] = splitUnescaped(device, ',');
  return [name, uuid, minor, flags, ...tables.map(redactTable)].join(',');
}

function redactTable(table: string): string {
  const [, extent, target = '', parameters = ''] = /^(\d+ \d+) ([a-z0-9-]{1,32})( .*)?$/.exec(table) ?? [];
  if (extent === undefined) return '?';
  if (dmTable.plainTargets.some((one) => one === target) && (parameters === '' || isParameters(parameters)))
    return `${extent} ${target}${parameters}`;
  const devices = parameters.split(' ').filter((word) => /^\d+:\d+$/.test(word));
  return [extent, target, ...devices].join(' ');
}

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
