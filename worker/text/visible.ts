/**
 * Names from nodes and people on a page. HTML itself is escaped by hono/jsx; this makes visible what a reader could not
 * see: control characters, direction changes, zero-width and other formatting characters become `\u{202e}`.
 */

/** Cc, Cf, Co, Cs (lone surrogates), Zl, Zp, unassigned; and fillers that render as nothing although they are letters. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]|[\u{FE00}-\u{FE0F}]|[\u{E0100}-\u{E01EF}]/gu;

export function visibleText(text: string): string {
  return text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Text of several lines (a command's output): line breaks and tabs stay, everything else invisible is shown. */
export function visibleLines(text: string): string {
  return text.replace(invisible, (character) => (character === '\n' || character === '\t' ? character : visibleText(character)));
}

/** `san1vg-vm--1…disk--0`: long names keep both ends, because the end tells them apart. Counts characters, not bytes. */
export function cutMiddle(text: string, maxLength: number): string {
  const characters = Array.from(visibleText(text));
  if (characters.length <= maxLength) return characters.join('');
  const tail = Math.floor((maxLength - 1) / 2);
  return `${characters.slice(0, maxLength - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`;
}
