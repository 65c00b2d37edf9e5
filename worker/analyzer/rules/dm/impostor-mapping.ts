/**
 * A leftover mapping whose name belongs to another volume today: whoever opens the name on this node reads and writes
 * extents that LVM has given back. `lvs` shows the new volume inactive, `lvchange -an` says nothing and does nothing.
 */
import type { NodeInputs } from '../../node/node-inputs';
import { shortUuid } from '../../parse/dm-uuid';
import { defineRule } from '../../rule';
import { sayLandings, saySharing } from './blast-radius';
import { detectLeftovers, type LeftoverDetail, removalCommands, removeByUuid, sayByHand, sayOpen, whyRemovable } from './leftover';

export const impostorMapping = defineRule<NodeInputs>()({
  id: 'dm.impostor-mapping',
  title: 'A disk name leads to the wrong blocks',
  brief: 'name leads to wrong blocks',
  severity: 'critical',
  counts: 'duplicate',
  word: 'wrong blocks',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'A leftover mapping whose name belongs to another volume today: whoever opens that name on this node gets the blocks of the removed disk.',
    why: 'The guest cannot start here, move here or be recovered here. What is written through the name by hand lands in blocks that LVM may have given to another disk.',
    how: 'As for a leftover mapping; and a volume of the name the mapping spells exists again, under another UUID.',
    evidence: ['dm.info.1', 'dm.info.2', 'dm.table', 'lvm.report', 'pve.tasks.1', 'pve.tasks.2', 'pve.ha.1', 'pve.ha.2'],
    guards: [
      'A hidden, missing, foreign or outdated physical volume: LVM lists fewer volumes with exit code 0, so absence counts only in a group that was seen whole, read from the mapping’s own devices, with metadata not older than known.',
      'A volume that moved to another group (vgsplit, vgmerge, vgimportclone): looked for by its own UUID in every group.',
      'Something made, renamed or removed between the two readings of the device mapper: only what both agree on is judged.',
      'Suspended mappings and mappings with a second table: not checked.',
      'A lock, a task or an HA move of the guest: found, and nothing is offered. A node without quorum does not see them: likewise.',
      'The same volume under another name looks alike by name: the UUID is compared first.',
    ],
    remedy: 'Removed by UUID: by name it could hit the healthy mapping that came back meanwhile. Open: by hand.',
    sources: [
      'Our own run on a kernel: "dmsetup remove NAME" removed the volume that had taken the name, by UUID it did not',
      'Our own run on a kernel: lvs shows the new volume as not active, lvchange -an does nothing and exits 0',
    ],
  },
  needs: ['mappings', 'tree', 'circumstances'],
  detect: (facts) => detectLeftovers(facts, true),
  explain: (detail: LeftoverDetail, { node }) => {
    const guest = detail.who ?? 'its guest';
    const path = `${detail.namedGroup}/${detail.volume}`;
    const landings = sayLandings(detail.landsIn, detail.group);
    return {
      sentence: `On ${node} the name ${detail.volume} leads to blocks of a removed disk. The disk that has this name today is a different one.`,
      breaks:
        `Starting ${guest} on ${node}, migrating it there, HA recovery there: all fail; on other nodes it works. Anything that opens ` +
        `/dev/${path} on ${node} by hand reads and writes the old blocks${landings === '' ? '' : `; ${landings}`}.`,
      messages: [
        `TASK ERROR: can't activate LV '/dev/${path}':   device-mapper: create ioctl on ${detail.name} LVM-… failed: Device or resource busy`,
      ],
      because:
        `The mapping's UUID is ${shortUuid(detail.uuid)}; ${detail.group} was read completely and no volume in it has that UUID. ` +
        `${path} is ${shortUuid(detail.namesake ?? '')} today. ` +
        'By hand: lvs shows the volume as not active here although /dev/mapper has its name, and lvchange -an says nothing and does nothing. ' +
        `${sayOpen(detail)}${saySharing(detail.sharesWith)}`,
      todo:
        (detail.isOpen ? `It is open: what writes there writes into blocks of other disks. Shut down ${guest} if it runs on ${node}. ` : '') +
        (sayByHand(detail, node) ||
          `Remove the mapping on ${node} by its UUID (by name it could hit a healthy mapping that came back). Not lvremove, not lvchange -an: both speak about the other disk.`),
      safe: whyRemovable(detail),
      commands: removalCommands(detail),
    };
  },
  remedy: removeByUuid,
});
