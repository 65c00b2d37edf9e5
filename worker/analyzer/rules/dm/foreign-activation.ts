/**
 * A shared volume active and closed here while its guest lives on another node: harmless today, and one removal, rename
 * or resize over there away from a leftover, a stale name or a stale table. Made by autoactivation at boot and by
 * offline migration of a guest that never ran (qemu-server 9.1.13 and later).
 */
import { type Evidence, known, unknown } from '../../evidence';
import type { Guest } from '../../facts';
import type { JudgedMapping } from '../../judged-mapping';
import type { Circumstances, NodeInputs, Ownership } from '../../node-inputs';
import { commandWith } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
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
};

export const foreignActivation = defineRule<NodeInputs>()({
  id: 'dm.foreign-activation',
  title: 'Disk is active on a node its guest does not live on',
  brief: 'active on the wrong node',
  severity: 'warning',
  counts: 'tombstone',
  word: 'wrong node',
  needs: ['mappings', 'ownership', 'circumstances'],
  detect({ mappings, ownership, circumstances }): Detection<Detail> {
    const layered = layeredVolumes(mappings);
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [...mappingsNotChecked(mappings)];
    for (const judged of mappings) {
      const { mapping, presence } = judged;
      const identity = topIdentity(judged);
      if (identity === undefined || presence.status === 'unknown' || presence.value.kind === 'absent' || mapping.open > 0) continue;
      const { group, volume } = presence.value;
      const owner = foreignOwner(judged, ownership, circumstances);
      if (owner.status === 'unknown') notChecked.push({ subject: mapping.uuid, name: mapping.name, why: owner.why });
      if (owner.status === 'unknown' || owner.value === undefined) continue;
      found.push({
        subject: mapping.uuid,
        guests: [owner.value.vmid],
        heldBack: ownership.isUnheard(owner.value.node)
          ? `${owner.value.node}, where ${circumstances.whoIs(owner.value.vmid)} lives, has not been heard`
          : undefined,
        evidence: mappingEvidence(mapping.line, volume.line),
        detail: {
          name: mapping.name,
          group: group.name,
          volume: volume.name,
          who: circumstances.whoIs(owner.value.vmid),
          home: owner.value.node,
          ...identity,
          isLayered: layered.has(identity.lvUuid),
          isHomeUnheard: ownership.isUnheard(owner.value.node),
        },
      });
    }
    return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: `${node} has ${detail.volume} active. ${detail.who} lives on ${detail.home}.`,
    breaks: `Nothing today. As soon as this disk is deleted, resized or snapshotted on ${detail.home}, ${node} can no longer start or receive ${detail.who}.`,
    messages: [],
    because: `Shared volume group; active on ${node}, open count 0; the configuration lies on ${detail.home}; no lock, and no migration, backup or task for ${detail.who} on the nodes that were heard.${detail.isHomeUnheard ? ` Not checked: ${detail.home} itself, it has not been heard.` : ''}`,
    todo: detail.isLayered
      ? `It has a snapshot: deactivating it takes the snapshot along without a word. Look at ${commandWith('lvs', detail.group)} first. No script is offered.`
      : `Deactivate it on ${node}. LVM refuses by itself if it is in use.`,
    safe: detail.isLayered
      ? []
      : ['open count 0', 'nothing on top', 'no snapshot of it', `${detail.who} lives on ${detail.home}`, `no lock and no task on ${detail.who}`],
    commands: detail.isLayered ? [] : [volumeCommand('deactivate-volume', detail)],
  }),
  remedy: (detail) => (detail.isLayered ? undefined : volumeRemedy('deactivate-volume', detail)),
});

/** The guest whose volume it is, when every owner lives elsewhere; undefined when it belongs here, or to nobody. */
function foreignOwner({ presence, mapping, name }: JudgedMapping, ownership: Ownership, circumstances: Circumstances): Evidence<Guest | undefined> {
  if (presence.status === 'unknown' || presence.value.kind === 'absent') return known(undefined);
  const { group, volume } = presence.value;
  // Under another name here than LVM has: that is dm.stale-name's story, and its command mends both.
  if (name.lv !== volume.name) return known(undefined);
  const owners = ownership.ownersOf(group, volume);
  const [owner] = owners;
  if (owner === undefined || owners.some((guest) => ownership.isHere(guest)) || ownership.references.isMentioned(group, volume))
    return known(undefined);
  const shared = ownership.isShared(group, volume);
  if (shared.status === 'unknown') return shared;
  if (!shared.value) return known(undefined);
  if (ownership.opaqueHere !== undefined) return unknown({ reason: 'storage_unknown', storage: ownership.opaqueHere });
  if (isMoving(volume.attr) || mapping.holders.length > 0) return unknown({ reason: 'changed_during_capture' });
  const hold = circumstances.holdOf([volume.name], owners);
  return hold === undefined ? known(owner) : unknown({ reason: 'in_flight', guest: hold.guest ?? null, says: hold.says });
}

/** pvmove, mirror conversion, merging snapshot: @see lvs(8), lv_attr[0]. */
function isMoving(attr: string): boolean {
  return /^[pcOS]/.test(attr);
}
