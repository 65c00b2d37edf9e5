/**
 * A guest runs here and a disk of its configuration has no mapping: somebody took it from under the guest, or it was
 * written into the configuration by hand. Only told where everything else is in order: a failed pool or a hidden group is
 * another rule's one finding.
 */
import type { Unknown } from '../../evidence';
import type { StorageEntry } from '../../facts';
import type { NodeInputs } from '../../node/node-inputs';
import { encodeDmName } from '../../parse/dm-name';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { volumesMissing } from '../../volumes/named-volumes';
import { indexStorages } from '../../volumes/volume-places';

type Detail = { readonly volume: string; readonly group: string; readonly storage: string; readonly who: string; readonly isContainer: boolean };

/** Younger than this a guest may still be activating its disks. */
const settledSeconds = 60;

export const missingMapping = defineRule<NodeInputs>()({
  id: 'dm.missing-mapping',
  title: 'Guest runs, its disk is not active here',
  brief: 'runs without its disk',
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'No guest of this node has a disk on LVM.',
  reference: {
    what: 'A guest has run here for at least a minute, and a disk its configuration names has no mapping on this node.',
    why: 'Inside the guest the disk is gone or was never there; backups and snapshots of it fail.',
    how: 'Attached drives of the current configuration, their volumes by UUID in a group that was read completely, against both listings of mappings.',
    evidence: ['guest.processes', 'guest.pids', 'pve.guests', 'pve.storage', 'lvm.report', 'dm.info.1', 'dm.info.2'],
    guards: [
      'Pending and unused drives, cloud-init drives and files are not looked at.',
      'A guest that started less than a minute ago, or with a lock or a task: not yet, or not checked.',
      'A group that cannot be seen whole: not checked. A thin pool that is not active: told once, for the pool.',
      'Another mapping under the name of the disk: the rule about wrong blocks tells it.',
    ],
    remedy: 'None: a mapping made now would not reach the running guest.',
    sources: ['qemu-server QemuServer.pm vm_start_nolock, get_current_vm_volumes', 'pve-container LXC.pm vm_start'],
  },
  needs: ['mappings', 'ownership', 'storages', 'circumstances', 'trustedGroups'],
  detect({ mappings, ownership, storages, circumstances, trustedGroups }): Detection<Detail> {
    const entries = indexStorages(storages);
    const volumes = new Set(mappings.flatMap(({ lvm }) => (lvm === undefined ? [] : [lvm.lvUuid])));
    const names = new Set(mappings.map(({ mapping }) => mapping.name));
    const found = new Map<string, Hit<Detail>>();
    const notChecked = new Map<string, NotChecked>();
    let applies = false;
    const isMapped = (storage: StorageEntry, name: string): boolean => {
      if (storage.disabled || storage.vgname === '') return true;
      applies = true;
      const trusted = trustedGroups.groupCalled(storage.vgname);
      return trusted.status === 'known' && volumes.has(trusted.value.volumeCalled(name)?.uuid ?? '');
    };
    for (const guest of ownership.guestsHere) {
      const drives = volumesMissing(guest, entries, isMapped).filter(({ role }) => role === 'attached');
      if (drives.length === 0) continue;
      const seconds = circumstances.runsFor(guest.vmid);
      for (const { storage, volume: name } of seconds.status === 'known' && seconds.value < settledSeconds ? [] : drives) {
        const trusted = trustedGroups.groupCalled(storage.vgname);
        if (trusted.status === 'unknown') notChecked.set(storage.vgname, { subject: null, name: storage.vgname, why: trusted.why });
        if (trusted.status === 'unknown') continue;
        const { group, volumeCalled } = trusted.value;
        const volume = volumeCalled(name);
        // What does not exist is told by the rule about configurations, what is mapped wrongly by that about wrong blocks.
        if (volume === undefined || volumes.has(volume.uuid) || names.has(encodeDmName(group.name, name))) continue;
        const pool = volume.pool === '' ? undefined : volumeCalled(volume.pool);
        if (volume.pool !== '' && !volumes.has(pool?.uuid ?? '')) continue;
        const subject = `${group.uuid}${volume.uuid}`;
        // Whether it runs, and for how long, is asked only where something is missing.
        if (seconds.status === 'unknown') {
          notChecked.set('', { subject: null, name: '', why: seconds.why });
          continue;
        }
        const hold = circumstances.holdOf([name], [guest]);
        const why: Unknown | undefined = hold && { reason: 'in_flight', guest: hold.guest ?? null, says: hold.says };
        if (why !== undefined) notChecked.set(subject, { subject, name, why });
        else
          found.set(subject, {
            subject,
            guests: [guest.vmid],
            evidence: [{ node: '', capture: 'lvm.report', line: volume.line }],
            detail: { volume: name, group: group.name, storage: storage.id, who: circumstances.whoIs(guest.vmid), isContainer: guest.type === 'lxc' },
          });
      }
    }
    return { applies, found: [...found.values()], notChecked: [...notChecked.values()] };
  },
  explain: ({ volume, group, storage, who, isContainer }, { node }) => ({
    sentence: `${who} runs on ${node}, but ${volume} from its configuration has no mapping on ${node}.`,
    breaks: `Inside ${who} this disk is gone, or was never there. Backup, snapshot and move of it fail; ${who} itself may run on as if nothing were the matter.`,
    messages: [],
    because: `${who} has run for more than a minute. Its configuration names ${storage}:${volume} as an attached disk; ${group} was read completely and has the volume; in neither of two listings is there a mapping with its UUID.`,
    todo:
      `Look inside ${who} and at dmesg -T | tail whether the disk was lost while it was in use: then save what can be saved before anything else. ` +
      `If the disk was written into the configuration file by hand, ${isContainer ? 'a stop and start of the container' : 'a shutdown and start of the VM'} activates it. No script is offered: a mapping made now does not reach what runs.`,
    commands: [],
  }),
  remedy: () => undefined,
});
