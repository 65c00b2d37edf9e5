/**
 * A guest volume that no guest of the cluster names. It is data: guidance only. Kubernetes volumes, imports that write
 * the configuration last, moves and templates look the same for a while: hence the guards and the day of waiting.
 * @see pve-storage LVMPlugin.pm `list_images`, LvmThinPlugin.pm `list_images`: only what they list is judged
 */
import type { ClusterInputs, Use } from '../../cluster-inputs';
import type { LogicalVolume, StorageEntry, VolumeGroup } from '../../facts';
import { guestOfVolume, isConsumerVolume, isFixedName, isListedVolume } from '../../parse/volume-name';
import { isPlainToken } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import type { SeenGroup } from '../../seen-groups';

type Detail = {
  readonly volume: string;
  readonly group: string;
  readonly storage: string;
  readonly sectors: number;
  readonly made: string;
  readonly host: string;
  readonly guest: number | null;
  /** `VM 131`, `CT 131`; null: there is no guest of that number. */
  readonly owner: string | null;
  /** Volumes of the same number on other storages: "the guest uses that number elsewhere". */
  readonly elsewhere: readonly string[];
  readonly isFixed: boolean;
  readonly unseenMembers: readonly string[];
};

export const unreferencedVolume = defineRule<ClusterInputs>()({
  id: 'dm.unreferenced-volume',
  title: 'Disk no guest uses',
  brief: 'disk no guest uses',
  severity: ({ isFixed }: Detail) => (isFixed ? 'warning' : 'info'),
  // Where it is mapped; a volume without a mapping counts nowhere.
  counts: 'tombstone',
  word: 'unused',
  holdMinutes: 24 * 60,
  needs: ['groups', 'use'],
  detect({ groups: { groups, unseen }, use }): Detection<Detail> {
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [...unseen];
    for (const seen of groups) {
      const origins = new Set(seen.group.volumes.map(({ origin }) => origin));
      for (const volume of seen.group.volumes) {
        const storage = listingStorage(seen, volume, use);
        if (storage === undefined || origins.has(volume.name) || isSpokenFor(seen.group, volume, use)) continue;
        const why = seen.why ?? whyUncertain(volume, use);
        const subject = `${seen.group.uuid}${volume.uuid}`;
        if (why === undefined) found.push(toHit(seen, volume, storage, use, subject));
        else notChecked.push({ subject, name: volume.name, why });
      }
    }
    return { applies: use.storages.some((storages) => storages.some(isOnLvm)), found, notChecked };
  },
  explain: (detail) => ({
    sentence: `${detail.volume} (${sizeInWords(detail.sectors)}${detail.made === '' ? '' : `, made ${detail.made.slice(0, 10)}`}) lies in ${detail.group} and no guest in this cluster uses it.`,
    breaks:
      `It takes ${sizeInWords(detail.sectors)}. ` +
      (detail.isFixed
        ? 'Its name is a fixed one: the next volume of this name cannot be made.'
        : `A normal disk name does not block a new guest, but ${detail.owner ?? `a new guest ${detail.guest ?? ''}`.trimEnd()} may get this disk as unused disk, and deleting that guest with "destroy unreferenced disks" deletes it.`),
    messages: detail.isFixed ? [`Logical Volume "${detail.volume}" already exists in volume group "${detail.group}"`] : [],
    because:
      `No current, pending, snapshot or unused entry of any guest names it on ${detail.storage}, and nothing has it open where that could be seen.` +
      (detail.elsewhere.length === 0 ? '' : ` ${detail.owner} uses that number elsewhere: ${detail.elsewhere.join(', ')}.`) +
      (detail.host === '' ? '' : ` Made on ${detail.host}.`) +
      (detail.unseenMembers.length === 0 ? '' : ` Not checked whether it is open on ${detail.unseenMembers.join(', ')}.`) +
      ' Not seen: a cluster that shares this group and is not enrolled here.',
    todo: 'This is data. No script is offered. Look at it first, keep it visible with a rescan, save it; free it only if you know what it was.',
    commands: commandsFor(detail),
  }),
  remedy: () => undefined,
});

