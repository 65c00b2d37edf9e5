/**
 * A volume of a guest's own volume group, active on the host: LVM here looked into the guest's disk. Found by the tree of
 * mappings below, since cloned guests share group uuids and a guest's group may be called `pve`. Its volumes are the
 * guest's data: only the mapping goes, and only when the group is nobody's on the host.
 */
import type { NodeInputs } from '../../node-inputs';
import { defineRule } from '../../rule';
import { detectHeld, explainHeld, type HeldDetail, removeHeld } from './held-disk';

export const heldByGuestGroup = defineRule<NodeInputs>()({
  id: 'dm.held-by-guest-vg',
  title: "The host has opened a guest's disk",
  brief: "guest's volume group active",
  severity: 'warning',
  needs: ['mappings', 'tree', 'storages', 'circumstances'],
  detect: (facts) => detectHeld(facts, 'volume'),
  explain: (detail: HeldDetail, place) =>
    explainHeld(
      detail,
      `${detail.name} (${detail.number}) lies on ${detail.volume} and is of another volume group than that disk. No storage, no mount and no guest is known to use that group.`,
      place,
    ),
  remedy: removeHeld,
});
