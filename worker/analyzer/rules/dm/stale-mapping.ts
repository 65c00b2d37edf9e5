/**
 * A mapping whose logical volume is gone from its group: removed on another node while this one still had it active.
 * The next volume of that name cannot be created or activated here.
 * @see pve-storage f296ffc (#4997); verdicts tried on a kernel: removed with --driverloaded n, then lvcreate of the name
 */
import { sayIdAtRisk } from '../../insight/next-ids';
import type { NodeInputs } from '../../node-inputs';
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
  needs: ['mappings', 'tree', 'circumstances'],
  detect: (facts) => detectLeftovers(facts, false),
  explain: (detail: LeftoverDetail, place) => {
    const { node } = place;
    const path = `${detail.namedGroup}/${detail.volume}`;
    const landings = sayLandings(detail.landsIn, detail.group);
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
      because: `The mapping's UUID is ${shortUuid(detail.uuid)}. ${detail.group} was read completely and has no such volume. ${sayOpen(detail)}${saySharing(detail.sharesWith)}`,
      todo: sayByHand(detail, node) || `Remove the mapping on ${node}; no data is involved. A reboot of ${node} clears it too.`,
      safe: whyRemovable(detail),
      commands: removalCommands(detail),
    };
  },
  remedy: removeByUuid,
});
