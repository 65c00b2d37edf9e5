/**
 * Guests' volumes of a shared group carry LVM's autoactivation: every node that boots activates all of them. Where leftovers,
 * old names and disks on the wrong node come from. As old as shared LVM on Proxmox VE: no single release brought it.
 * @see Proxmox VE bug 4997; pve-storage f296ffc, 2796d6b (9.0.3: off for new volumes); pve-manager pve8to9.pm
 */
import type { LogicalVolume, StorageEntry } from '../../facts';
import type { NodeInputs, Ownership } from '../../node/node-inputs';
import type { TrustedGroup } from '../../node/trusted-groups';
import { guestOfVolume } from '../../parse/volume-name';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { listNames } from '../../words';

type Detail = {
  readonly group: string;
  /** Shared storages on it, by id; at most 8. */
  readonly storages: readonly string[];
  /** Volumes with the flag, and those of them whose guests live on other nodes (null: not known); rounded, see `roundDown`. */
  readonly volumes: number;
  readonly foreign: number | null;
  /** First number of Proxmox VE's release; null: not known. */
  readonly release: number | null;
};

export const autoactivation = defineRule<NodeInputs>()({
  id: 'dm.autoactivation',
  title: 'Every reboot activates all shared disks on this node',
  brief: 'reboot activates shared disks',
  severity: 'warning',
  counts: 'none',
  holdMinutes: 0,
  doesNotApply: 'No shared lvm storage on this node: what a boot activates here belongs here.',
  reference: {
    what: 'Guests’ volumes of a shared volume group are activated by LVM itself on every node that boots or sees the group appear.',
    why: 'By itself nothing; it plants leftovers, old names, old sizes and disks that are active on the wrong node.',
    how: 'lv_autoactivation of the volumes of a group behind a shared lvm storage; volumes with the activation-skip flag do not count.',
    evidence: ['lvm.report', 'lvm.autoactivation', 'pve.storage', 'pve.guests', 'host.packages'],
    guards: [
      'LVM before 2.03.12 (Proxmox VE 7) does not know the column: not checked, which is not "off".',
      'Local groups: what a boot activates there belongs there.',
      'Whether lvm.conf (auto_activation_volume_list) or the group itself turns it off is not seen.',
    ],
    remedy:
      'None in a script: the flag lies in metadata all nodes share, and only Proxmox VE’s own tool takes the cluster’s storage lock for it. On Proxmox VE 9 that tool is named.',
    sources: [
      'Proxmox VE bug 4997; pve-storage f296ffc, 2796d6b (libpve-storage-perl 9.0.3)',
      'pve-manager PVE/CLI/pve8to9.pm query_autoactivated_lvm_guest_volumes; migrations/pve-lvm-disable-autoactivation',
      'A regression in 8.2.2 is in none of the sources',
    ],
  },
  needs: ['storages', 'trustedGroups', 'circumstances', 'presence'],
  detect({ storages, trustedGroups, circumstances: { ownership, release }, presence }): Detection<Detail> {
    const byGroup = new Map<string, StorageEntry[]>();
    for (const storage of storages) {
      if (!isSharedHere(storage, presence.node)) continue;
      byGroup.set(storage.vgname, [...(byGroup.get(storage.vgname) ?? []), storage]);
    }
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [];
    for (const [name, entries] of byGroup) {
      const trusted = trustedGroups.groupCalled(name);
      if (trusted.status === 'unknown') {
        notChecked.push({ subject: null, name, why: trusted.why });
        continue;
      }
      const disks = trusted.value.group.volumes.filter((volume) => guestOfVolume(volume.name) !== undefined);
      // Hidden volumes are never listed with it; where no volume has it, the column is not known.
      if (disks.length > 0 && disks.every((volume) => volume.autoactivation === undefined))
        notChecked.push({ subject: trusted.value.group.uuid, name, why: { reason: 'not_captured', capture: 'lvm.autoactivation' } });
      const automatic = disks.filter(isAutomatic);
      if (automatic.length > 0)
        found.push(toHit(trusted.value, entries, automatic, ownership.status === 'known' ? ownership.value : undefined, release));
    }
    return { applies: byGroup.size > 0, found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: `${sayCount(detail.volumes)} in ${detail.group} ${detail.volumes === 1 ? 'is' : 'are'} activated on every node that boots. This is where most leftover mappings come from.`,
    breaks:
      `By itself nothing; it plants leftover mappings, old names and sizes, and disks that are active on the wrong node.${sayForeign(detail, node)} ` +
      'Proxmox VE turned it off for new disks with 9.0 (bug 4997); disks made before keep it. It is LVM’s own default and as old as shared LVM on Proxmox VE, not a fault of one release.',
    messages: detail.storages.map((storage) => `NOTICE: storage '${storage}' has guest volumes with autoactivation enabled`),
    because: `lv_autoactivation is enabled for ${detail.volumes === 1 ? 'it' : 'them'} in ${detail.group}, which is behind ${listNames(detail.storages)}, shared. Not seen: whether lvm.conf (auto_activation_volume_list) or the group itself turns it off.`,
    todo: sayTodo(detail),
    commands: (detail.release ?? 0) >= 9 ? [tool] : [],
  }),
  remedy: () => undefined,
});

