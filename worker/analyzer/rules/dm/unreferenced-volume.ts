/**
 * A volume of Proxmox VE's that no guest of the cluster names. It is data: guidance only. Kubernetes volumes, imports that
 * write the configuration last, moves and templates look the same for a while: hence the guards and the day of waiting.
 */
import type { ClusterInputs, Use } from '../../cluster/cluster-inputs';
import type { SeenGroup } from '../../cluster/seen-groups';
import type { LogicalVolume, StorageEntry, VolumeGroup } from '../../facts';
import { guestOfVolume, isConsumerVolume, isFixedName, kindOfVolume } from '../../parse/volume-name';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { foreignStorageOn, isOffered, listingStorage, storagesOn } from '../../volumes/storage-listing';
import { explainUnused, type UnusedDetail } from './unused-words';

export const unreferencedVolume = defineRule<ClusterInputs>()({
  id: 'dm.unreferenced-volume',
  title: 'Disk no guest uses',
  brief: 'disk no guest uses',
  severity: ({ isFixed }: UnusedDetail) => (isFixed ? 'warning' : 'info'),
  // Where it is mapped; a volume without a mapping counts nowhere.
  counts: 'tombstone',
  word: 'unused',
  doesNotApply: 'No LVM storage is offered in this cluster.',
  reference: {
    what: 'A volume lies in the group of an LVM storage, carries a name Proxmox VE gives, and no guest names it: a disk, a saved RAM state, scratch space of a backup, a disk whose deletion was begun.',
    why: 'It takes space. Fixed names (cloud-init, RAM, fleecing, half-deleted disks) block the next volume of the same purpose; a normal disk name can be attached to, and destroyed with, the next guest of that number.',
    how: "Every volume the storage plugin itself would list, or made and hides (`del-`, the snapshot of a container backup), against the configurations of all guests as every heard member shows them: current, pending and unused entries, all snapshots with the volumes they imply, RAM states, paths and mapping names, and words of arguments, notes, `lxc` lines and the hosts' own files.",
    severity: 'Information; a warning where the name blocks another volume.',
    evidence: ['lvm.report', 'pve.guests', 'pve.storage', 'host.mentions', 'dm.info.2', 'pve.tasks.2'],
    guards: [
      'Volumes of Kubernetes, LINSTOR and replication, templates other volumes come from, layers of cache and RAID are passed over.',
      'Open anywhere, or named where Proxmox VE itself does not look: in use.',
      'A guest that passes through a device by number or content: not checked, it may be any volume.',
      "A storage plugin that is not Proxmox VE's own on the same group: not checked.",
      'Locks, tasks, HA, deletions under way: not checked; an import leaves no trace, so nothing is said aloud for a day.',
      'Another cluster that sees the group: its guests count too.',
    ],
    remedy: 'None: it is data. How to look, keep and free is said.',
    sources: [
      'pve-storage LVMPlugin.pm list_images, free_lvm_volumes_locked; LvmThinPlugin.pm list_images, volume_snapshot',
      'qemu-server foreach_volid; API2/Qemu.pm destroy_vm; pve-manager API2/Cluster.pm nextid',
    ],
  },
  holdMinutes: 24 * 60,
  needs: ['groups', 'use'],
  detect({ groups: { groups, unseen }, use }): Detection<UnusedDetail> {
    const found: Hit<UnusedDetail>[] = [];
    const notChecked: NotChecked[] = [...unseen];
    for (const seen of groups) {
      const there = storagesOn(seen, use.storages);
      if (there === undefined) continue;
      const origins = originsOfOthers(seen.group);
      for (const volume of seen.group.volumes) {
        if (isSpokenFor(seen.group, volume, use) || origins.has(volume.name)) continue;
        const storage = listingStorage(volume, there);
        if (storage === undefined) continue;
        const why = seen.why ?? whyUncertain(seen, volume, use);
        const subject = `${seen.group.uuid}${volume.uuid}`;
        if (why === undefined) found.push(toHit(seen, volume, storage, use, subject));
        else notChecked.push({ subject, name: volume.name, why });
      }
    }
    return { applies: use.storages.some((storages) => storages.some(isOffered)), found, notChecked };
  },
  explain: explainUnused,
  remedy: () => undefined,
});

/** Volumes others come from: templates and their clones. A volume's own snapshots are no use of it. */
function originsOfOthers({ volumes }: VolumeGroup): ReadonlySet<string> {
  return new Set(volumes.flatMap(({ name, origin }) => (origin === '' || name.startsWith(`snap_${origin}_`) ? [] : [origin])));
}

/** Named by somebody, a known consumer's, or open. */
function isSpokenFor(group: VolumeGroup, volume: LogicalVolume, use: Use): boolean {
  return use.isUsed(group, volume) || isConsumerVolume(volume.name) || use.isOpen(volume);
}

function whyUncertain(seen: SeenGroup, volume: LogicalVolume, use: Use): NotChecked['why'] | undefined {
  const opaque = use.opaqueIn(seen.group);
  if (opaque !== undefined) return { reason: 'storage_unknown', storage: opaque };
  const foreign = foreignStorageOn(seen, use.storages);
  if (foreign !== undefined) return { reason: 'foreign_plugin', storage: foreign.id, group: seen.group.name };
  if (use.isChanging(volume)) return { reason: 'changed_during_capture' };
  const hold = use.holdOf(seen.group, volume);
  return hold && { reason: 'in_flight', guest: hold.guest ?? null, says: hold.says };
}

function toHit({ group, readBy, nodes }: SeenGroup, volume: LogicalVolume, storage: StorageEntry, use: Use, subject: string): Hit<UnusedDetail> {
  const number = guestOfVolume(volume.name);
  const guest = number === undefined ? undefined : use.references.guest(number);
  const kind = kindOfVolume(volume.name);
  // A group only one node sees cannot be open elsewhere.
  const unseenMembers =
    nodes.length > 1 || storage.shared ? [...use.unseenMembers, ...use.unheardElsewhere(group)].slice(0, 32).map((name) => name.slice(0, 64)) : [];
  const [unheard] = [...unseenMembers, ...use.neighboursOf(group)];
  return {
    subject,
    guests: number === undefined ? [] : [number],
    // The task that wipes it runs on one node, and only that node knows.
    heldBack: kind === 'being-deleted' && unheard !== undefined ? `a task that wipes it may run on ${unheard}, where nobody could look` : undefined,
    evidence: [{ node: readBy.nodeId, capture: 'lvm.report', line: volume.line }],
    detail: {
      volume: volume.name,
      kind,
      group: group.name,
      storage: storage.id,
      sectors: volume.sectors,
      made: volume.made.slice(0, 32),
      host: volume.host.slice(0, 64),
      guest: number ?? null,
      owner: guest === undefined ? null : use.references.whoIs(guest.vmid),
      elsewhere: guest === undefined ? [] : use.references.elsewhere(guest, volume.name),
      isFixed: isFixedName(volume.name) || kind === 'being-deleted' || kind === 'backup-snapshot',
      unseenMembers,
      sharedWith: use
        .neighboursOf(group)
        .slice(0, 8)
        .map((name) => name.slice(0, 64)),
    },
  };
}
