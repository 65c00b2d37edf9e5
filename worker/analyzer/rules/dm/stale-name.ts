/**
 * A volume renamed elsewhere while this node had it active: the mapping keeps the old name, which the next volume of
 * that name needs. Everyday on chain snapshots, moved disks and wiped `del-` volumes. The blocks are live data.
 */
import type { LogicalVolume, VolumeGroup } from '../../facts';
import { findGuestsOwn } from '../../node/guest-disks';
import type { NodeInputs, Ownership } from '../../node/node-inputs';
import { encodeDmName } from '../../parse/dm-name';
import { shortUuid } from '../../parse/dm-uuid';
import { guestOfVolume, kindOfVolume } from '../../parse/volume-name';
import { commandWith, dmSelector } from '../../plain-text';
import { type Detection, defineRule, type Hit } from '../../rule';
import { mappingsNotChecked } from './leftover';
import { mappingEvidence } from './mapping-evidence';
import { layeredVolumes, volumeCommand, volumeRemedy } from './volume-commands';

type Detail = {
  readonly name: string;
  readonly uuid: string;
  readonly number: string;
  readonly group: string;
  readonly oldName: string;
  readonly volume: string;
  /** `VM 140`; null: the old name carries no number. */
  readonly who: string | null;
  readonly vgUuid: string;
  readonly lvUuid: string;
  /** Where its guest lives; null: not known or nobody's. */
  readonly guestIsHere: boolean | null;
  /** Open, held or layered: by hand. */
  readonly isBusy: boolean;
};

export const staleName = defineRule<NodeInputs>()({
  id: 'dm.stale-name',
  title: 'A disk was renamed elsewhere',
  brief: 'has its old name here',
  severity: 'critical',
  counts: 'duplicate',
  word: 'old name',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'A volume that was renamed on another node while this one had it active: the mapping here keeps the old name. The blocks are live data.',
    why: 'The next volume of the old name cannot be activated or made here; ordinary after snapshots on volume chains, after a disk was given to another guest, and while deleted disks are wiped.',
    how: 'The mapping’s UUID is in its group, under another name than the mapping spells.',
    evidence: ['dm.info.1', 'dm.info.2', 'dm.table', 'lvm.report', 'pve.guests', 'pve.members', 'pve.tasks.1', 'pve.tasks.2'],
    guards: [
      'A group that was renamed as a whole: only the volume’s part of the name is compared.',
      'A rename under way: both readings of the device mapper must agree.',
      'A volume inside a guest’s disk, renamed by the guest: the rule about opened disks tells it.',
      'Open, with layers or with something on top: by hand.',
      'Where its guest lives must be known by this node’s own configuration, and no mention may be left that could mean it.',
    ],
    remedy:
      'Guest here: lvchange --refresh gives the mapping its right name. Guest elsewhere, or a disk that is being deleted: lvchange -an. Both select by UUID.',
    sources: [
      'pve-storage LVMPlugin.pm: lvrename for snapshots of volume chains and for del- volumes',
      'Our own run on a kernel: --refresh renames the mapping, -an removes it under its old name, lvs prints a path that is not there',
    ],
  },
  needs: ['mappings', 'tree', 'circumstances'],
  detect({ mappings, tree, circumstances }): Detection<Detail> {
    const layered = layeredVolumes(mappings);
    const ownership = circumstances.ownership.status === 'known' ? circumstances.ownership.value : undefined;
    const own = findGuestsOwn(mappings, tree, circumstances.ownership);
    const notChecked = [...mappingsNotChecked(mappings)];
    const found = mappings.flatMap(({ lvm, presence, name, mapping }): Hit<Detail>[] => {
      if (lvm === undefined || presence.status === 'unknown' || presence.value.kind === 'absent') return [];
      const { group, volume } = presence.value;
      // A group renamed as a whole renames nothing that collides: only the volume's part is compared.
      if (own.diskOf.has(mapping) || name.vg !== group.name || name.lv === volume.name || mapping.name === encodeDmName(group.name, volume.name))
        return [];
      const why = own.undecided.get(mapping);
      if (why !== undefined) {
        notChecked.push({ subject: mapping.uuid, name: mapping.name, why });
        return [];
      }
      const guest = guestOfVolume(name.lv);
      const before = { ...volume, name: name.lv };
      const owners = ownership === undefined ? [] : [...ownership.ownersOf(group, volume), ...ownership.ownersOf(group, before)];
      const hold = circumstances.holdOf([name.lv, volume.name], owners);
      const detail: Detail = {
        name: mapping.name,
        uuid: mapping.uuid,
        number: `${mapping.major}:${mapping.minor}`,
        group: group.name,
        oldName: name.lv,
        volume: volume.name,
        who: guest === undefined ? null : circumstances.whoIs(guest),
        vgUuid: lvm.vgUuid,
        lvUuid: lvm.lvUuid,
        guestIsHere: whereItsGuestLives(group, [volume, before], ownership),
        isBusy: mapping.open > 0 || mapping.holders.length > 0 || lvm.suffix !== '' || layered.has(lvm.lvUuid),
      };
      const guests = guest === undefined ? [] : [guest];
      return [
        {
          subject: mapping.uuid,
          guests,
          heldBack: hold && circumstances.sayHold(hold),
          evidence: mappingEvidence(mapping.line, volume.line),
          detail,
        },
      ];
    });
    return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
  },
  explain(detail, { node }) {
    const kind = remedyKind(detail);
    return {
      sentence: `On ${node} the name ${detail.oldName} leads to the volume that is now called ${detail.volume}.`,
      breaks:
        `${detail.who === null ? 'A guest with a disk of this name' : detail.who.replace(/^g/, 'G')} cannot start on or move to ${node} with a disk called ${detail.oldName}; ` +
        'a new disk of this name cannot be made here.',
      messages: [
        `can't activate LV '/dev/${detail.group}/${detail.oldName}':   device-mapper: create ioctl on ${detail.name} LVM-… failed: Device or resource busy`,
      ],
      because: `The mapping's UUID ${shortUuid(detail.uuid)} is in ${detail.group}, under another name. This is not a leftover: the blocks are live data of ${detail.volume}.`,
      todo:
        kind === 'refresh-volume'
          ? `Its guest lives on ${node}: a refresh gives the mapping its right name. Not dmsetup remove.`
          : kind === 'deactivate-volume'
            ? `${isBeingDeleted(detail.volume) ? 'It is being deleted' : 'Its guest lives elsewhere'}: deactivate it on ${node}. Not dmsetup remove.`
            : `It is in use, has layers, or nobody knows where its guest lives: look with dmsetup info ${dmSelector(detail.name, detail.number)} and ${commandWith('lvs', detail.group)} first. No script is offered. Not dmsetup remove.`,
      safe: kind === undefined ? [] : whySettled(detail),
      commands: kind === undefined ? [] : [volumeCommand(kind, detail)],
    };
  },
  remedy(detail) {
    const kind = remedyKind(detail);
    return kind === undefined ? undefined : volumeRemedy(kind, detail);
  },
});

