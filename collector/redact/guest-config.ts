/**
 * The filter for guest configurations. What the allow-list does not name leaves the node only as words that could name a
 * volume. When in doubt a line becomes mentions: they count as references, so filtering never makes an orphan.
 * @see qemu-server QemuServer.pm `parse_vm_config`, Drive.pm; pve-container LXC/Config.pm `parse_pct_config`
 */
import { guestConfig } from './allowed';
import { projectDrive, showVolume } from './drive';
import { findMentions, type KnownNames } from './mentions';
import { fits, fitsEach } from './shape';

export type GuestType = 'qemu' | 'lxc';

const plainValues = fitsEach(guestConfig.plain);
const isFleecing = fits(guestConfig.fleecingImages);
const silentKeys = new RegExp(`^[\\s#]*(?:${guestConfig.silent.join('|').replace(/\*/g, '\\d*')})\\s*[:=]`, 'i');

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
  if (silentKeys.test(line)) return [];
  const { key, value } = readEntry(line);
  if (section === 'unknown' || key === '') return mentionLine(line, known);
  if (section === 'fleecing' && key === 'fleecing-images' && isFleecing(value)) {
    const volumes = value.split(/[,;\s]+/).map((volume) => showVolume(type, volume));
    return [`${key}: ${volumes.map((volume) => volume ?? '?').join(',')}`, ...(volumes.includes(undefined) ? mentionLine(value, known) : [])];
  }
  if (isDrive(type, key)) {
    const drive = projectDrive(type, value);
    return [`${key}: ${drive.text}`, ...(drive.isWhole ? [] : mentionLine(value, known))];
  }
  if (plainValues.get(key)?.(value) === true) return [`${key}: ${value}`];
  // A guest that is locked in a way we do not understand is still locked.
  return [...(key === 'lock' ? ['lock: ?'] : []), ...mentionLine(line, known)];
}

function isDrive(type: GuestType, key: string): boolean {
  const { numbered, single } = guestConfig.drives[type];
  if (single.some((name) => name === key)) return true;
  const [, kind = '', number = ''] = /^([a-z]+)(0|[1-9]\d{0,2})$/.exec(key) ?? [];
  const last = Object.entries(numbered).find(([name]) => name === kind)?.[1];
  return last !== undefined && Number(number) <= last;
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
