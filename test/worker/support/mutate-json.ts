/** Random changes to a JSON text: values swapped for traps, keys added, dropped and doubled, deep and wide things planted. */
import * as fc from 'fast-check';
import { numberTraps, textTraps } from './fuzz-door';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Written into the text as they stand: what JSON cannot hold, and what objects in memory would not keep. */
const rawTraps = [
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '9007199254740993',
  '01',
  '"\\ud800"',
  '"\\u0000"',
  '[[[[[[[[[[]]]]]]]]]]',
  '{"__proto__":{"x":1}}',
  '{"a":1,"a":2}',
  '',
];

export type Mutation = {
  readonly place: number;
  readonly how: 'replace' | 'drop' | 'double' | 'add' | 'raw' | 'edit';
  readonly value: Json;
  readonly key: string;
  readonly raw: string;
  readonly cut: number;
};

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(),
  how: fc.constantFrom('replace', 'drop', 'double', 'add', 'raw', 'edit', 'edit'),
  value: fc.oneof(fc.constantFrom<Json>(null, true, [], {}, ...numberTraps, ...textTraps), fc.constant(Array.from({ length: 500 }, (_, at) => at))),
  key: fc.constantFrom('__proto__', 'constructor', 'toString', 'captures', 'id', '', '\u202e', 'x'.repeat(3000)),
  raw: fc.constantFrom(...rawTraps),
  cut: fc.nat(),
});

const mark = '\u0001raw\u0001';

/** `count` places in the order of a walk; the mutation goes to one of them. */
export function mutateJson(text: string, { place, how, value, key, raw, cut }: Mutation): string {
  let at = 0;
  const total = countPlaces(JSON.parse(text) as Json);
  const target = place % total;
  const walk = (json: Json): Json | undefined => {
    const isHere = at === target;
    at += 1;
    if (isHere) {
      if (how === 'replace') return value;
      if (how === 'drop') return undefined;
      if (how === 'raw') return mark;
      if (how === 'edit' && typeof json === 'string') return editText(json, cut, value);
      if (how === 'double' && Array.isArray(json)) return [...json, ...json];
      if (how === 'add' && typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json, [key]: value };
    }
    if (Array.isArray(json)) return json.flatMap((entry) => walk(entry as Json) ?? []);
    if (typeof json !== 'object' || json === null) return json;
    return Object.fromEntries(
      Object.entries(json).flatMap(([name, entry]) => {
        const walked = walk(entry);
        return walked === undefined ? [] : [[name, walked]];
      }),
    );
  };
  return JSON.stringify(walk(JSON.parse(text) as Json) ?? null).replace(JSON.stringify(mark), () => raw);
}

/** Cut, doubled, or with a trap inside: lines and columns of a command's output come to stand where they do not belong. */
function editText(text: string, cut: number, value: Json): string {
  const place = cut % (text.length + 1);
  const trap = typeof value === 'string' ? value.slice(0, 2000) : String(value);
  const edits = [
    text.slice(0, place),
    text.slice(place),
    text + text,
    `${text.slice(0, place)}${trap}${text.slice(place)}`,
    text.split('\n').reverse().join('\n'),
  ];
  return edits[cut % edits.length] ?? text;
}

function countPlaces(json: Json): number {
  if (Array.isArray(json)) return json.reduce((sum: number, entry) => sum + countPlaces(entry as Json), 1);
  if (typeof json === 'object' && json !== null) return Object.values(json).reduce((sum: number, entry) => sum + countPlaces(entry), 1);
  return 1;
}
