/** What is said of a volume a configuration names and LVM does not have: by what Proxmox VE does with it, and what that says. */

import { commandWith, isPlainToken } from '../../plain-text';
import type { Explanation } from '../../report-shape';
import type { Place } from '../../rule';
import type { Role } from '../../volumes/named-volumes';
import { listNames } from '../../words';

export type DanglingDetail = {
  readonly volume: string;
  readonly storage: string;
  readonly group: string;
  readonly isThin: boolean;
  readonly vmid: number;
  /** `VM 119`, `CT 200`. */
  readonly who: string;
  readonly isContainer: boolean;
  readonly role: Role;
  /** The disk whose snapshot it is. */
  readonly of: string;
  /** Snapshots that need it, at most 8. */
  readonly snapshots: readonly string[];
  /** A mapping of this name is left on the node: a guest that runs still has its blocks. */
  readonly isMapped: boolean;
  /** Where that mapping leads, when its volume has another name today. */
  readonly renamedTo: string | null;
  /** Volumes of thin snapshots of it that are still there, at most 8: all that is left of it. */
  readonly left: readonly string[];
};

export function explainDangling(detail: DanglingDetail, { node }: Place): Explanation {
  const { who, volume, storage, group, role, of, snapshots } = detail;
  const isImplied = role === 'chain' || role === 'origin';
  return {
    sentence: isImplied
      ? `Snapshot ${listNames(snapshots)} of ${who} needs ${volume} for ${of}, and ${group} on ${node} has no such volume.`
      : `${who} names ${storage}:${volume}, and ${group} on ${node} has no such volume.`,
    breaks: sayBroken(detail, node),
    messages: messagesOf(detail),
    because:
      `${group} was read completely on ${node}; storage ${storage} is enabled and offered there; no lock and no task for ${who}. ` +
      (snapshots.length === 0
        ? 'Named in the current configuration.'
        : `Named in ${role === 'attached' ? 'the current configuration and ' : ''}snapshot ${listNames(snapshots)}.`) +
      (detail.renamedTo === null ? '' : ` The mapping of this name leads to ${detail.renamedTo}: the volume was renamed.`),
    todo: sayTodo(detail, node),
    commands: isPlainToken(group) ? [`lvs -a ${group}`, `vgcfgrestore --list ${group}`] : [],
  };
}

function sayBroken({ role, who, of, isMapped, snapshots }: DanglingDetail, node: string): string {
  switch (role) {
    case 'attached':
    case 'chain':
      return isMapped
        ? `${who} goes on while it runs: the blocks are still mapped on ${node}, but LVM may give them to the next disk. Once stopped it cannot start again, on no node; HA recovery, migration and backup fail.`
        : `${who} cannot start; HA recovery, migration and backup fail.`;
    case 'state':
      return `${who} was suspended to this volume and cannot resume from it.`;
    case 'origin':
      return `Rolling back to ${listNames(snapshots)} removes ${of} first and then fails: the disk as it is now is lost. Deleting the snapshot fails too.`;
    case 'snapshot':
      return `Rolling back to ${listNames(snapshots)} fails, and so does deleting it.`;
    case 'pending':
      return `The change that waits for the next start of ${who} fails then.`;
    case 'unused':
      return `Nothing when ${who} starts. The entry cannot be attached, and moving ${who} to another node may fail.`;
  }
}

function messagesOf({ role, group, volume, of, isThin }: DanglingDetail): readonly string[] {
  const missing = `Failed to find logical volume "${group}/${volume}"`;
  if (role === 'chain') return [`Could not open backing file: Could not open '/dev/${group}/${volume}': No such file or directory`];
  if (role === 'origin')
    return [
      `lvm rollback '${group}/${volume}' error:   Snapshot origin LV ${volume} not found in Volume group ${group}.`,
      `lvremove snapshot '${group}/${volume}' error:   ${missing}`,
    ];
  if (role === 'unused') return [];
  if (isThin) return [`TASK ERROR: no such logical volume ${group}/${volume}`];
  if (of.endsWith('.qcow2')) return [`Could not open '/dev/${group}/${volume}': No such file or directory`];
  return [`TASK ERROR: can't activate LV '/dev/${group}/${volume}':   ${missing}`];
}

function sayTodo(detail: DanglingDetail, node: string): string {
  const { role, who, vmid, isContainer, isMapped, group, volume, snapshots, renamedTo, left } = detail;
  const history = `${commandWith('vgcfgrestore --list', group)} on each node tells which command changed the group when.`;
  const file = `/etc/pve/nodes/${node}/${isContainer ? 'lxc' : 'qemu-server'}/${vmid}.conf`;
  if (renamedTo !== null) return `Look who renamed it and why before you give it its name back. ${history} No script is offered.`;
  if (role === 'attached' && isMapped)
    return `Do not stop or move ${who}: save from inside it what is on this disk first, and make no new disk in ${group} meanwhile. ${history} No script is offered.`;
  const [snapshotVolume] = role === 'origin' ? [] : left;
  if (snapshotVolume !== undefined) {
    const again = [group, volume, snapshotVolume].every(isPlainToken) ? `: lvcreate -kn -n ${volume} -s ${group}/${snapshotVolume}` : '';
    return `What is left of it is in ${listNames(left)}: do not delete that snapshot. A rollback fails, since it removes the disk first; its second step makes the disk anew${again}. No script is offered.`;
  }
  if (role === 'origin') {
    const [snapshot] = snapshots;
    const force = snapshot !== undefined && isPlainToken(snapshot) ? `: ${isContainer ? 'pct' : 'qm'} delsnapshot ${vmid} ${snapshot} --force` : '';
    return `Do not roll back to it. Take the snapshot out of the configuration by force${force}. No script is offered.`;
  }
  return `Find out who removed it: ${history} Bring it back from a backup, or take the line out of ${file} if nobody needs it. No script is offered.`;
}
