/**
 * Guest configurations: which volumes a guest references, in the current section, pending changes and every snapshot.
 * When in doubt between referenced and not, it is referenced.
 * @see qemu-server QemuServer.pm `parse_vm_config`, Drive.pm; pve-container LXC/Config.pm `parse_pct_config`
 */
import type { Guest, Reference } from '../facts';

export type GuestFile = { readonly vmid: number; readonly node: string; readonly type: 'qemu' | 'lxc' };

/** `nodes/<node>/{qemu-server,lxc}/<vmid>.conf`, below any directory. */
export function guestOfPath(path: string): GuestFile | undefined {
  const [, node, directory, vmid] = /(?:^|\/)nodes\/([^/]+)\/(qemu-server|lxc)\/([1-9][0-9]{2,8})\.conf$/.exec(path) ?? [];
  return node === undefined || vmid === undefined ? undefined : { node, vmid: Number(vmid), type: directory === 'lxc' ? 'lxc' : 'qemu' };
}

const drives = {
  qemu: /^(?:ide[0-3]|sata[0-5]|scsi(?:[0-9]|[12][0-9]|30)|virtio(?:[0-9]|1[0-5])|efidisk0|tpmstate0|unused(?:[0-9]{1,2}|1[0-9]{2}|2[0-4][0-9]|25[0-5])|cdrom|vmstate)$/,
  lxc: /^(?:rootfs|(?:mp|unused)(?:[0-9]{1,2}|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$/,
};

/** The guest and every word its configuration uses where PVE itself does not look for volumes. */
export function parseGuestConfig(file: GuestFile, text: string): { readonly guest: Guest; readonly mentions: readonly string[] } {
  const references: Reference[] = [];
  const mentions: string[] = [];
  const unfinished: string[] = [];
  let section = '';
  const current = new Map<string, string>();
  for (const line of text.split('\n')) {
    const header = /^\[(.*)\]\s*$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(0, colon));
    const value = line.slice(colon + 1).trim();
    if (value === '' || !/^[a-z][a-z_-]*[0-9]*$/i.test(key)) continue;
    if (section === '' && !current.has(key)) current.set(key, value);
    if (drives[file.type].test(key)) references.push(...volumesOf(value).map((volume) => ({ section, key, volume })));
    else if (key === 'fleecing-images') references.push(...value.split(/[,;\s]+/).map((volume) => ({ section, key, volume })));
    else if (key === 'mentions') mentions.push(...value.split(/\s+/));
    else if (key === 'snapstate') unfinished.push(section);
    else mentions.push(...volumesIn(value));
  }
  const guest: Guest = {
    ...file,
    name: current.get('name') ?? current.get('hostname') ?? '',
    template: current.get('template') === '1',
    lock: current.get('lock') ?? '',
    ...(unfinished.length === 0 ? {} : { unfinished: unfinished.slice(0, 8) }),
    references: references.filter(({ volume }) => isVolume(volume)),
  };
  return { guest, mentions };
}

/**
 * The snapshot a section describes; empty: the current configuration, changes that wait, or Proxmox VE's own notes.
 * @see qemu-server QemuServer.pm `parse_vm_config`; pve-container LXC/Config.pm: `[pve:pending]`
 */
export function snapshotOfSection(section: string): string {
  return isPendingSection(section) || !/^[a-z][a-z0-9_-]+$/i.test(section) ? '' : section;
}

export const isPendingSection = (section: string): boolean => /^(?:pending|pve:pending)$/i.test(section);

/**
 * Volumes in a line Proxmox VE ignores (`nvme0`, `scsi31`): the collector sends such a line as mentions; a file that never
 * passed it is read as carefully. When in doubt a volume named anywhere is referenced.
 */
function volumesIn(value: string): readonly string[] {
  return value.split(/[\s,;="'()<>]+/).filter((word) => /^\/dev\/.|(?:^|[^A-Za-z0-9])(?:vm|base)--?[0-9]{1,9}-/.test(word));
}

/** A property string: `san:vm-1-disk-0,size=1G`, `file=…` or `volume=…` anywhere, or the item without a key. */
function volumesOf(value: string): readonly string[] {
  return value.split(',').flatMap((item) => {
    const [, named] = /^(?:file|volume)=(.*)$/.exec(item) ?? [];
    return named !== undefined ? [named] : item.includes('=') && !item.startsWith('/') ? [] : [item];
  });
}

/** `storage:volume` or a path below /dev; not `none`, `cdrom`, `bind`, a bare file. */
function isVolume(volume: string): boolean {
  return volume.startsWith('/dev/') || /^[a-z][a-z0-9\-_.]*[a-z0-9]:.+$/i.test(volume);
}
