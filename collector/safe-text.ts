/**
 * Everything printed that a server or the system wrote passes here: no escapeCharacter sequences, no control characters, nothing
 * that changes the direction of writing or cannot be seen.
 */

/**
 * C0, C1, DEL, line separators, bidirectional controls, zero-width characters, variation selectors, byte order mark, lone
 * surrogates, as ranges of code units.
 */
const unsafeRanges: readonly (readonly [number, number])[] = [
  ...([
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x61c, 0x61c],
    [0x180e, 0x180e],
    [0x200b, 0x200f],
  ] as const),
  ...([
    [0x2028, 0x202e],
    [0x2060, 0x206f],
    [0xd800, 0xdfff],
    [0xfe00, 0xfe0f],
    [0xfeff, 0xfeff],
    [0xfff9, 0xfffb],
  ] as const),
  [0xe0000, 0xe0fff],
];
const escapeCharacter = '\u001b';
/** Behind the escapeCharacter character: plain colours and weights, nothing that hides text. */
const colour = /^\[(?:[0-4]|2[2-4]|3[0-79]|9[0-7])?(?:;(?:[0-4]|2[2-4]|3[0-79]|9[0-7]))*m/;
const reset = `${escapeCharacter}[0m`;

/** One line of text. */
export function safeLine(text: string): string {
  return filter(text, () => '');
}

/** The report: lines; in terminal form also colours, in ASCII form nothing else. */
export function safeReport(text: string, form: 'ascii' | 'terminal'): string {
  const shown = filter(text, (character, rest) => {
    if (character === '\n') return character;
    const found = form === 'terminal' && character === escapeCharacter ? colour.exec(rest) : null;
    return found === null ? '' : `${escapeCharacter}${found[0]}`;
  });
  return form === 'ascii' ? shown.replace(/[^\n -~]/g, '?') : `${shown}${shown.includes(escapeCharacter) ? reset : ''}`;
}

/** JSON for a terminal: still the same JSON. */
export function safeJson(value: unknown): string {
  return Array.from(JSON.stringify(value, null, 2), (character) =>
    character !== '\n' && isUnsafe(character) ? escapeUnits(character) : character,
  ).join('');
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function isUnsafe(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return unsafeRanges.some(([from, to]) => code >= from && code <= to);
}

/** `keep` sees each unsafe character and the text behind it, and answers what stands for both. */
function filter(text: string, keep: (character: string, rest: string) => string): string {
  let shown = '';
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const kept = isUnsafe(character) ? keep(character, text.slice(at + 1, at + 24)) : character;
    shown += kept;
    at += Math.max(character.length, kept.length);
  }
  return shown;
}
