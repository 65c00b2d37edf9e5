/**
 * A thick volume of a stopped guest that lives here is active and closed: left so by a creation, a restore or a boot. It
 * harms nobody; on a shared group it is one migration away from being active on the wrong node.
 * @see pve-storage LVMPlugin.pm `deactivate_volume`; qemu-server `vm_stop_cleanup`
 */
import type { Guest } from '../../facts';
import { findInside } from '../../node/guest-disks';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Circumstances, NodeInputs, Ownership } from '../../node/node-inputs';
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
  readonly vgUuid: string;
  readonly lvUuid: string;
  readonly isLayered: boolean;
};

export const idleActivation = defineRule<NodeInputs>()({
  id: 'dm.idle-activation',
  title: "Stopped guest's disk is active",
  brief: 'active, its guest is stopped',
  severity: 'info',
  counts: 'none',
  // A disk newly made, restored or cloned stays active until its guest has run.
  holdMinutes: 60,
  doesNotApply: 'No lvm storage: volumes on a thin pool stay active on purpose.',
  reference: {
    what: 'A thick volume is active and closed, and its guest lives here and is stopped.',
    why: 'Harmless. On a shared group it becomes "active on the wrong node" when the guest moves.',
    how: 'Open count 0; every guest that names the volume lives on this node, is listed as stopped, and no process of it runs here.',
    evidence: ['dm.info.1', 'dm.info.2', 'lvm.report', 'pve.guests', 'pve.storage', 'qm.list', 'pct.list', 'guest.processes'],
    guards: [
      'Thin volumes stay active by design; templates too: never told.',
      'A new disk stays active until its guest has run: nothing is offered for an hour.',
      'A backup of a stopped guest, any lock or task: not judged until it is over.',
      'A volume with another verdict (an old size, an old name, an error in its table): that one is told.',
    ],
    remedy: 'Deactivated with lvchange -an, selected by UUID; not with a snapshot of it, which would go along silently.',
    sources: ['pve-storage LVMPlugin.pm activate_volume, deactivate_volume', 'qemu-server QemuServer.pm vm_stop_cleanup'],
  },
  needs: ['mappings', 'tree', 'ownership', 'storages', 'circumstances', 'running'],
  detect({ mappings, tree, ownership, storages, circumstances, running }): Detection<Detail> {
    const thick = new Set(storages.flatMap(({ type, vgname, disabled }) => (type === 'lvm' && !disabled && vgname !== '' ? [vgname] : [])));
    if (thick.size === 0) return { applies: false, found: [], notChecked: [] };
    const inside = findInside(mappings, tree, ownership);
    const layered = layeredVolumes(mappings);
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [...mappingsNotChecked(mappings)];
    for (const judged of mappings) {
      const { mapping, presence } = judged;
      const identity = topIdentity(judged);
      if (identity === undefined || presence.status === 'unknown' || presence.value.kind === 'absent') continue;
      const { group, volume } = presence.value;
      if (!thick.has(group.name) || !isQuiet(judged, volume.attr, volume.name) || inside.has(mapping)) continue;
      const users = ownership.references.guestsOf(group, volume);
      const [guest] = users;
      // Nobody's, in use elsewhere, a template's: other rules tell it, or nobody.
      if (guest === undefined || ownership.references.isMentioned(group, volume)) continue;
      if (!users.every((user) => ownership.isHere(user) && !user.template && running[String(user.vmid)] === 'stopped')) continue;
      if (users.some(({ vmid }) => runs(vmid, circumstances))) continue;
      // Something is about to use it, or has just done so, or nobody could see whether: neither idle nor not.
      const hold = circumstances.holdOf([volume.name], users);
      if (hold !== undefined) {
        notChecked.push({ subject: mapping.uuid, name: mapping.name, why: { reason: 'in_flight', guest: hold.guest ?? null, says: hold.says } });
        continue;
      }
      found.push({
        subject: mapping.uuid,
        guests: [guest.vmid],
        heldBack: whyHeld(users, ownership, circumstances),
        evidence: mappingEvidence(mapping.line, volume.line),
        detail: {
          name: mapping.name,
          group: group.name,
          volume: volume.name,
          who: circumstances.whoIs(guest.vmid),
          ...identity,
          isLayered: layered.has(identity.lvUuid),
        },
      });
    }
    return { applies: true, found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: `${node} has ${detail.volume} active. ${detail.who} lives here and is stopped.`,
    breaks: `Nothing. When ${detail.who} moves to another node without having run here, the disk stays active on ${node}; on a shared group that is the beginning of most leftovers.`,
    messages: [],
    because: `Open count 0, and ${detail.who} is listed as stopped. Proxmox VE leaves a disk active where it was made or restored, and every boot activates what has autoactivation.`,
    todo: detail.isLayered
      ? 'It has a snapshot: deactivating it would take the snapshot along without a word. It can stay as it is. No script is offered.'
      : `It can stay as it is. To be rid of it, deactivate it on ${node}; the next start activates it again.`,
    safe: detail.isLayered
      ? []
      : ['open count 0', 'nothing on top', 'no snapshot of it', `${detail.who} is stopped`, `no lock and no task on ${detail.who}`],
    commands: detail.isLayered ? [] : [volumeCommand('deactivate-volume', detail)],
  }),
  remedy: (detail) => (detail.isLayered ? undefined : volumeRemedy('deactivate-volume', detail)),
});

/** Closed, under its right name, of a kind that is active only when somebody wants it so, and its table is what it should be. */
function isQuiet({ mapping, name }: JudgedMapping, attr: string, volume: string): boolean {
  if (mapping.open > 0 || mapping.holders.length > 0 || name.lv !== volume || !/^[-mMrRo]/.test(attr)) return false;
  const { table } = mapping;
  if (table === undefined) return true;
  if ((table.overlaps?.length ?? 0) > 0) return false;
  const isDead = table.targets.some((target) => target === 'error' || target === 'zero');
  return !isDead && (table.against === undefined || table.against.verdict === 'same' || table.against.verdict === 'not_compared');
}

function runs(vmid: number, circumstances: Circumstances): boolean {
  const answer = circumstances.hasProcess(vmid);
  return answer.status === 'known' && answer.value;
}

function whyHeld(users: readonly Guest[], { opaqueHere }: Ownership, circumstances: Circumstances): string | undefined {
  if (opaqueHere !== undefined) return `a guest here uses ${opaqueHere.slice(0, 128)}, which may be this disk`;
  return users.some(({ vmid }) => circumstances.hasProcess(vmid).status === 'unknown') ? 'the processes of this node could not be read' : undefined;
}
