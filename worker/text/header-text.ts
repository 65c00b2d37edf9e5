/** Text for a mail or HTTP header: one line, no control or direction characters, at most 120 characters. Never empty-handed: what is left may be ''. */
const maxHeaderCharacters = 120;

export function headerText(text: string): string {
  const line = text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return Array.from(line).slice(0, maxHeaderCharacters).join('').trimEnd();
}
