/**
 * A partition map (kpartx) inside a guest's disk: `part1-` and the disk's own uuid. PVE cannot release the disk below it.
 * Partitions of a multipath map are no guest's disk's and are never looked at.
 * @see kpartx(8); "Logical volume … is used by another device" tried on a kernel
 */
import type { NodeInputs } from '../../node-inputs';
import { defineRule } from '../../rule';
import { detectHeld, explainHeld, type HeldDetail, removeHeld } from './held-disk';

export const heldByPartition = defineRule<NodeInputs>()({
  id: 'dm.held-by-partition',
  title: "The host has opened a guest's disk",
  brief: "partition of a guest's disk",
  severity: 'warning',
  needs: ['mappings', 'tree', 'storages', 'circumstances'],
  detect: (facts) => detectHeld(facts, 'partition'),
  explain: (detail: HeldDetail, place) =>
    explainHeld(
      detail,
      `${detail.name} (${detail.number}) lies on ${detail.volume}: its UUID is that of the disk behind the number of a partition. No storage, no mount and no guest is known to use what lies in it.`,
      place,
    ),
  remedy: removeHeld,
});
