/** "Not checked", in people's words: what could not be seen, where, and what to do. Also groups equal reasons. */
import type { Unknown } from '../evidence';
import { commandWith } from '../plain-text';
import type { NotChecked } from '../report-shape';
import { listNames, utcMinute } from '../words';
import { leftOpenBy, nameOfCapture } from './capture-names';

/** What, where, since when. What that leaves open. What to do. */
export function sayUnknown(why: Unknown): string {
  switch (why.reason) {
    case 'not_captured':
      return `${nameOf(why.capture)} is not in this check-in.${leaves(why.capture)} Is the collector up to date?`;
    case 'command_absent':
      return `${nameOf(why.capture)}: no such command on this node.${leaves(why.capture)}`;
    case 'command_failed':
      return `${nameOf(why.capture)} ended with ${why.exitCode}${why.says === '' ? '' : `: ${why.says.replace(/\.$/, '')}`}.${leaves(why.capture)} ${askAfter(why.capture, why.says)}`;
    case 'timed_out':
      return `${nameOf(why.capture)} did not answer in time.${leaves(why.capture)} Usually a storage path is down: look at multipath -l, dmesg -T | tail.`;
    case 'stuck':
      return `${nameOf(why.capture)}${why.pid === undefined ? '' : ` (pid ${why.pid})`} hangs in the kernel${why.since === undefined ? '' : ` since ${sayTime(why.since)}`}. Sexton left it alone and will not start another. It ends when the storage answers or the node reboots: sexton-collector status, dmesg -T | tail.`;
    case 'skipped':
      return `${nameOf(why.capture)} was not run on purpose${saySkipped(why.says)}`;
    case 'unreadable':
      return why.capture === 'pve.local' || why.capture === 'pve.guests'
        ? `/etc/pve could not be read${why.says === '' ? '' : ` (${why.says})`}. That is not "no guests": systemctl status pve-cluster`
        : `${nameOf(why.capture)} could not be read${why.says === '' ? '' : `: ${why.says}`}.${leaves(why.capture)}`;
    case 'truncated':
      return `${nameOf(why.capture)} was cut at ${sizeOf(why.keptBytes)}.${leaves(why.capture)}`;
    case 'unparseable':
      return `line ${why.line} of ${nameOf(why.capture)} could not be read.${leaves(why.capture)}`;
    case 'not_mounted':
      return '/etc/pve is not mounted, so no guest configuration could be read. That is not "no guests": systemctl status pve-cluster';
    case 'no_quorum':
      return `${why.node} is not quorate: in the minority or cut off, its view may be old. Verdicts rest on the other nodes: pvecm status`;
    case 'no_fresh_view':
      return 'no quorate node has shown its guest configurations lately. Check in on one: sexton-collector send';
    case 'silent':
      return `${why.node} has been silent since ${utcMinute(why.since)}. Whether its disks are open there is not known; disks are therefore not called unused. On it: systemctl status sexton-collector.timer`;
    case 'identity_shared':
      return `two machines check in as ${why.node}, so nothing it says is believed. On the copy: sexton-collector enroll --new-key`;
    case 'no_state':
      return `${why.node} has not checked in yet: sexton-collector send`;
    case 'not_enrolled':
      return `not known whether its group is shared until a second node shows it. Not heard: ${why.node}.`;
    case 'mixed_enrolment':
      return `nodes of different Proxmox VE clusters are enrolled here as one: ${why.clusters.join(', ')}. Enrol each cluster with its own token.`;
    case 'changed_during_capture':
      return 'it changed while it was being read. Judged again at the next check-in.';
    case 'group_not_visible':
      return `LVM on this node does not show volume group ${why.group}: a hidden disk, a filter, or a guest's own group. Look at pvs -a, lvmconfig devices.`;
    case 'group_not_whole':
      return `volume group ${why.group} was not seen whole: ${why.says.replace(/\.$/, '')}. Look at ${commandWith('vgs', why.group)}, pvs.`;
    case 'foreign_device':
      return `LVM reads ${why.group} from other disks than the mapping uses (${why.device}). Look at pvs, multipath -l.`;
    case 'old_metadata':
      return `LVM shows old metadata of ${why.group} (number ${why.seqno}, ${why.known} is known). Look at ${commandWith('vgs -o+seqno', why.group)}, pvs.`;
    case 'moved_group':
      return `its volume is in group ${why.group} now (split, merged or imported group). Look at ${commandWith('lvs -a -o+lv_uuid', why.group)}.`;
    case 'storage_unknown':
      return `${why.storage} is used by a guest and may be any volume. Use a /dev/disk/by-id path instead.`;
    case 'foreign_plugin':
      return `storage ${why.storage} keeps volumes in ${why.group} too, and its plugin is not Proxmox VE's own: which of them it uses only it knows.`;
    case 'holder_unknown':
      return `a disk of guest ${why.guest} is open here, the guest lives on another node and no process of it runs here: what holds it is not known. Look at dmsetup ls --tree, lsof, grep dm- /proc/mounts.`;
    case 'seen_open_twice':
      return `it is open on ${listNames(why.nodes)}: ${why.says}.`;
    case 'member_unheard':
      return `${why.node} is not enrolled or has not checked in: what is active and open there is not known.`;
    case 'in_flight':
      return `${why.guest === null ? '' : `guest ${why.guest}: `}${why.says}. Judged again at the next check-in.`;
  }
}

