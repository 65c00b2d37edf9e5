/** What a script printed -> what it says of each mapping. Such scripts differ: a line that names a mapping, or the heading above it, has the word. */

export type Verdict = 'duplicate' | 'orphan' | 'valid' | 'nothing said';

/** Worst first: a mapping named twice is what is said worst of it. */
const words: readonly (readonly [Exclude<Verdict, 'nothing said'>, RegExp])[] = [
  ['duplicate', /\bduplicates?\b/i],
  ['orphan', /\b(?:orphan(?:ed|s)?|tombstone[ds]?|stale|leftovers?|dangling|does not exist|not in config)\b/i],
  ['valid', /\b(?:valid|ok|clean|healthy|in use|active)\b|[✅✓]/i],
];
const denied = /\b(?:no|not|0|without)\s+(?:any\s+)?(?:duplicates?|orphans?|orphaned|tombstones?|tombstoned|stale|leftovers?)\b/gi;

export function readVerdicts(output: string, names: readonly string[]): ReadonlyMap<string, Verdict> {
  const said = new Map<string, Verdict>(names.map((name) => [name, 'nothing said']));
  let heading: Verdict = 'nothing said';
  // Longest first: `vg-lv` is also the beginning of `vg-lv-real`.
  const longest = [...names].sort((a, b) => b.length - a.length);
  for (const raw of output.split('\n')) {
    const line = raw.replace(ansi, '').trim();
    const named = namesIn(line, longest);
    const word = wordIn(named.reduce((rest, name) => rest.replaceAll(name, ' '), line));
    if (line === '') heading = 'nothing said';
    else if (named.length === 0) heading = word === 'nothing said' ? heading : word;
    for (const name of named) said.set(name, worse(said.get(name) ?? 'nothing said', word === 'nothing said' ? heading : word));
  }
  return said;
}

/** Colours and cursor movements. */
const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

function namesIn(line: string, longest: readonly string[]): readonly string[] {
  let rest = line;
  return longest.filter((name) => {
    const at = wholeWord(rest, name);
    if (at < 0) return false;
    rest = `${rest.slice(0, at)}${' '.repeat(name.length)}${rest.slice(at + name.length)}`;
    return true;
  });
}

function wholeWord(line: string, name: string): number {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    if (!/[\w.+-]/.test(line[at - 1] ?? ' ') && !/[\w+-]/.test(line[at + name.length] ?? ' ')) return at;
  }
  return -1;
}

function wordIn(line: string): Verdict {
  const plain = line.replace(denied, ' ');
  return words.find(([, pattern]) => pattern.test(plain))?.[0] ?? 'nothing said';
}

const order: readonly Verdict[] = ['duplicate', 'orphan', 'valid', 'nothing said'];
const worse = (a: Verdict, b: Verdict): Verdict => (order.indexOf(a) <= order.indexOf(b) ? a : b);
