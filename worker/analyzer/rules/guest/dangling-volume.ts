/**
 * A configuration names a volume that its group, seen whole, does not have: removed by hand, lost with a restored group, or
 * left behind when a guest was moved without its disks. Found before somebody starts, moves or rolls back the guest.
 */
import type { Unknown } from '../../evidence';
import type { Guest, StorageEntry } from '../../facts';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Circumstances, NodeInputs } from '../../node/node-inputs';
import type { TrustedGroups } from '../../node/trusted-groups';
import { encodeDmName } from '../../parse/dm-name';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { type NamedVolume, roles, volumesMissing, volumesNamedBy } from '../../volumes/named-volumes';
import { indexStorages } from '../../volumes/volume-places';
import { mappingEvidence } from '../dm/mapping-evidence';
import { type DanglingDetail, explainDangling } from './dangling-words';

export const danglingVolume = defineRule<NodeInputs>()({
  id: 'guest.dangling-volume',
  title: 'A guest names a disk that does not exist',
  brief: 'its disk does not exist',
  severity: ({ role }: DanglingDetail) => (role === 'unused' ? 'info' : 'warning'),
  counts: 'none',
  doesNotApply: 'No guest of this node has a disk on LVM.',
  reference: {
    what: 'A guest’s configuration names a volume on an LVM storage, or a snapshot of it implies one, and the volume group does not have it.',
    why: 'The guest cannot start, be recovered by HA, moved or backed up. On a thin pool a rollback to a snapshot whose volume is gone removes the current disk before it fails.',
    how: 'Every volume the guests of this node name (current, pending, unused, snapshots with the volumes they imply, saved RAM) against the volumes of its storage’s group, read on this node in the same check-in.',
    severity: 'Warning; information when only an unused entry names it.',
    evidence: ['pve.guests', 'pve.storage', 'lvm.report', 'dm.info.2'],
    guards: [
      'The group must be the only one of its name, seen whole, current, and no guest’s own: else it is not checked.',
      'A storage that is switched off, not offered on this node, or of a plugin that is not Proxmox VE’s: left alone.',
      'Cloud-init drives are made anew at start, fleecing images cleared by the next backup: left alone.',
      'Locks, tasks, HA, a snapshot half made or half deleted: not checked.',
    ],
    remedy: 'None: what was lost is not in this node’s hands. Where to look is said.',
    sources: [
      'pve-storage LVMPlugin.pm activate_volume; LvmThinPlugin.pm activate_volume, volume_snapshot_rollback: lvremove, then lvcreate',
      'lvm2 tools/toollib.c, tools/lvcreate.c',
    ],
  },
  needs: ['mappings', 'ownership', 'storages', 'circumstances', 'trustedGroups'],
  detect({ mappings, ownership, storages, circumstances, trustedGroups }): Detection<DanglingDetail> {
    const entries = indexStorages(storages);
    const byName = new Map(mappings.map((judged) => [judged.mapping.name, judged]));
    const missing = new Map<string, { readonly guest: Guest; readonly named: NamedVolume[] }>();
    const notChecked = new Map<string, NotChecked>();
    let applies = false;
    const isThere = (storage: StorageEntry, volume: string): boolean => {
      if (storage.disabled || storage.vgname === '' || !ownership.isOfferedHere(storage)) return true;
      applies = true;
      const group = trustedGroups.groupCalled(storage.vgname);
      if (group.status === 'unknown') notChecked.set(storage.vgname, { subject: null, name: storage.vgname, why: group.why });
      return group.status === 'unknown' || group.value.volumeCalled(volume) !== undefined;
    };
    for (const guest of ownership.guestsHere) {
      for (const named of volumesMissing(guest, entries, isThere)) {
        const subject = `${guest.vmid} ${named.storage.id}:${named.volume}`;
        const known = missing.get(subject);
        if (known === undefined) missing.set(subject, { guest, named: [named] });
        else known.named.push(named);
      }
    }
    const lineOf = ({ storage }: NamedVolume): number => {
      const group = trustedGroups.groupCalled(storage.vgname);
      return group.status === 'known' ? group.value.group.line : 0;
    };
    const snapshots = new Map<Guest, ReturnType<typeof snapshotsLeft>>();
    // Of a disk that is lost, not of a snapshot that is: nothing else is left of that.
    const left = (guest: Guest, { storage, volume, of }: NamedVolume): readonly string[] => {
      const known = snapshots.get(guest) ?? snapshotsLeft(guest, entries, trustedGroups);
      snapshots.set(guest, known);
      return volume === of ? (known.get(`${storage.id}:${of}`) ?? []) : [];
    };
    const found = [...missing].flatMap(([subject, { guest, named }]): Hit<DanglingDetail>[] => {
      const [worst] = [...named].sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
      if (worst === undefined) return [];
      const mapping = byName.get(encodeDmName(worst.storage.vgname, worst.volume));
      const moved = trustedGroups
        .namesakesOutside(worst.storage.vgname, worst.volume)
        .find(({ group, volume }) => ownership.references.guestsOf(group, volume).length === 0);
      const why: Unknown | undefined =
        moved === undefined ? whyUncertain(guest, worst, mapping, circumstances) : { reason: 'moved_group', group: moved.group.name };
      if (why !== undefined) notChecked.set(subject, { subject, name: worst.volume, why });
      return why === undefined
        ? [toHit(subject, { guest, named, worst, left: left(guest, worst), groupLine: lineOf(worst) }, mapping, circumstances.whoIs(guest.vmid))]
        : [];
    });
    return { applies, found, notChecked: [...notChecked.values()] };
  },
  explain: explainDangling,
  remedy: () => undefined,
});

