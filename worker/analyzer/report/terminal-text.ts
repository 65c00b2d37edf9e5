/** The terminal sink: names are hostile text, and a terminal obeys escape sequences. Everything printed passes here. */

/** Control, bidirectional, invisible and unpaired characters become `\u{202e}`; in ASCII form everything beyond ASCII does. */
export function terminalText(text: string, form: 'ascii' | 'terminal'): string {
  const unsafe = form === 'ascii' ? /[^\x20-\x7e]/gu : /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
  return (form === 'ascii' ? asAscii(text) : text).replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The few marks our own texts use. */
function asAscii(text: string): string {
  return text.replaceAll('…', '...').replaceAll('’', "'").replaceAll('–', '-');
}

/** Breaks at spaces; a word longer than the width stands on a line of its own, uncut: it is there to be copied. */
export function wrapTerminal(text: string, width: number, form: 'ascii' | 'terminal'): readonly string[] {
  const lines: string[] = [];
  let line = '';
  // Escaped first: an escape is longer than what it stands for.
  for (const word of terminalText(text, form).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
