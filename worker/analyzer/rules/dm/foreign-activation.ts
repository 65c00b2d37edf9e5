/**
 * A shared volume active and closed here while its guest lives on another node: harmless today, and one removal, rename
 * or resize over there away from a leftover, a stale name or a stale table. Made by autoactivation at boot and by
 * offline migration of a guest that never ran (qemu-server 9.1.13 and later).
 */
import type { Unknown } from '../../evidence';
import type { Guest } from '../../facts';
import { findInside } from '../../node/guest-disks';
import type { Circumstances, NodeInputs, Ownership } from '../../node/node-inputs';
import { commandWith } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { sayShared } from '../../words';
import { type ForeignOwner, foreignOwner } from './foreign-owner';
import { mappingsNotChecked } from './leftover';
import { mappingEvidence } from './mapping-evidence';
import { layeredVolumes, topIdentity, volumeCommand, volumeRemedy } from './volume-commands';

type Detail = {
  readonly name: string;
  readonly group: string;
  readonly volume: string;
  /** `VM 119`, `CT 200`. */
  readonly who: string;
  readonly home: string;
  readonly vgUuid: string;
  readonly lvUuid: string;
  readonly isLayered: boolean;
  /** Nobody hears the node its guest lives on: what runs there is not known. */
  readonly isHomeUnheard: boolean;
  /** Other clusters of the customer that see the group. */
  readonly sharedWith?: readonly string[];
};

export const foreignActivation = defineRule<NodeInputs>()({
  id: 'dm.foreign-activation',
  title: 'Disk is active on a node its guest does not live on',
  brief: 'active on the wrong node',
  severity: 'warning',
  counts: 'tombstone',
  word: 'wrong node',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'A volume of a shared group is active here and closed, while its guest lives on another node.',
    why: 'Nothing today. When the disk is removed, renamed or resized there, this mapping becomes a leftover, an old name or an old size, and the guest can no longer start or arrive here.',
    how: 'The volume is seen by two nodes; its guest’s configuration lies elsewhere by this node’s own /etc/pve of the same moment; open count 0.',
    evidence: [
      'dm.info.1',
      'dm.info.2',
      'lvm.report',
      'pve.guests',
      'pve.vmlist.1',
      'pve.vmlist.2',
      'pve.tasks.1',
      'pve.tasks.2',
      'pve.ha.1',
      'pve.ha.2',
    ],
    guards: [
      'An incoming live migration: active, closed, and the configuration still on the source.',
      'A restore, a clone or a wipe on this node.',
      '"shared 1" alone proves nothing: a second node must show the same volume.',
      'Volumes in the middle of a pvmove, a conversion or a merge, and anything on top: not checked.',
      'A volume that has a snapshot: by hand, since deactivating it takes the snapshot along.',
    ],
    remedy:
      'Deactivated with lvchange -an, selected by UUID. LVM refuses by itself when it is in use. It comes back at the next boot while autoactivation is on.',
    sources: [
      'Proxmox bug 4997',
      'qemu-server 9.1.13, commit 7d48d8b: an offline migration of a guest that never ran leaves its disks active',
      'lvchange(8)',
    ],
  },
  needs: ['mappings', 'tree', 'ownership', 'circumstances'],
  detect({ mappings, tree, ownership, circumstances }): Detection<Detail> {
    const inside = findInside(mappings, tree, ownership);
    const layered = layeredVolumes(mappings);
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [...mappingsNotChecked(mappings)];
    for (const judged of mappings) {
      const { mapping, presence } = judged;
      const identity = topIdentity(judged);
      if (identity === undefined || presence.status === 'unknown' || presence.value.kind === 'absent' || mapping.open > 0) continue;
      // A guest's own volume in a guest's disk: its number is none of this cluster's.
      if (inside.has(mapping)) continue;
      const { group, volume } = presence.value;
      const owner = foreignOwner(judged, ownership, circumstances);
      if (owner.status === 'unknown') notChecked.push({ subject: mapping.uuid, name: mapping.name, why: owner.why });
      if (owner.status === 'unknown' || owner.value === undefined) continue;
      const why = whyUncertain(mapping.holders, owner.value, circumstances);
      if (why !== undefined) notChecked.push({ subject: mapping.uuid, name: mapping.name, why });
      if (why !== undefined) continue;
      const { guest } = owner.value;
      found.push({
        subject: mapping.uuid,
        guests: [guest.vmid],
        heldBack: whyHeld(guest, ownership, circumstances),
        evidence: mappingEvidence(mapping.line, volume.line),
        detail: {
          name: mapping.name,
          group: group.name,
          volume: volume.name,
          who: circumstances.whoIs(guest.vmid),
          home: guest.node,
          ...identity,
          isLayered: layered.has(identity.lvUuid),
          isHomeUnheard: ownership.isUnheard(guest.node),
          sharedWith: ownership.elsewhere.sharedWith(group).slice(0, 8),
        },
      });
    }
    return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: `${node} has ${detail.volume} active. ${detail.who} lives on ${detail.home}.`,
    breaks: `Nothing today. As soon as this disk is deleted, resized or snapshotted on ${detail.home}, ${node} can no longer start or receive ${detail.who}.`,
    messages: [],
    because: `Shared volume group; active on ${node}, open count 0; the configuration lies on ${detail.home}; no lock, and no migration, backup or task for ${detail.who} on the nodes that were heard.${detail.isHomeUnheard ? ` Not checked: ${detail.home} itself, it has not been heard.` : ''}${sayShared(detail.group, detail.sharedWith ?? [])}`,
    todo: detail.isLayered
      ? `It has a snapshot: deactivating it takes the snapshot along without a word. Look at ${commandWith('lvs', detail.group)} first. No script is offered.`
      : `Deactivate it on ${node}. LVM refuses by itself if it is in use. It comes back at the next boot as long as its autoactivation is on.`,
    safe: detail.isLayered
      ? []
      : ['open count 0', 'nothing on top', 'no snapshot of it', `${detail.who} lives on ${detail.home}`, `no lock and no task on ${detail.who}`],
    commands: detail.isLayered ? [] : [volumeCommand('deactivate-volume', detail)],
  }),
  remedy: (detail) => (detail.isLayered ? undefined : volumeRemedy('deactivate-volume', detail)),
});

function whyHeld({ vmid, node }: Guest, ownership: Ownership, circumstances: Circumstances): string | undefined {
  if (ownership.isUnheard(node)) return `${node}, where ${circumstances.whoIs(vmid)} lives, has not been heard`;
  return circumstances.hasProcess(vmid).status === 'unknown' ? 'the processes of this node could not be read' : undefined;
}

/** Something lies on it, or a process of its guest has just begun here or is about to end: it has not opened the disk yet, or no longer. */
function whyUncertain(holders: readonly string[], { owners }: ForeignOwner, circumstances: Circumstances): Unknown | undefined {
  if (holders.length > 0) return { reason: 'changed_during_capture' };
  for (const { vmid } of owners) {
    const runs = circumstances.hasProcess(vmid);
    if (runs.status === 'known' && runs.value) return { reason: 'in_flight', guest: vmid, says: 'a process of it runs on this node' };
  }
  return undefined;
}
