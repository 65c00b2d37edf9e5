/**
 * The allow-list for guest configurations. What is not on it leaves the node only as words that could name a volume.
 * When in doubt a line becomes mentions: they count as references, so filtering never makes an orphan.
 * @see qemu-server QemuServer.pm `parse_vm_config`, Drive.pm; pve-container LXC/Config.pm `parse_pct_config`
 */

import { projectDrive } from './drive';
import { findMentions, type KnownNames } from './mentions';

export type GuestType = 'qemu' | 'lxc';

const drives: Readonly<Record<GuestType, RegExp>> = {
  qemu: /^(?:ide[0-3]|sata[0-5]|scsi(?:[0-9]|[12][0-9]|30)|virtio(?:[0-9]|1[0-5])|efidisk0|tpmstate0|cdrom|unused(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$/,
  lxc: /^(?:rootfs|(?:mp|unused)(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$/,
};

/** Keys kept with their value, as long as the value has the shape it should have. */
const plainValues: ReadonlyMap<string, RegExp> = new Map([
  ['name', /^[A-Za-z0-9.-]{1,253}$/],
  ['hostname', /^[A-Za-z0-9.-]{1,253}$/],
  ['template', /^[01]$/],
  ['lock', /^[a-z-]{1,32}$/],
  ['parent', /^[A-Za-z][A-Za-z0-9_-]{0,63}$/],
  ['snapstate', /^[a-z-]{1,32}$/],
]);

/** Never a volume, always a secret or a person: not even mentions. */
const silentKeys = new Set(['cipassword', 'ciuser', 'sshkeys']);

export function redactGuestConfig(type: GuestType, text: string, known: KnownNames): string {
  const kept: string[] = [];
  let section: 'known' | 'fleecing' | 'unknown' = 'known';
  for (const line of text.split('\n')) {
    const header = /^\[(.*)\]\s*$/.exec(line)?.[1];
    if (header !== undefined) {
      section = sectionKind(type, header);
      kept.push(section === 'unknown' ? '[?]' : `[${header}]`);
      if (section === 'unknown') kept.push(...mentionLine(header, known));
    } else {
      kept.push(...redactLine(type, section, line, known));
    }
  }
  return kept.map((line) => `${line}\n`).join('');
}

function sectionKind(type: GuestType, header: string): 'known' | 'fleecing' | 'unknown' {
  if (/^special:fleecing$/i.test(header)) return 'fleecing';
  if (/^special:cloudinit$/i.test(header)) return 'known';
  if (type === 'qemu' ? /^PENDING$/i.test(header) : /^pve:pending$/i.test(header)) return 'known';
  return /^[a-z][a-z0-9_-]{1,63}$/i.test(header) ? 'known' : 'unknown';
}

function redactLine(type: GuestType, section: 'known' | 'fleecing' | 'unknown', line: string, known: KnownNames): readonly string[] {
  const { key, value } = readEntry(line);
  if (silentKeys.has(key)) return [];
  if (section === 'unknown' || key === '') return mentionLine(line, known);
  if (section === 'fleecing' && key === 'fleecing-images' && /^[A-Za-z0-9:._/,; +-]{1,4096}$/.test(value)) return [`${key}: ${value}`];
  if (drives[type].test(key) || (type === 'qemu' && key === 'vmstate')) {
    const drive = projectDrive(type, value);
    return [`${key}: ${drive.text}`, ...(drive.isWhole ? [] : mentionLine(value, known))];
  }
  const shape = plainValues.get(key);
  if (shape?.test(value)) return [`${key}: ${value}`];
  // A guest that is locked in a way we do not understand is still locked.
  return [...(key === 'lock' ? ['lock: ?'] : []), ...mentionLine(line, known)];
}

/** `key: value`; without a key when there is nothing behind it. */
function readEntry(line: string): { readonly key: string; readonly value: string } {
  const [start = '', key = ''] = /^([a-z][a-z_-]*\d*):/.exec(line) ?? [];
  return start === '' || start.length === line.length ? { key: '', value: '' } : { key, value: line.slice(start.length).trim() };
}

/** Notes are stored percent-encoded: looked at both ways. */
function mentionLine(line: string, known: KnownNames): readonly string[] {
  const decoded = line.replace(/%([0-9a-f]{2})/gi, (_whole, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  const words = findMentions(decoded === line ? line : `${line}\n${decoded}`, known);
  return words.length === 0 ? [] : [`mentions: ${words.join(' ')}`];
}
