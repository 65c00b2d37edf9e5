/** What is said of a volume no guest uses: by what it is for, since a forgotten RAM state is no disk. */
import type { VolumeKind } from '../../parse/volume-name';
import { isPlainToken } from '../../plain-text';
import type { Explanation } from '../../report-shape';
import type { Place, Searched } from '../../rule';
import { listNames, sayShared } from '../../words';

export type UnusedDetail = {
  readonly volume: string;
  readonly kind: VolumeKind;
  readonly group: string;
  readonly storage: string;
  readonly sectors: number;
  readonly made: string;
  readonly host: string;
  readonly guest: number | null;
  /** `VM 131`, `CT 131`; null: there is no guest of that number. */
  readonly owner: string | null;
  /** Where its guest has a volume of this very name: `san-b:vm-131-disk-0 (san2vg)`. */
  readonly elsewhere: readonly string[];
  readonly isFixed: boolean;
  readonly unseenMembers: readonly string[];
  /** Other clusters of the customer that see the group. */
  readonly sharedWith?: readonly string[];
};

/** What it is, where it is not a disk like any other. */
const purposes: Readonly<Partial<Record<VolumeKind, string>>> = {
  cloudinit: 'a cloud-init drive',
  state: 'RAM saved by a snapshot or by suspending',
  fleecing: 'scratch space of a backup',
  'backup-snapshot': 'what the backup of a container reads from',
  'being-deleted': 'Proxmox VE renamed it to wipe and remove it, and no task does so',
};

export function explainUnused(detail: UnusedDetail, { searched }: Place): Explanation {
  const { volume, group, kind, sectors, made, host, owner, elsewhere, unseenMembers, sharedWith = [] } = detail;
  const purpose = purposes[kind];
  return {
    sentence: `${volume} (${sizeInWords(sectors)}${made === '' ? '' : `, made ${made.slice(0, 10)}`}) lies in ${group} and no guest in this cluster uses it${purpose === undefined ? '' : `: ${purpose}`}.`,
    breaks: `It takes ${sizeInWords(sectors)}. ${sayBlocked(detail)}`,
    messages: messagesOf(detail),
    because:
      `${saySearched(detail, searched)} Nothing has it open where that could be seen.` +
      (elsewhere.length === 0 ? '' : ` ${owner} uses this name elsewhere: ${elsewhere.join(', ')}.`) +
      (host === '' ? '' : ` Made on ${host}.`) +
      sayShared(group, sharedWith) +
      (unseenMembers.length === 0 ? '' : ` Not checked whether it is open on ${listNames(unseenMembers)}.`) +
      ' Not seen: a cluster that shares this group and is not enrolled here.',
    todo: sayTodo(detail),
    commands: commandsFor(detail),
  };
}

function sayBlocked({ kind, guest, owner, volume, isFixed }: UnusedDetail): string {
  if (kind === 'being-deleted') return `Deleting a disk called ${volume.slice('del-'.length)} fails while it is there.`;
  if (kind === 'backup-snapshot') return `The next backup of ${owner ?? `guest ${guest ?? ''}`.trimEnd()} in snapshot mode fails while it is there.`;
  if (isFixed) return 'Its name is a fixed one: the next volume of this name cannot be made.';
  const next = owner ?? `a new guest ${guest ?? ''}`.trimEnd();
  return `A normal disk name does not block a new guest, but ${next} may get this disk as unused disk, and deleting that guest with "destroy unreferenced disks" deletes it.`;
}

function messagesOf({ kind, volume, group, isFixed }: UnusedDetail): readonly string[] {
  const exists = `Logical Volume "${volume}" already exists in volume group "${group}"`;
  if (kind === 'being-deleted') return [`lvrename '${group}/${volume.slice('del-'.length)}' error:   ${exists}`];
  if (kind === 'backup-snapshot') return [`lvcreate snapshot '${group}/${volume}' error:   ${exists}`];
  return isFixed ? [exists] : [];
}

/** Without the numbers where they are not known: what changes with every new guest is never stored with a finding. */
function saySearched({ storage, group }: UnusedDetail, searched: Searched | undefined): string {
  if (searched === undefined) return `No current, pending, snapshot or unused entry of any guest names it on ${storage}.`;
  const { vms, containers, nodes, storages } = searched;
  const here = storages.filter((one) => one.group === group).map(({ id }) => id);
  const where =
    here.length < 2
      ? `storage ${here[0] ?? storage} (on ${group})`
      : `storages ${listNames(here)} (${here.length === 2 ? 'both' : 'all'} on ${group})`;
  return (
    `Searched: ${count(vms, 'VM')}, ${count(containers, 'container')} on ${count(nodes, 'node')}; ` +
    `current, pending, all snapshot sections, unused disks, RAM states; ${where}.`
  );
}

const count = (many: number, what: string) => `${many} ${what}${many === 1 ? '' : 's'}`;

function sayTodo({ kind, storage, group, volume }: UnusedDetail): string {
  const isPlain = [storage, group, volume].every(isPlainToken);
  const look = 'No script is offered. Look at it first';
  if (kind === 'being-deleted' || kind === 'backup-snapshot') {
    const remove = isPlain ? `: lvremove ${group}/${volume}` : '';
    return `Proxmox VE's own list does not show it. ${look}; remove it with LVM only while nobody makes, moves or deletes disks in ${group} on any node${remove}`;
  }
  const free = isPlain ? `: pvesm free ${storage}:${volume}` : '';
  const keep = isKeptByRescan(kind) ? ', keep it visible with a rescan, save it with a backup of the guest it gets attached to' : '';
  return `This is data. ${look}${keep}; free it only if you know what it was${free}`;
}

/** A rescan attaches disks as unused ones; it passes over cloud-init drives and RAM. @see qemu-server `update_disk_config` */
const isKeptByRescan = (kind: VolumeKind) => kind === 'disk' || kind === 'template' || kind === 'other';

function commandsFor({ group, volume, owner, guest, kind }: UnusedDetail): readonly string[] {
  const look = isPlainToken(group) && isPlainToken(volume) ? [`lvs -o+lv_time,lv_host,lv_tags ${group}/${volume}`] : [];
  return owner === null || !isKeptByRescan(kind) ? look : [...look, `${owner.startsWith('CT') ? 'pct' : 'qm'} rescan --vmid ${guest}`];
}

/** 512-byte sectors, in the largest unit that leaves a number a person can say. */
export function sizeInWords(sectors: number): string {
  const mebibytes = sectors / 2048;
  if (mebibytes < 1024) return `${Number(mebibytes.toFixed(mebibytes < 10 ? 1 : 0))} MiB`;
  const gibibytes = mebibytes / 1024;
  return gibibytes < 1024 ? `${Number(gibibytes.toFixed(gibibytes < 10 ? 1 : 0))} GiB` : `${Number((gibibytes / 1024).toFixed(1))} TiB`;
}
