/** Drops characters at the end, in linear time: a pattern like `x+$` looks anew from every place an x stands. */

/** `dropped` is asked one character at a time. */
export function trimEndOf(text: string, dropped: RegExp): string {
  let length = text.length;
  while (length > 0 && dropped.test(text[length - 1] ?? '')) length--;
  return text.slice(0, length);
}
