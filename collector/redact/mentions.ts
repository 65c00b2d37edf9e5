/**
 * Words of a free text that could name a volume. They leave the node because a volume that anything names is not an
 * orphan; nothing else of the text does.
 */
import { trimEndOf } from '../trim-end';

export type KnownNames = ReadonlySet<string>;

const devicePath = /\/dev\/[A-Za-z0-9/_.:@+=\\-]+/g;
const volumeName = /(?:^|[^A-Za-z0-9])((?:vm|base|snap_vm|snap|subvol|basevol)[-_][A-Za-z0-9._-]+)/g;
/** Two ways to cut: LVM's own characters, and what may stand in a device-mapper name. */
const knownWords = [/[A-Za-z0-9+_.-]+/g, /[^\s,;="'()<>]+/g] as const;
const maxWordLength = 512;

/** In order of appearance, each once. `known`: names of volumes and mappings that this very run captured. */
export function findMentions(text: string, known: KnownNames): readonly string[] {
  const firstAt = new Map<string, number>();
  const add = (word: string, at: number) => {
    if (word.length <= maxWordLength && at < (firstAt.get(word) ?? Number.POSITIVE_INFINITY)) firstAt.set(word, at);
  };
  for (const { index, 0: word } of text.matchAll(devicePath)) for (const form of formsOf(word)) add(form, index);
  for (const { index, 1: word = '' } of text.matchAll(volumeName)) for (const form of formsOf(word)) add(form, index);
  for (const pattern of known.size > 0 ? knownWords : [])
    for (const { index, 0: word } of text.matchAll(pattern)) for (const form of formsOf(word)) if (known.has(form)) add(form, index);
  return [...firstAt].sort(([, a], [, b]) => a - b).map(([word]) => word);
}

/** As it stands; without what ends a sentence behind it; and without what emphasis and dashes leave there (`_name_`). */
function formsOf(word: string): readonly string[] {
  const bare = trimEndOf(word, /[^A-Za-z0-9]/);
  return bare === word ? [word] : [word, trimEndOf(word, /[.,;:!?)\]}>"'`]/), bare];
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