const tool = '/usr/share/pve-manager/migrations/pve-lvm-disable-autoactivation';

const isSharedHere = ({ type, shared, disabled, vgname, nodes }: StorageEntry, node: string): boolean =>
  type === 'lvm' && shared && !disabled && vgname !== '' && (nodes.length === 0 || nodes.includes(node));

/** `k`: activation is skipped, whoever asks. @see lvs(8), lv_attr[9] */
const isAutomatic = ({ autoactivation: is, attr }: LogicalVolume): boolean => is === true && attr[9] !== 'k';

function toHit(
  { group }: TrustedGroup,
  storages: readonly StorageEntry[],
  automatic: readonly LogicalVolume[],
  ownership: Ownership | undefined,
  release: number | undefined,
): Hit<Detail> {
  const isForeign = (volume: LogicalVolume) => {
    const owners = ownership?.ownersOf(group, volume) ?? [];
    return owners.length > 0 && !owners.some((owner) => ownership?.isHere(owner));
  };
  return {
    subject: group.uuid,
    guests: [],
    evidence: [group.line, automatic[0]?.line ?? 0].filter((line) => line > 0).map((line) => ({ node: '', capture: 'lvm.report', line })),
    detail: {
      group: group.name,
      storages: storages
        .map(({ id }) => id)
        .sort()
        .slice(0, 8),
      volumes: roundDown(automatic.length),
      foreign: ownership === undefined ? null : roundDown(automatic.filter(isForeign).length),
      release: release ?? null,
    },
  };
}

/** To its first digit: a disk more or a guest that moved is no other finding. */
function roundDown(count: number): number {
  const unit = 10 ** Math.max(0, String(count).length - 1);
  return Math.floor(count / unit) * unit;
}

function sayCount(count: number): string {
  return count === 1 ? '1 disk' : count < 10 ? `${count} disks` : `${count} or more disks`;
}

function sayForeign({ foreign }: Detail, node: string): string {
  return foreign === null || foreign === 0 ? '' : ` At its next reboot ${node} will activate ${sayCount(foreign)} of guests on other nodes.`;
}

function sayTodo({ release }: Detail): string {
  const why = 'the flag lies in metadata that all nodes share, and only Proxmox VE’s own tool takes the cluster’s storage lock for it';
  if (release !== null && release >= 9)
    return `Proxmox VE ships the fix: ${tool} (asks per storage, changes a flag, no data). Run it once, on one node. Not lvchange --setautoactivation by hand: ${why}.`;
  return `Proxmox VE ships the fix with release 9, not with ${release === null ? 'older ones' : `${release}`}; do not set the flag by hand: ${why}. Until all nodes run 9, look after a reboot for disks that are active on the wrong node.`;
}
