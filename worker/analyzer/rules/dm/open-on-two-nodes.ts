/**
 * One volume open on two nodes at the same time. Nothing fails: two kernels cache and write one disk without knowing of each
 * other. Proven by check-ins that interleave, never by one look at each node.
 */
import type { ClusterInputs } from '../../cluster/cluster-inputs';
import type { Sighting } from '../../cluster/open-on-nodes';
import type { Guest } from '../../facts';
import { defineRule, type Hit } from '../../rule';
import { listNames } from '../../words';

type Place = {
  readonly node: string;
  readonly device: number;
  /** The guest that is at home there; null: none. */
  readonly home: string | null;
  /** What holds it open there, as far as that can be told. */
  readonly holder: string;
};

type Detail = {
  readonly name: string;
  readonly volume: string;
  readonly group: string;
  readonly who: string;
  readonly guest: number;
  /** Where its guest lives first. */
  readonly places: readonly Place[];
};

export const openOnTwoNodes = defineRule<ClusterInputs>()({
  id: 'dm.open-on-two-nodes',
  title: 'One disk is open on two nodes',
  brief: 'disk open on two nodes',
  severity: 'critical',
  counts: 'duplicate',
  word: 'open twice',
  doesNotApply: 'No two nodes of this cluster see one volume group.',
  holdMinutes: 0,
  reference: {
    what: 'A volume of a guest is open on two nodes, and not because two guests share it.',
    why: 'Two kernels cache and write one disk without knowing of each other: its file system is destroyed without a message.',
    how: 'Per node the server remembers since when every check-in said that the volume is open: of the same device and boot, for the same owners in the same homes, with nothing under way. It is found when a check-in of one node lies strictly between two of the other, by the time they were received.',
    evidence: ['dm.info.1', 'dm.info.2', 'lvm.report', 'pve.guests', 'pve.vmlist.2', 'pve.tasks.2', 'pve.ha.2'],
    guards: [
      'A live migration that ended in between: its guest lives elsewhere afterwards, and the node it left has closed the disk.',
      'A look that passed by: it must be open at both readings of a check-in, by something that is no mapping on top.',
      'Two guests that use one disk on purpose, each at home where it is open; templates, which are only read.',
      'Locks, tasks and HA moves on any member; members that disagree where the guest lives: not checked.',
      'Saved files show one look each: not checked.',
    ],
    remedy: 'None: by hand. Which of the two is wrong only a person can say.',
    sources: ['Proxmox VE activates LVM volumes without a lock manager (-ay, use_lvmlockd=0)', 'lvm(8), our kernel machine'],
  },
  needs: ['open'],
  detect({ open: { twice, unheard, applies } }) {
    const found = twice.flatMap(({ group, volume, owners, sightings, why }): Hit<Detail>[] => {
      const [first] = owners;
      if (why !== undefined || first === undefined) return [];
      const places = sightings
        .map((sighting) => toPlace(sighting, owners))
        .sort((a, b) => Number(a.home === null) - Number(b.home === null) || (a.node < b.node ? -1 : 1));
      return [
        {
          subject: `${group.uuid}${volume.uuid}`,
          guests: [...new Set(owners.map(({ vmid }) => vmid))],
          evidence: sightings.map(({ member, mapping }) => ({ node: member.nodeId, capture: 'dm.info.2', line: mapping.line })),
          detail: { name: volume.name, volume: volume.name, group: group.name, who: nameGuest(first), guest: first.vmid, places: places.slice(0, 8) },
        },
      ];
    });
    const unproven = twice.flatMap(({ group, volume, why }) =>
      why === undefined ? [] : [{ subject: `${group.uuid}${volume.uuid}`, name: volume.name, why }],
    );
    return { applies, found, notChecked: applies ? [...unproven, ...unheard] : [] };
  },
  explain: ({ volume, group, who, guest, places }) => {
    const [home, ...others] = places;
    const elsewhere = listNames(others.map(({ node }) => node));
    return {
      sentence:
        home?.home == null
          ? `${volume} is in use on ${listNames(places.map(({ node }) => node))} at the same time.`
          : `${volume} is in use on ${home.node} (where ${home.home} lives) and on ${elsewhere} at the same time.`,
      breaks: 'Nothing fails, and that is the danger: two writers on one disk destroy its file system without a message.',
      messages: [],
      because:
        `${places.map(({ node, holder }) => `Open on ${node}: ${holder}.`).join(' ')} Their check-ins interleave: seen open on one, then on the other, then on the first again. ` +
        `The same home of ${who} each time, no lock, no migration or other task of it, no HA move.`,
      todo:
        `No script. Look on ${elsewhere} what holds it. If ${who} runs on both nodes: shut down the one that is not in its configuration, then check ` +
        `the guest's file system. Until then start nothing that uses ${group}/${volume} and take no backup of it.`,
      commands: [
        ...places.filter(({ home }) => home === null).flatMap(({ device }) => [`lsof /dev/dm-${device}`, `ls /sys/block/dm-${device}/holders`]),
        `ps -eo pid,lstart,args | grep -E '[k]vm -id ${guest} |[l]xc-start .* ${guest}( |$)'`,
      ],
    };
  },
  remedy: () => undefined,
});

const nameGuest = ({ type, vmid }: Guest) => `${type === 'lxc' ? 'CT' : 'VM'} ${vmid}`;

function toPlace({ member, node, mapping }: Sighting, owners: readonly Guest[]): Place {
  const home = owners.find((guest) => guest.node === node);
  const running = member.facts.runningFor.status === 'known' ? member.facts.runningFor.value : {};
  const process = owners.find(({ vmid }) => Object.hasOwn(running, String(vmid)));
  return {
    node,
    device: mapping.minor,
    home: home === undefined ? null : nameGuest(home),
    holder:
      process !== undefined
        ? `by a process of ${nameGuest(process)}`
        : mapping.holders.length > 0
          ? 'through mappings on top of it'
          : 'holder not found',
  };
}
