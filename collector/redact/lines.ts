/** Filters that look at one line at a time. A line that is not what it should be leaves as `?`: it is never taken for none. */
import { dmRow, memoryKeys, plainLine } from './allowed';
import { fits } from './shape';

const isPlain = fits(plainLine);
const isRow = fits(dmRow);

export function redactFirstLine(text: string): string {
  const [line = ''] = text.split('\n');
  return `${line === '' || isPlain(line) ? line : '?'}\n`;
}

/** `package version` */
export function redactPackages(text: string): string {
  return eachLine(text, (line) => (/^[a-z0-9.+-]{1,64} (?:\d[A-Za-z0-9.+:~-]{0,64})?$/.test(line) ? line : '?'));
}

/** Rows of `dmsetup info`, or that there are none. */
export function redactDmInfo(text: string): string {
  return eachLine(text, (line) => (isRow(line) ? line : '?'));
}

export function redactMemory(text: string): string {
  const pattern = new RegExp(`^(?:${memoryKeys.join('|')}):\\s+\\d{1,15} kB$`);
  const kept = text.split('\n').filter((line) => pattern.test(line));
  return kept.map((line) => `${line}\n`).join('');
}

/**
 * `qm list` and `pct list`: number and status of each guest. Names stand in the configurations; sizes and pids change.
 * @see qemu-server CLI/qm.pm, pve-container CLI/pct.pm
 */
export function redactGuestList(type: 'qemu' | 'lxc', text: string): string {
  return eachLine(text, (line) => {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === 'VMID') return type === 'qemu' ? 'VMID NAME STATUS MEM(MB) BOOTDISK(GB) PID' : 'VMID Status Lock Name';
    // A machine's name may be missing or of two words: its status is the fourth column from behind.
    const [vmid = '', status = ''] = [fields[0], type === 'qemu' ? fields[fields.length - 4] : fields[1]];
    const isGuest = /^[1-9]\d{2,8}$/.test(vmid) && /^[a-z-]{1,32}$/.test(status) && (type === 'lxc' || fields.length >= 6);
    return isGuest ? (type === 'qemu' ? `${vmid} - ${status} - - -` : `${vmid} ${status}`) : '?';
  });
}

function eachLine(text: string, keep: (line: string) => string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : keep(line)))
    .join('\n');
}
