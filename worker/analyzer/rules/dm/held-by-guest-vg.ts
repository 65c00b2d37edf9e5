/**
 * A volume of a guest's own volume group, active on the host: LVM here looked into the guest's disk. Found by the tree of
 * mappings below, since cloned guests share group uuids and a guest's group may be called `pve`. Its volumes are the
 * guest's data: only the mapping goes, and only when the group is nobody's on the host.
 */
import type { NodeInputs } from '../../node/node-inputs';
import { defineRule } from '../../rule';
import { detectHeld, explainHeld, type HeldDetail, removeHeld } from './held-disk';

export const heldByGuestGroup = defineRule<NodeInputs>()({
  id: 'dm.held-by-guest-vg',
  title: "The host has opened a guest's disk",
  brief: "guest's volume group active",
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'A volume group that lies inside a guest’s disk is active on the host.',
    why: 'Proxmox VE cannot deactivate the disk: deleting it, migrating its guest away and a clean stop fail with "is used by another device".',
    how: 'The tree of mappings below each LVM volume: one that lies on a guest’s disk and is of another group than that disk.',
    evidence: ['dm.info.1', 'dm.info.2', 'lvm.report', 'pve.guests', 'pve.storage', 'host.mentions'],
    guards: [
      'A group that backs a storage, or that a guest or a file of the node names, is wanted.',
      'A mount, a process or something of another kind on top: by hand, with where to look.',
      'While the guest runs, or a lock or a task is about it: found, and nothing is offered.',
      'Cloned guests share group UUIDs: which disk it is is told by the tree, not by the group.',
    ],
    remedy:
      'Removed by UUID, topmost first; the disk itself and its data stay. Not kpartx and not vgchange: a guest’s group may be called like the host’s.',
    sources: [
      'lvm.conf(5): global_filter, scan_lvs',
      'Our own run on a kernel: groups of guests with a thin pool, one of them called as the host’s, taken down by UUID',
    ],
  },
  needs: ['mappings', 'tree', 'groups', 'storages', 'circumstances'],
  detect: (facts) => detectHeld(facts, 'volume'),
  explain: (detail: HeldDetail, place) =>
    explainHeld(
      detail,
      `${detail.name} (${detail.number}) lies on ${detail.volume} and is of another volume group than that disk. No storage, no mount and no guest is known to use that group.`,
      place,
    ),
  remedy: removeHeld,
});