function commandsFor({ group, volume, owner, guest }: Detail): readonly string[] {
  const look = isPlainToken(group) && isPlainToken(volume) ? [`lvs -o+lv_time,lv_host,lv_tags ${group}/${volume}`] : [];
  return owner === null ? look : [...look, `${owner.startsWith('CT') ? 'pct' : 'qm'} rescan --vmid ${guest}`];
}

const isOnLvm = ({ type, disabled }: StorageEntry) => (type === 'lvm' || type === 'lvmthin') && !disabled;

/** The storage that lists the volume; undefined when some member's storage.cfg has none that does. */
function listingStorage(seen: SeenGroup, volume: LogicalVolume, { storages }: Use): StorageEntry | undefined {
  if (!isListedVolume(volume.name)) return undefined;
  const listing = storages.map((entries) => entries.find((entry) => isOnLvm(entry) && lists(entry, seen, volume)));
  return listing.every((entry) => entry !== undefined) ? listing[0] : undefined;
}

/** Would this storage's plugin list it? Thick: its types, and tagged ones only where it says so; thin: that pool's. */
function lists(storage: StorageEntry, { group, nodes }: SeenGroup, volume: LogicalVolume): boolean {
  if (storage.vgname !== group.name) return false;
  // Where the storage is not offered, a group of its name is somebody else's.
  if (storage.nodes.length > 0 && !nodes.some((node) => storage.nodes.includes(node))) return false;
  const kind = volume.attr[0] ?? '';
  if (storage.type === 'lvmthin') return kind === 'V' && volume.pool === storage.thinpool;
  return '-mMrR'.includes(kind) && (!storage.taggedOnly || volume.tags.some((tag) => tag === `pve-vm-${guestOfVolume(volume.name)}`));
}

/** Named by somebody, a known consumer's, or open. */
function isSpokenFor(group: VolumeGroup, volume: LogicalVolume, use: Use): boolean {
  return use.isUsed(group, volume) || isConsumerVolume(volume.name) || use.isOpen(volume);
}

function whyUncertain(volume: LogicalVolume, use: Use): NotChecked['why'] | undefined {
  const [opaque] = use.references.opaque;
  if (opaque !== undefined) return { reason: 'storage_unknown', storage: opaque.path };
  const hold = use.holdOf(volume);
  return hold && { reason: 'in_flight', guest: hold.guest ?? null, says: hold.says };
}

function toHit({ group, readBy, nodes }: SeenGroup, volume: LogicalVolume, storage: StorageEntry, use: Use, subject: string): Hit<Detail> {
  const number = guestOfVolume(volume.name);
  const guest = number === undefined ? undefined : use.references.guest(number);
  return {
    subject,
    guests: number === undefined ? [] : [number],
    evidence: [{ node: readBy.nodeId, capture: 'lvm.report', line: volume.line }],
    detail: {
      volume: volume.name,
      group: group.name,
      storage: storage.id,
      sectors: volume.sectors,
      made: volume.made,
      host: volume.host,
      guest: number ?? null,
      owner: guest === undefined ? null : use.references.whoIs(guest.vmid),
      elsewhere: [
        ...new Set((guest?.references ?? []).map((reference) => reference.volume).filter((name) => name.endsWith(`:${volume.name}`))),
      ].slice(0, 8),
      isFixed: isFixedName(volume.name),
      // A group only one node sees cannot be open elsewhere.
      unseenMembers: nodes.length > 1 || storage.shared ? use.unseenMembers : [],
    },
  };
}

/** 512-byte sectors, in the largest unit that leaves a number a person can say. */
function sizeInWords(sectors: number): string {
  const mebibytes = sectors / 2048;
  if (mebibytes < 1024) return `${Number(mebibytes.toFixed(mebibytes < 10 ? 1 : 0))} MiB`;
  const gibibytes = mebibytes / 1024;
  return gibibytes < 1024 ? `${Number(gibibytes.toFixed(gibibytes < 10 ? 1 : 0))} GiB` : `${Number((gibibytes / 1024).toFixed(1))} TiB`;
}