/** What was checked before anything is offered. */
function whySettled({ who, guestIsHere, volume }: Detail): readonly string[] {
  return [
    'open count 0',
    'nothing on top',
    'no snapshot of it',
    `${volume} keeps its blocks`,
    isBeingDeleted(volume) ? 'it is being deleted: no guest starts with it' : `its guest lives ${guestIsHere === true ? 'here' : 'on another node'}`,
    who === null ? 'nothing under way that could be about it' : `no lock and no task on ${who}`,
  ];
}

function remedyKind({ isBusy, guestIsHere, volume }: Detail): 'refresh-volume' | 'deactivate-volume' | undefined {
  if (isBusy || guestIsHere === null) return undefined;
  return guestIsHere && !isBeingDeleted(volume) ? 'refresh-volume' : 'deactivate-volume';
}

/** Nobody starts with it any more: under its right name it would only be the next leftover. */
const isBeingDeleted = (volume: string) => kindOfVolume(volume) === 'being-deleted';

/** Whatever may be a use that cannot be placed makes it "not known". */
function whereItsGuestLives(group: VolumeGroup, names: readonly LogicalVolume[], ownership: Ownership | undefined): boolean | null {
  if (ownership === undefined || ownership.opaqueHere !== undefined) return null;
  if (names.some((volume) => ownership.references.isMentioned(group, volume))) return null;
  const owners = names.flatMap((volume) => ownership.ownersOf(group, volume));
  return owners.length === 0 ? null : owners.some((guest) => ownership.isHere(guest));
}
