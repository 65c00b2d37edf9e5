/**
 * Words of a free text that could name a volume. They leave the node because a volume that anything names is not an
 * orphan; nothing else of the text does.
 */
import { trimEndOf } from '../trim-end';
import { mentions } from './allowed';
import { showDevice } from './device-path';
import { fits } from './shape';

export type KnownNames = ReadonlySet<string>;

const { path, volumePrefixes, word } = mentions;
// A `/dev/` in the middle of a word is somebody's directory, or a key in base64.
const devicePath = new RegExp(`(?:^|[^A-Za-z0-9+._~-])(/dev/[${path.characters}]+)`, 'g');
const volumeName = new RegExp(`(?:^|[^A-Za-z0-9])((?:snap_)?(?:${volumePrefixes.join('|')})--?[0-9]{1,9}-[${word.characters}]+)`, 'g');
/** Two ways to cut: LVM's own characters, and what may stand in a device-mapper name. */
const knownWords = [/[A-Za-z0-9+_.-]+/g, /[^\s,;="'()<>]+/g] as const;
const isWord = fits(word);

/** In order of appearance, each once. `known`: names of volumes and mappings that this very run captured. */
export function findMentions(text: string, known: KnownNames): readonly string[] {
  const firstAt = new Map<string, number>();
  const add = (found: string, at: number) => {
    if (at < (firstAt.get(found) ?? Number.POSITIVE_INFINITY)) firstAt.set(found, at);
  };
  for (const { index, 1: found = '' } of text.matchAll(devicePath)) {
    for (const form of formsOf(found)) {
      const shown = showDevice(form);
      if (shown !== undefined) add(shown, index);
    }
  }
  for (const { index, 1: found = '' } of text.matchAll(volumeName)) for (const form of formsOf(found)) if (isWord(form)) add(form, index);
  for (const pattern of known.size > 0 ? knownWords : [])
    for (const { index, 0: found } of text.matchAll(pattern)) for (const form of formsOf(found)) if (known.has(form)) add(form, index);
  return [...firstAt].sort(([, a], [, b]) => a - b).map(([found]) => found);
}

/** As it stands; without what ends a sentence behind it; and without what emphasis and dashes leave there (`_name_`). */
function formsOf(found: string): readonly string[] {
  const bare = trimEndOf(found, /[^A-Za-z0-9]/);
  return bare === found ? [found] : [found, trimEndOf(found, /[.,;:!?)\]}>"'`]/), bare];
}

/** LV names from LVM's JSON report and mapping names from dmsetup's rows, whatever state the texts are in. */
export function readKnownNames(lvmReport: string, dmRows: readonly string[]): KnownNames {
  const names = new Set<string>();
  for (const [, name = ''] of lvmReport.matchAll(/"lv_name":"\[?([A-Za-z0-9+_.-]+)\]?"/g)) names.add(name);
  for (const rows of dmRows) {
    for (const row of rows.split('\n')) {
      const name = row.slice(0, Math.max(0, row.indexOf('|')));
      if (name !== '') names.add(name);
    }
  }
  names.delete('');
  return names;
}
