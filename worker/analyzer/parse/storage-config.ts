/**
 * /etc/pve/storage.cfg. Section header `type: id` (the id keeps its case), properties indented, a section lasts until an
 * empty line. Unknown plugin types stay in: their volumes are never unused just because we cannot read them.
 * @see pve-common SectionConfig.pm `parse_config`, pve-storage Plugin.pm
 */
import { type Evidence, known, whenKnown } from '../evidence';
import type { StorageEntry } from '../facts';
import { type Captures, outputOf } from './captured';

export function parseStorages(captures: Captures): Evidence<readonly StorageEntry[]> {
  return whenKnown(outputOf(captures, 'pve.storage'), (text) => known(mergeTwins(readSections(text).filter(hasValidId).map(toStorage))));
}

/** Proxmox VE skips any other section. @see pve-common JSONSchema.pm `parse_storage_id` */
const hasValidId = ({ id }: Section): boolean => /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i.test(id);

/** One id for two groups: Proxmox VE takes the last, a person may mean the first. Then nobody knows which it is: none. */
function mergeTwins(storages: readonly StorageEntry[]): readonly StorageEntry[] {
  const placeOf = ({ type, vgname, thinpool }: StorageEntry) => JSON.stringify([type, vgname, thinpool]);
  const places = new Map<string, Set<string>>();
  for (const storage of storages) {
    if (storage.vgname !== '') places.set(storage.id, (places.get(storage.id) ?? new Set()).add(placeOf(storage)));
  }
  return storages.map((storage) =>
    (places.get(storage.id)?.size ?? 0) > 1 && isOnLvm(storage) ? { ...storage, vgname: '', thinpool: '' } : storage,
  );
}

const isOnLvm = ({ type }: StorageEntry) => type === 'lvm' || type === 'lvmthin';

type Section = { readonly type: string; readonly id: string; readonly options: Map<string, string> };

function readSections(text: string): readonly Section[] {
  const sections: Section[] = [];
  let current: Section | undefined;
  for (const line of text.split('\n')) {
    if (/^\s*#/.test(line)) continue;
    // Of blanks alone it is only a line nobody understands: the section goes on.
    if (line === '') {
      current = undefined;
      continue;
    }
    const header = current === undefined ? readHeader(line) : undefined;
    if (header !== undefined) {
      current = { ...header, options: new Map() };
      sections.push(current);
      continue;
    }
    const words = line.trim();
    if (current === undefined || !/^\s/.test(line)) continue;
    const end = words.search(/\s/);
    const [key, value] = end === -1 ? [words, '1'] : [words.slice(0, end), words.slice(end).trim()];
    // A duplicate key is an error for PVE, and the first one wins.
    if (!current.options.has(key)) current.options.set(key, value);
  }
  return sections;
}

/** `type: id`, the blank may be missing. */
function readHeader(line: string): Omit<Section, 'options'> | undefined {
  if (/^\s/.test(line)) return undefined;
  const [first = '', second, ...more] = line.trimEnd().split(/\s+/);
  const colon = first.lastIndexOf(':');
  const id = second ?? first.slice(colon + 1);
  const isHeader = more.length === 0 && colon > 0 && id !== '' && (second === undefined || colon === first.length - 1);
  return isHeader ? { type: first.slice(0, colon).toLowerCase(), id } : undefined;
}

function toStorage({ type, id, options }: Section): StorageEntry {
  const isOn = (key: string) => /^(?:1|yes|on|true)$/i.test(options.get(key) ?? '');
  return {
    id,
    type,
    vgname: options.get('vgname') ?? '',
    thinpool: options.get('thinpool') ?? '',
    nodes: (options.get('nodes') ?? '').split(/[,;\s]+/).filter((node) => node !== ''),
    // Only what the line says, and lvmthin has no such option.
    shared: type === 'lvm' && isOn('shared'),
    disabled: isOn('disable'),
    taggedOnly: isOn('tagged_only'),
  };
}

/** The range of `GET /cluster/nextid`. Default 100 to 1000000 (exclusive). */
export function parseNextId(captures: Captures): { readonly lower: number; readonly upper: number } {
  const text = outputOf(captures, 'pve.datacenter');
  const bound = (key: string, otherwise: number) => {
    const [, digits] = text.status === 'known' ? (new RegExp(`^next-id:.*\\b${key}=([0-9]{3,9})`, 'm').exec(text.value) ?? []) : [];
    return digits === undefined ? otherwise : Number(digits);
  };
  return { lower: bound('lower', 100), upper: bound('upper', 1_000_000) };
}
