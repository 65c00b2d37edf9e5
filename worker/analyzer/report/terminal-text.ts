/**
 * The terminal sink: names are hostile text, and a terminal obeys escape sequences. Everything printed passes here, and
 * nothing that leaves is wider than it may be.
 */

export type Form = 'ascii' | 'terminal';

/** Columns of every terminal there is; nothing printed is wider. */
export const terminalColumns = 80;

/** Control, bidirectional, invisible and unpaired characters become `\u{202e}`; in ASCII form everything beyond ASCII does. */
export function terminalText(text: string, form: Form): string {
  const unsafe = form === 'ascii' ? /[^\x20-\x7e]/gu : /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
  return (form === 'ascii' ? asAscii(text) : text).replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The few marks our own texts use. */
function asAscii(text: string): string {
  return text.replaceAll('…', '...').replaceAll('’', "'").replaceAll('–', '-').replaceAll(' · ', ', ');
}

/**
 * Columns a text may take, never too few: characters of East Asian scripts and pictures take two, marks that combine are
 * counted as one.
 */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += isWide(character) ? 2 : 1;
  return columns;
}

/** @see Unicode Standard Annex 11: East Asian Width W and F, and rather more than fewer. */
function isWide(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x1100 && code <= 0x115f) || code >= 0x2e80 || (code >= 0x2300 && /[\p{Emoji_Presentation}〈〉☰-☷⚊-⚏]/u.test(character));
}

/** Printable, and cut at the end where it is wider than `columns`. */
export function cutTo(text: string, columns: number, form: Form): string {
  const shown = terminalText(text, form);
  if (columnsOf(shown) <= columns) return shown;
  return `${takeColumns(shown, columns - 3)}...`;
}

/** As `cutTo`, and filled up with spaces. */
export function cell(text: string, columns: number, form: Form): string {
  const shown = cutTo(text, columns, form);
  return shown + ' '.repeat(columns - columnsOf(shown));
}

function takeColumns(text: string, columns: number): string {
  let taken = '';
  let left = columns;
  for (const character of text) {
    left -= isWide(character) ? 2 : 1;
    if (left < 0) return taken;
    taken += character;
  }
  return taken;
}

/** Breaks at spaces; a word wider than that is broken where the line ends. */
export function wrapTerminal(text: string, columns: number, form: Form): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const end = () => {
    lines.push(line);
    line = '';
    used = 0;
  };
  // Escaped first: an escape is longer than what it stands for.
  for (let word of terminalText(text, form).split(' ')) {
    let width = columnsOf(word);
    if (line !== '' && used + 1 + width > columns) end();
    for (; width > columns; width = columnsOf(word)) {
      const part = takeColumns(word, columns);
      lines.push(part);
      word = word.slice(part.length);
    }
    used += width + (line === '' ? 0 : 1);
    line = line === '' ? word : `${line} ${word}`;
  }
  end();
  return lines;
}

/**
 * A command over several lines that a shell reads as one: broken at spaces with a backslash, inside quotes without one
 * (there the white space is part of what LVM skips), and in the middle of a word only at the beginning of the next line.
 */
export function wrapCommand(command: string, indent: number, form: Form): readonly string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isEmpty = true;
  let isQuoted = false;
  const end = () => {
    lines.push(isQuoted ? line : `${line} \\`);
    isEmpty = true;
  };
  const words = terminalText(command, form).split(' ');
  for (const [index, word] of words.entries()) {
    const room = isQuoted || index === words.length - 1 ? 0 : 2;
    if (!isEmpty && columnsOf(line) + 1 + columnsOf(word) + room > terminalColumns) end();
    if (isEmpty) line = ' '.repeat(Math.max(0, Math.min(indent + (lines.length === 0 ? 0 : 2), terminalColumns - columnsOf(word) - room)));
    line = isEmpty ? `${line}${word}` : `${line} ${word}`;
    isEmpty = false;
    if (word.split("'").length % 2 === 0) isQuoted = !isQuoted;
    while (columnsOf(line) > terminalColumns) {
      const part = takeColumns(line, terminalColumns - 1);
      lines.push(`${part}\\`);
      line = line.slice(part.length);
    }
  }
  return [...lines, line];
}
