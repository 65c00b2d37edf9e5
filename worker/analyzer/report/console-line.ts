/** A line of the console report. Only its bracketed word is coloured, and it is never a word somebody else wrote. */
import type { Form } from './terminal-text';

export type Line = string | { readonly before: string; readonly bracket: keyof typeof colours; readonly after: string };

const colours = { '[CRITICAL]': '1;31', '[WARNING]': '33', '[!]': '1;31' } as const;

export function paint(line: Line, form: Form): string {
  if (typeof line === 'string') return line.trimEnd();
  const { before, bracket, after } = line;
  const shown = form === 'ascii' ? bracket : `\u001b[${colours[bracket]}m${bracket}\u001b[0m`;
  return `${before}${shown}${after.trimEnd()}`;
}
