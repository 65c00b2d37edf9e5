/**
 * A mapping whose logical volume is gone from its group: removed on another node while this one still had it active.
 * The next volume of that name cannot be created or activated here.
 * @see pve-storage f296ffc (#4997); verdicts tried on a kernel: removed with --driverloaded n, then lvcreate of the name
 */
import { sayIdAtRisk } from '../../insight/next-ids';
import type { NodeInputs } from '../../node/node-inputs';
import { shortUuid } from '../../parse/dm-uuid';
import { guestOfVolume } from '../../parse/volume-name';
import { defineRule } from '../../rule';
import { sayLandings, saySharing } from './blast-radius';
import { detectLeftovers, type LeftoverDetail, removalCommands, removeByUuid, sayByHand, sayOpen, whyRemovable } from './leftover';

export const staleMapping = defineRule<NodeInputs>()({
  id: 'dm.stale-mapping',
  title: 'Leftover mapping blocks a disk name',
  brief: 'leftover mapping',
  severity: 'warning',
  counts: 'tombstone',
  word: 'leftover',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'A mapping of the device mapper whose logical volume is gone from its volume group: it was removed on another node while this one still had it active.',
    why: 'The next volume of that name cannot be made or activated on this node: creating, restoring, migrating in and HA recovery fail with "Device or resource busy". Other nodes work.',
    how: 'The UUID of each LVM mapping is looked up in LVM’s metadata, never its name. Absent from a group that was seen whole, with no volume of that name today: leftover.',
    evidence: ['dm.info.1', 'dm.info.2', 'dm.table', 'lvm.report', 'pve.tasks.1', 'pve.tasks.2', 'pve.ha.1', 'pve.ha.2'],
    guards: [
      'A hidden, missing, foreign or outdated physical volume: LVM lists fewer volumes with exit code 0, so absence counts only in a group that was seen whole, read from the mapping’s own devices, with metadata not older than known.',
      'A volume that moved to another group (vgsplit, vgmerge, vgimportclone): looked for by its own UUID in every group.',
      'Something made, renamed or removed between the two readings of the device mapper: only what both agree on is judged.',
      'Suspended mappings and mappings with a second table: not checked.',
      'A lock, a task or an HA move of the guest: found, and nothing is offered. A node without quorum does not see them: likewise.',
    ],
    remedy: 'Removed by UUID, closed leftovers on top first. Open, or under something alive: by hand.',
    sources: [
      'Proxmox bug 4997; pve-storage commit f296ffc',
      'drivers/md/dm-ioctl.c: a name or UUID in use is refused with EBUSY',
      'Our own run on a kernel: removed with --driverloaded n, then lvcreate of the same name',
    ],
  },
  needs: ['mappings', 'tree', 'circumstances'],
  detect: (facts) => detectLeftovers(facts, false),
  explain: (detail: LeftoverDetail, place) => {
    const { node } = place;
    const path = `${detail.namedGroup}/${detail.volume}`;
    const landings = sayLandings(detail.landsIn, detail.group);
    const because = `The mapping's UUID is ${shortUuid(detail.uuid)}. ${detail.group} was read completely and has no such volume. ${sayOpen(detail)}${saySharing(detail.sharesWith)}`;
    if (detail.insideOf !== undefined)
      return {
        sentence: `${node} still maps ${detail.volume} inside the guest's disk ${detail.insideOf}; the guest has removed it from its own group ${detail.group}.`,
        breaks: `While it is mapped, Proxmox VE cannot release ${detail.insideOf} on ${node}: deleting it, migrating its guest away and a clean stop of it fail.`,
        messages: [],
        because,
        todo:
          sayByHand(detail, node) ||
          `Remove the mapping on ${node} while the guest is stopped; no data is involved. Keep LVM out of guests' disks: global_filter and scan_lvs=0 in lvm.conf.`,
        safe: whyRemovable(detail),
        commands: removalCommands(detail),
      };
    return {
      sentence: `${node} still maps ${detail.volume}, a disk that no longer exists in ${detail.group}.`,
      breaks:
        `Making a disk of this name on ${node} fails: new VM or container, clone, restore, moved disk. Made on another node, it fails later, ` +
        `when its guest starts here. Other nodes work. ${sayIdAtRisk(guestOfVolume(detail.volume), place)}`.trimEnd() +
        (landings === '' ? '' : ` Whoever opens it by hand reads and writes its old blocks; ${landings}.`),
      messages: [
        `device-mapper: create ioctl on ${detail.name} LVM-… failed: Device or resource busy`,
        ...(detail.who?.startsWith('CT') === false
          ? [
              `TASK ERROR: unable to create VM ${detail.who.slice(detail.who.indexOf(' ') + 1)} - lvcreate '${path}' error:   Failed to activate new LV ${path}.`,
            ]
          : []),
      ],
      because,
      todo:
        sayByHand(detail, node) ||
        `Remove the mapping on ${node}; no data is involved. A reboot of ${node} clears it too. Most likely cause: the disk was active here and was deleted on another node.`,
      safe: whyRemovable(detail),
      commands: removalCommands(detail),
    };
  },
  remedy: removeByUuid,
});
