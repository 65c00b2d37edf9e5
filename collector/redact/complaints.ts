/** Standard error as it may leave the node: a sentence stays a sentence, what it quotes leaves only when it is known. */
import { trimEndOf } from '../trim-end';
import { complaintWords } from './allowed';
import { showDevice } from './device-path';

const words = new Set(complaintWords.split(/\s+/));
const separators = /([\t ,;:()"'`=<>!?]+)/;
const isIdentity = /^(?:LVM-)?(?:[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6})$|^LVM-[A-Za-z0-9]{64}$/;
const isNumber = /^[-+<>]?\d{1,20}(?:\.\d{1,6})?(?:[kmgtpKMGTP]?i?[bB]|s|%)?$/;

/** `known`: names of groups, volumes and mappings that this very run captured. */
export function redactComplaints(text: string, known: ReadonlySet<string>): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .split(separators)
        .map((part, index) => (index % 2 === 1 ? part : showWord(part, known)))
        .join(''),
    )
    .join('\n');
}

function showWord(part: string, known: ReadonlySet<string>): string {
  if (part === '' || known.has(part)) return part;
  const word = trimEndOf(part, /\./);
  const end = part.slice(word.length);
  if (word.startsWith('/dev/')) return `${showDevice(word) ?? '?'}${end}`;
  const isShown = word.split('/').every((piece) => isKnown(piece, known));
  return isShown ? part : `?${end}`;
}

function isKnown(word: string, known: ReadonlySet<string>): boolean {
  return known.has(word) || words.has(word.toLowerCase()) || isNumber.test(word) || isIdentity.test(word) || /^[-[\]]*$/.test(word);
}

/** `qm` and `pct` print lines of a configuration they do not understand: only sentences without content leave the node. */
const sentences = [
  /^ipcc_send_rec\[\d{1,4}\] failed: [A-Za-z ]{1,64}$/,
  /^cluster not ready - no quorum\?$/,
  /^Unable to load access control list: [A-Za-z ]{1,64}$/,
];

export function keepSentences(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' || sentences.some((known) => known.test(line)) ? line : '(left out)'))
    .join('\n');
}

/** Names of groups and their devices as the report has them. */
export function readGroupNames(lvmReport: string): readonly string[] {
  return [...lvmReport.matchAll(/"(?:vg|pv)_name":"([A-Za-z0-9+_.:/-]+)"/g)].map(([, name = '']) => name);
}
