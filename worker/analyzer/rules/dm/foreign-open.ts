/**
 * A shared volume open here by a QEMU or container whose guest lives on another node: the guest may run twice. Proxmox VE
 * locks no volume across nodes, and `qm list` shows only guests whose configuration lies here.
 */
import type { NodeInputs } from '../../node/node-inputs';
import { commandWith } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { foreignOwner } from './foreign-owner';
import { mappingsNotChecked } from './leftover';
import { mappingEvidence } from './mapping-evidence';
import { topIdentity } from './volume-commands';

type Detail = {
  readonly name: string;
  readonly group: string;
  readonly volume: string;
  readonly guest: number;
  /** `VM 119`, `CT 200`. */
  readonly who: string;
  readonly home: string;
  readonly device: number;
  readonly isHomeUnheard: boolean;
};

export const foreignOpen = defineRule<NodeInputs>()({
  id: 'dm.foreign-open',
  title: 'A guest runs on a node it does not live on',
  brief: 'open on the wrong node',
  severity: 'critical',
  counts: 'duplicate',
  word: 'open elsewhere',
  doesNotApply: 'LVM has no mapping on this node, so there is none that could be wrong. Nothing is said about other storages.',
  reference: {
    what: 'A volume of a shared group is open here by a process of a guest whose configuration lies on another node.',
    why: 'The guest may run twice: nothing locks a volume across nodes, and two writers destroy a file system without a message.',
    how: 'The volume is seen by two nodes, its owner lives elsewhere by this node’s own /etc/pve, the mapping is open, and a QEMU or container of that number runs here.',
    evidence: [
      'dm.info.1',
      'dm.info.2',
      'lvm.report',
      'guest.processes',
      'pve.guests',
      'pve.vmlist.1',
      'pve.vmlist.2',
      'pve.tasks.1',
      'pve.tasks.2',
      'pve.ha.1',
      'pve.ha.2',
    ],
    guards: [
      'A live migration, seen by lock, task or HA on any member that was heard: not checked.',
      'Open by something that is no process of the guest: not checked, with where to look.',
      'What a mapping on top holds open is judged for that mapping.',
    ],
    remedy: 'None: which of the two has to stop is for a person to decide.',
    sources: [
      'qemu-server QemuServer.pm: activation takes no lock across nodes',
      'Our own run on a kernel: one volume active and open under two names',
    ],
  },
  needs: ['mappings', 'ownership', 'circumstances'],
  detect({ mappings, ownership, circumstances }): Detection<Detail> {
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [...mappingsNotChecked(mappings)];
    for (const judged of mappings) {
      const { mapping, presence } = judged;
      if (topIdentity(judged) === undefined || presence.status === 'unknown' || presence.value.kind === 'absent' || mapping.open === 0) continue;
      const { group, volume } = presence.value;
      const skip = (why: NotChecked['why']) => notChecked.push({ subject: mapping.uuid, name: mapping.name, why });
      const foreign = foreignOwner(judged, ownership, circumstances);
      if (foreign.status === 'unknown') skip(foreign.why);
      // A template is only read, by everything that was made from it.
      if (foreign.status === 'unknown' || foreign.value === undefined || foreign.value.owners.every(({ template }) => template)) continue;
      const processes = foreign.value.owners.map((owner) => ({ owner, runs: circumstances.hasProcess(owner.vmid) }));
      const running = processes.find(({ runs }) => runs.status === 'known' && runs.value)?.owner;
      if (running === undefined) {
        const unread = processes.find(({ runs }) => runs.status === 'unknown')?.runs;
        if (unread?.status === 'unknown') skip(unread.why);
        // What lies on top holds it: that mapping is judged for itself.
        else if (mapping.open > mapping.holders.length) skip({ reason: 'holder_unknown', guest: foreign.value.guest.vmid });
        continue;
      }
      found.push({
        subject: mapping.uuid,
        guests: [running.vmid],
        evidence: mappingEvidence(mapping.line, volume.line),
        detail: {
          name: mapping.name,
          group: group.name,
          volume: volume.name,
          guest: running.vmid,
          who: circumstances.whoIs(running.vmid),
          home: running.node,
          device: mapping.minor,
          isHomeUnheard: ownership.isUnheard(running.node),
        },
      });
    }
    return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence: `${node} runs ${detail.who} and has ${detail.volume} open. The configuration of ${detail.who} lies on ${detail.home}.`,
    breaks:
      `Nothing fails, and that is the danger: Proxmox VE may start ${detail.who} on ${detail.home} at any time, by hand or by HA, and two ` +
      'writers on one disk destroy its file system without a message. It may run there already.',
    messages: [],
    because:
      `A process of ${detail.who} runs on ${node}; ${detail.volume} in ${detail.group} is open here; its configuration lies on ${detail.home}; ` +
      `no lock, no HA move, and no migration or other task for it on the nodes that were heard.` +
      (detail.isHomeUnheard ? ` Not checked: ${detail.home} itself, it has not been heard.` : ''),
    todo:
      `No script. Do not start ${detail.who} on ${detail.home}. Look there whether it runs. If it runs on both nodes, shut down the one that is not in ` +
      `its configuration (on ${node}, from inside the guest or by its process), then check the guest's file system. If it runs only here, shut it down ` +
      `from inside before anything starts it on ${detail.home}: a failed migration, or an HA recovery while ${node} was cut off, leaves this behind.`,
    commands: [
      `ps -eo pid,lstart,args | grep -E '[k]vm -id ${detail.guest} |[l]xc-start .* ${detail.guest}( |$)'`,
      `lsof /dev/dm-${detail.device}`,
      commandWith('ha-manager status | grep', String(detail.guest)),
    ],
  }),
  remedy: () => undefined,
});
