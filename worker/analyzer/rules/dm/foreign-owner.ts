/**
 * Whose volume a mapping shows, when that guest lives on another node: by this node's own configuration of the same moment
 * only. Another node's check-in is older or newer, and the guest may have moved in between.
 */
import { type Evidence, known, unknown } from '../../evidence';
import type { Guest } from '../../facts';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Circumstances, Ownership } from '../../node/node-inputs';
import { guestOfVolume } from '../../parse/volume-name';

export type ForeignOwner = {
  /** The one it is told by. */
  readonly guest: Guest;
  /** All of them; none lives here. */
  readonly owners: readonly Guest[];
};

/** Undefined: the volume belongs here, to nobody, or is not shared. Unknown: something about it is under way. */
export function foreignOwner(
  { presence, name }: JudgedMapping,
  ownership: Ownership,
  circumstances: Circumstances,
): Evidence<ForeignOwner | undefined> {
  if (presence.status === 'unknown' || presence.value.kind === 'absent') return known(undefined);
  const { group, volume } = presence.value;
  // Under another name here than LVM has: that is dm.stale-name's story, and its command mends both.
  if (name.lv !== volume.name) return known(undefined);
  // The usual case, and there are thousands: whoever else names it, an owner lives here.
  const named = ownership.references.guest(guestOfVolume(volume.name) ?? -1);
  if (named !== undefined && ownership.isHere(named)) return known(undefined);
  const owners = ownership.ownersOf(group, volume);
  const [guest] = owners;
  if (guest === undefined || owners.some((owner) => ownership.isHere(owner)) || ownership.references.isMentioned(group, volume))
    return known(undefined);
  // Told by its number alone, and a guest of another cluster on this group names it: two clusters may use one number.
  if (ownership.references.guestsOf(group, volume).length === 0 && ownership.elsewhere.isUsed(group, volume)) return known(undefined);
  const shared = ownership.isShared(group, volume);
  if (shared.status === 'unknown') return shared;
  if (!shared.value) return known(undefined);
  if (ownership.opaqueHere !== undefined) return unknown({ reason: 'storage_unknown', storage: ownership.opaqueHere });
  if (isMoving(volume.attr)) return unknown({ reason: 'changed_during_capture' });
  const hold = circumstances.holdOf([volume.name], owners);
  return hold === undefined ? known({ guest, owners }) : unknown({ reason: 'in_flight', guest: hold.guest ?? null, says: hold.says });
}

/** pvmove, mirror conversion, merging snapshot: @see lvs(8), lv_attr[0]. */
function isMoving(attr: string): boolean {
  return /^[pcOS]/.test(attr);
}
