/**
 * A leftover mapping whose name belongs to another volume today: whoever opens the name on this node reads and writes
 * extents that LVM has given back. `lvs` shows the new volume inactive, `lvchange -an` says nothing and does nothing.
 */
import type { NodeInputs } from '../../node-inputs';
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
        `${path} is ${shortUuid(detail.namesake ?? '')} today. ${sayOpen(detail)}${saySharing(detail.sharesWith)}`,
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
