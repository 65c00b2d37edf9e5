/**
 * One event as one line of JSON. Forged lines are impossible because JSON escapes line breaks; what a terminal would
 * obey (C1 controls, direction and separator characters) is escaped as well. The line stays valid JSON.
 */
export function logText(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>> = {}): string {
  const line = JSON.stringify({ ...fields, event });
  return line.replace(/[\u007f-\u009f\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`).join(''),
  );
}
