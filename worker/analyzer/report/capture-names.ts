/** What captures are called by people, and what is left open when one of them is missing. */

type Named = { readonly name: string; readonly leaves: string };

const leaves = {
  mappings: 'Nothing is said about the mappings of this node.',
  disks: 'Nothing is said about the disks of this node.',
  owners: 'Which guest uses which disk is not known by this node.',
  underWay: 'Whether something is under way is not known, so nothing is offered.',
  running: 'Which guests run is not known.',
  size: 'Whether a mapping has an old size or leads to other blocks is not known.',
} as const;

/** The command they would type, or the file. */
const captures: Readonly<Record<string, Named>> = {
  'dm.info.1': { name: 'dmsetup info', leaves: leaves.mappings },
  'dm.info.2': { name: 'dmsetup info (second reading)', leaves: leaves.mappings },
  'dm.table': { name: 'dmsetup table', leaves: leaves.size },
  'dm.thin-pool.mode': { name: 'dmsetup status of the thin pools', leaves: 'Whether a thin pool has failed is not known.' },
  'dm.cookies': { name: 'dmsetup udevcookies', leaves: 'Whether a command waits for udev is not known.' },
  'dm.multipath': { name: 'dmsetup status of the multipath maps', leaves: 'Whether a path is left is not known.' },
  'lvm.report': { name: 'lvm fullreport', leaves: leaves.disks },
  'lvm.autoactivation': { name: 'lvs -o lv_autoactivation', leaves: 'Which disks the next boot activates is not known.' },
  'lvm.locks': { name: 'the list of locks in /run/lock/lvm', leaves: "Who holds LVM's locks is not known." },
  'pve.local': { name: '/etc/pve', leaves: leaves.owners },
  'pve.guests': { name: 'the guest configurations in /etc/pve/nodes', leaves: leaves.owners },
  'pve.storage': { name: '/etc/pve/storage.cfg', leaves: leaves.owners },
  'pve.members': { name: '/etc/pve/.members', leaves: leaves.owners },
  'pve.vmlist.1': { name: '/etc/pve/.vmlist', leaves: leaves.owners },
  'pve.vmlist.2': { name: '/etc/pve/.vmlist (second reading)', leaves: leaves.underWay },
  'pve.tasks.1': { name: '/var/log/pve/tasks/active', leaves: leaves.underWay },
  'pve.tasks.2': { name: '/var/log/pve/tasks/active (second reading)', leaves: leaves.underWay },
  'pve.tasks.failed': { name: '/var/log/pve/tasks/index', leaves: 'Whether it was already hit is not known.' },
  'pve.ha.1': { name: '/etc/pve/ha/manager_status', leaves: leaves.underWay },
  'pve.ha.2': { name: '/etc/pve/ha/manager_status (second reading)', leaves: leaves.underWay },
  'qm.list': { name: 'qm list', leaves: leaves.running },
  'pct.list': { name: 'pct list', leaves: leaves.running },
  'guest.pids': { name: 'the list of guest processes', leaves: leaves.running },
  'guest.processes': { name: 'the start times of guest processes', leaves: leaves.running },
  'host.packages': { name: 'the versions of the packages', leaves: 'Which release this node runs is not known.' },
  'host.devices': { name: '/proc/diskstats', leaves: 'Whether the disk below a mapping still exists is not known.' },
  'host.uptime': { name: '/proc/uptime', leaves: 'How long guests have run is not known.' },
  'host.mentions': { name: "the node's own configuration files", leaves: 'What the node itself uses is not known, so nothing is called unused.' },
};

export const nameOfCapture = (capture: string): string => captures[capture]?.name ?? capture;

/** A sentence; empty for a capture no check rests on. */
export const leftOpenBy = (capture: string): string => captures[capture]?.leaves ?? '';