const nameOf = nameOfCapture;

/** With its space before it; empty: nothing rests on it. */
function leaves(capture: string): string {
  const open = leftOpenBy(capture);
  return open === '' ? '' : ` ${open}`;
}

/** LVM that does not find a group usually does not see its disk. */
function askAfter(capture: string, says: string): string {
  return capture.startsWith('lvm.') && /not found|find device/i.test(says) ? 'Is the LUN visible on this node?' : 'Run it by hand on the node.';
}

function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${Math.round(bytes / (1024 * 1024))} MB`;
}

/** Also of a time no calendar has. */
function sayTime(at: number): string {
  return Math.abs(at) <= 8.64e15 ? `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'another time';
}

/** What is to be done about a reason not to start a command, by its words. @see collector/machine/gates.ts */
const whenItRunsAgain: readonly (readonly [RegExp, string])[] = [
  [/ no working path: /, 'It runs again when a path is back: multipath -l'],
  [/ suspended: /, 'It runs again when nothing is suspended: dmsetup info, dmsetup udevcookies'],
  [/^a process waits in the kernel for storage/, 'It runs again when the storage answers: ps -eo pid,stat,wchan:32,comm, dmesg -T | tail'],
  [/^a virtual machine hangs/, 'It runs again when the machine moves: ps -eo pid,stat,wchan:32,comm, dmesg -T | tail'],
  [/ (?:hangs in the kernel|did not answer in time)$/, 'It runs again when the storage answers: sexton-collector status, dmesg -T | tail'],
  [/^\/etc\/pve does not answer: /, 'It runs again when /etc/pve does: systemctl status pve-cluster'],
  [/^no time left$/, 'Other commands took all of it: sexton-collector collect shows which'],
];

/** `multipath map mpathc has no working path: LVM commands would hang` as a sentence, and what to do. */
function saySkipped(says: string): string {
  if (says === '') return '.';
  const next = whenItRunsAgain.find(([words]) => words.test(says))?.[1];
  const at = says.lastIndexOf(': ');
  const because = next === undefined || at < 0 ? says : `${says.slice(0, at)}, so ${says.slice(at + 2)}`;
  return `: ${because}.${next === undefined ? '' : ` ${next}.`}`;
}

export type NotCheckedGroup = {
  readonly why: Unknown;
  /** How many mappings or volumes; 0: everything the rule looks at. */
  readonly count: number;
  /** Up to three names. */
  readonly names: readonly string[];
};

/** One line per reason instead of fifty: a hidden group is one story. */
export function groupNotChecked(list: readonly NotChecked[]): readonly NotCheckedGroup[] {
  const groups = new Map<string, { why: Unknown; count: number; names: string[] }>();
  for (const { subject, name, why } of list) {
    const key = JSON.stringify(why);
    const group = groups.get(key) ?? { why, count: 0, names: [] };
    groups.set(key, group);
    if (subject !== null) group.count += 1;
    if (subject !== null && group.names.length < 3) group.names.push(name);
  }
  return [...groups.values()];
}
