/**
 * The allow-list for /etc/pve/storage.cfg: which group, pool and nodes belong to a storage. No servers, users, paths.
 * @see pve-common SectionConfig.pm `parse_config`, pve-storage Plugin.pm
 */

const keptOptions = new Set([
  'vgname',
  'base',
  'thinpool',
  'shared',
  'nodes',
  'disable',
  'tagged_only',
  'content',
  'pool',
  'snapshot-as-volume-chain',
]);
const knownTypes = new Set([
  ...['dir', 'lvm', 'lvmthin', 'zfspool', 'btrfs', 'nfs', 'cifs', 'glusterfs', 'iscsi'],
  ...['iscsidirect', 'rbd', 'cephfs', 'zfs', 'pbs', 'drbd', 'esxi'],
]);

export function redactStorageConfig(text: string): string {
  const kept: string[] = [];
  let section: 'none' | 'known' | 'unknown' = 'none';
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (/^\s*#/.test(line)) continue;
    if (line === '') {
      if (section !== 'none') kept.push('');
      section = 'none';
      continue;
    }
    if (section === 'none') {
      const [, type, id] = /^([^\s:]{1,64}):\s*(\S{1,100})\s*$/.exec(line) ?? [];
      if (type === undefined || id === undefined) continue;
      section = knownTypes.has(type.toLowerCase()) ? 'known' : 'unknown';
      kept.push(`${type}: ${id}`);
      continue;
    }
    const { key, value } = readOption(line);
    const isKept = section === 'known' ? keptOptions.has(key) : key === 'vgname';
    if (isKept && /^[ -~]{0,1024}$/.test(value ?? '')) kept.push(value === undefined ? `\t${key}` : `\t${key} ${value}`);
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