/** The mapping of its name may be in the making, or belong to a group nobody can see; and what is under way with the guest. */
function whyUncertain(
  guest: Guest,
  { volume, of }: NamedVolume,
  mapping: JudgedMapping | undefined,
  circumstances: Circumstances,
): Unknown | undefined {
  if (mapping?.lvm !== undefined && mapping.presence.status === 'unknown') return mapping.presence.why;
  const hold = circumstances.holdOf([volume, of], [guest]);
  return hold && { reason: 'in_flight', guest: hold.guest ?? null, says: hold.says };
}

/** Thin snapshots of a guest's disks that still have their volumes, by disk. */
function snapshotsLeft(guest: Guest, entries: ReadonlyMap<string, StorageEntry>, groups: TrustedGroups): ReadonlyMap<string, readonly string[]> {
  const left = new Map<string, string[]>();
  for (const { role, of, storage, volume } of volumesNamedBy(guest, entries)) {
    const group = role === 'origin' ? groups.groupCalled(storage.vgname) : undefined;
    if (group?.status !== 'known' || group.value.volumeCalled(volume) === undefined) continue;
    const key = `${storage.id}:${of}`;
    const known = left.get(key);
    if (known === undefined) left.set(key, [volume]);
    else if (known.length < 8) known.push(volume);
  }
  return left;
}

type Missing = {
  readonly guest: Guest;
  readonly named: readonly NamedVolume[];
  readonly worst: NamedVolume;
  readonly left: readonly string[];
  readonly groupLine: number;
};

function toHit(
  subject: string,
  { guest, named, worst, left, groupLine }: Missing,
  mapping: JudgedMapping | undefined,
  who: string,
): Hit<DanglingDetail> {
  const presence = mapping?.presence.status === 'known' ? mapping.presence.value : undefined;
  return {
    subject,
    guests: [guest.vmid],
    // The row of the group that does not have it, and the mapping that is left.
    evidence: [
      ...(groupLine > 0 ? [{ node: '', capture: 'lvm.report', line: groupLine }] : []),
      ...(mapping === undefined ? [] : mappingEvidence(mapping.mapping.line)),
    ],
    detail: {
      volume: worst.volume,
      storage: worst.storage.id,
      group: worst.storage.vgname,
      isThin: worst.storage.type === 'lvmthin',
      vmid: guest.vmid,
      who,
      isContainer: guest.type === 'lxc',
      role: worst.role,
      of: worst.of,
      snapshots: [...new Set(named.flatMap(({ snapshot }) => (snapshot === '' ? [] : [snapshot])))].sort().slice(0, 8),
      isMapped: presence !== undefined,
      left,
      renamedTo: presence?.kind === 'present' ? presence.volume.name : null,
    },
  };
}
