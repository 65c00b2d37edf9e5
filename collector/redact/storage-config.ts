/**
 * The filter for /etc/pve/storage.cfg: which group, pool and nodes belong to a storage. No servers, users, paths.
 * @see pve-common SectionConfig.pm `parse_config`, pve-storage Plugin.pm
 */
import { storageConfig } from './allowed';
import { fits, fitsEach } from './shape';

const options = fitsEach(storageConfig.options);
const isType = fits(storageConfig.type);
const isId = fits(storageConfig.id);

export function redactStorageConfig(text: string): string {
  const kept: string[] = [];
  /** `waiting`: the type is none of Proxmox VE's; without an indented line behind it, it is no section at all. */
  let section: 'none' | 'known' | 'waiting' | 'foreign' = 'none';
  let header = '';
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (/^\s*#/.test(line)) continue;
    if (line === '') {
      if (section === 'known' || section === 'foreign') kept.push('');
      section = 'none';
      continue;
    }
    if (section === 'none') {
      const [, type = '', id = ''] = /^([^\s:]{1,64}):\s*(\S{1,100})\s*$/.exec(line) ?? [];
      if (!isType(type) || !isId(id)) continue;
      section = storageConfig.types.some((one) => one === type.toLowerCase()) ? 'known' : 'waiting';
      header = `${type}: ${id}`;
      if (section === 'known') kept.push(header);
      continue;
    }
    const { key, value } = readOption(line);
    if (section === 'waiting' && key !== '') {
      section = 'foreign';
      kept.push(header);
    }
    const isKept = section === 'known' || storageConfig.foreignOptions.some((option) => option === key);
    if (!isKept || !options.has(key)) continue;
    if (value === undefined) kept.push(`\t${key}`);
    else if (options.get(key)?.(value) === true) kept.push(`\t${key} ${value}`);
  }
  return kept.map((line) => `${line}\n`).join('');
}

/** `\tkey`, `\tkey value`. Without a pattern: one that looks for the last word takes forever on a line of blanks. */
function readOption(line: string): { readonly key: string; readonly value: string | undefined } {
  if (!/^\s/.test(line)) return { key: '', value: undefined };
  const words = line.trim();
  const keyLength = words.search(/\s/);
  return keyLength < 0 ? { key: words, value: undefined } : { key: words.slice(0, keyLength), value: words.slice(keyLength).trimStart() };
}
