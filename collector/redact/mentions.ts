/**
 * Words of a free text that could name a volume. They leave the node because a volume that anything names is not an
 * orphan; nothing else of the text does.
 */

export type KnownNames = ReadonlySet<string>;

const devicePath = /\/dev\/[A-Za-z0-9/_.:@+=\\-]+/g;
const volumeName = /(?:^|[^A-Za-z0-9])((?:vm|base|snap_vm|snap|subvol|basevol)[-_][A-Za-z0-9._-]+)/g;
const maxWordLength = 512;

/** In order of appearance, each once. `known`: names of volumes and mappings that this very run captured. */
export function findMentions(text: string, known: KnownNames): readonly string[] {
  const found: { readonly at: number; readonly word: string }[] = [];
  collect(devicePath, text, 0, found);
  collect(volumeName, text, 1, found);
  if (known.size > 0) {
    // Two ways to cut: LVM's own characters, and what may stand in a device-mapper name.
    for (const separator of [/[^A-Za-z0-9+_.-]+/, /[\s,;="'()<>]+/]) {
      let at = 0;
      for (const word of text.split(separator)) {
        at = Math.max(at, text.indexOf(word, at));
        if (known.has(word)) found.push({ at, word });
      }
    }
  }
  found.sort((a, b) => a.at - b.at);
  return [...new Set(found.map(({ word }) => word))].filter((word) => word.length <= maxWordLength);
}

function collect(pattern: RegExp, text: string, group: number, found: { at: number; word: string }[]): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    found.push({ at: match.index, word: match[group] ?? '' });
    if (group === 1) pattern.lastIndex = Math.max(match.index + 1, pattern.lastIndex - 1); // the end may be the next one's border
  }
}

/** LV names from LVM's JSON report and mapping names from dmsetup's rows, whatever state the texts are in. */
export function readKnownNames(lvmReport: string, dmRows: readonly string[]): KnownNames {
  const names = new Set<string>();
  const lvName = /"lv_name":"\[?([A-Za-z0-9+_.-]+)\]?"/g;
  for (let match = lvName.exec(lvmReport); match !== null; match = lvName.exec(lvmReport)) names.add(match[1] ?? '');
  for (const rows of dmRows) {
    for (const row of rows.split('\n')) {
      const name = row.slice(0, Math.max(0, row.indexOf('|')));
      if (name !== '') names.add(name);
    }
  }
  names.delete('');
  return names;
}
