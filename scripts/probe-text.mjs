// The words of shell and awk for what the collector says in JavaScript.

/** `@name@` of a template. @param {string} template @param {Readonly<Record<string, string | number>>} values */
export function fill(template, values) {
  return template.replace(/@([a-z][A-Za-z0-9_]*)@/g, (_whole, name) => {
    if (values[name] === undefined) throw new Error(`the template asks for ${name}`);
    return String(values[name]);
  });
}

/** Words on lines that stay readable. @param {readonly string[]} words @param {string} indent */
export function packWords(words, indent, width = 236) {
  /** @type {string[]} */
  const lines = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

/** @param {string} word */
export const quote = (word) => (/^[A-Za-z0-9_./,:=-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/** @param {readonly string[]} words */
export const alternatives = (words) => words.map((word) => word.replace(/[.+?()[\]{}|^$\\]/g, '\\$&')).join('|');

/** `{least,most}` is unknown to mawk before 1.3.4-20200717, which is Debian 11's and 12's. @param {string} one @param {number} least @param {number} most */
export const repeat = (one, least, most) => one.repeat(least) + `${one}?`.repeat(most - least);

/**
 * The inside of a JavaScript character class as that of a POSIX bracket expression, in an awk string: `]` first, `-` last.
 * @param {string} characters
 */
export function bracket(characters) {
  /** @type {readonly string[]} */
  const items = characters.match(/\\.|[^\\]/g) ?? [];
  /** @type {Readonly<Record<string, string>>} */
  const spelled = { '\\]': '', '\\t': '\\t', '\\\\': '\\\\\\\\', '\\[': '[' };
  return (items.includes('\\]') ? ']' : '') + items.map((item) => spelled[item] ?? item).join('');
}
