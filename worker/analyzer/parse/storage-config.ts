/**
 * /etc/pve/storage.cfg. Section header `type: id` (the id keeps its case), properties indented, a section lasts until an
 * empty line. Unknown plugin types stay in: their volumes are never unused just because we cannot read them.
 * @see pve-common SectionConfig.pm `parse_config`, pve-storage Plugin.pm
 */
import { type Evidence, known, whenKnown } from '../evidence';
import type { StorageEntry } from '../facts';
import { type Captures, outputOf } from './captured';

export function parseStorages(captures: Captures): Evidence<readonly StorageEntry[]> {
  return whenKnown(outputOf(captures, 'pve.storage'), (text) => known(readSections(text).map(toStorage)));
}

type Section = { readonly type: string; readonly id: string; readonly options: Map<string, string> };

function readSections(text: string): readonly Section[] {
  const sections: Section[] = [];
  let current: Section | undefined;
  for (const line of text.split('\n')) {
    if (/^\s*#/.test(line)) continue;
    if (line.trim() === '') {
      current = undefined;
      continue;
    }
    const header = current === undefined ? /^(\S+):\s*(\S+)\s*$/.exec(line) : null;
    if (header?.[1] !== undefined && header[2] !== undefined) {
      current = { type: header[1].toLowerCase(), id: header[2], options: new Map() };
      sections.push(current);
      continue;
    }
    const [, key, value = '1'] = /^\s+(\S+)(?:\s+(.*\S))?\s*$/.exec(line) ?? [];
    // A duplicate key is an error for PVE, and the first one wins.
    if (key !== undefined && current !== undefined && !current.options.has(key)) current.options.set(key, value);
  }
  return sections;
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
