/**
 * A partition map (kpartx) inside a guest's disk: `part1-` and the disk's own uuid. PVE cannot release the disk below it.
 * Partitions of a multipath map are no guest's disk's and are never looked at.
 * @see kpartx(8); "Logical volume … is used by another device" tried on a kernel
 */
import type { NodeInputs } from '../../node/node-inputs';
import { defineRule } from '../../rule';
import { detectHeld, explainHeld, type HeldDetail, removeHeld } from './held-disk';

export const heldByPartition = defineRule<NodeInputs>()({
  id: 'dm.held-by-partition',
  title: "The host has opened a guest's disk",
  brief: "partition of a guest's disk",
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'The partitions inside a guest’s disk are mapped on the host.',
    why: 'Proxmox VE cannot deactivate the disk: deleting it, migrating its guest away and a clean stop fail with "is used by another device".',
    how: 'A mapping whose UUID is part, a number, and the UUID of a guest’s disk below it.',
    evidence: ['dm.info.1', 'dm.info.2', 'pve.guests', 'pve.storage', 'host.mentions'],
    guards: [
      'A group that backs a storage, or that a guest or a file of the node names, is wanted.',
      'A mount, a process or something of another kind on top: by hand, with where to look.',
      'While the guest runs, or a lock or a task is about it: found, and nothing is offered.',
    ],
    remedy:
      'Removed by UUID, topmost first; the disk itself and its data stay. Not kpartx and not vgchange: a guest’s group may be called like the host’s.',
    sources: ['kpartx(8): UUIDs of partition mappings', 'Our own run on a kernel: kpartx on a volume, then lvremove and lvchange -an of it'],
  },
  needs: ['mappings', 'tree', 'groups', 'storages', 'circumstances'],
  detect: (facts) => detectHeld(facts, 'partition'),
  explain: (detail: HeldDetail, place) =>
    explainHeld(
      detail,
      `${detail.name} (${detail.number}) lies on ${detail.volume}: its UUID is that of the disk behind the number of a partition. No storage, no mount and no guest is known to use what lies in it.`,
      place,
    ),
  remedy: removeHeld,
});
