/**
 * Why each capture is taken, and what of it leaves the node, for people: by the id of its catalogue entry, in the order of
 * the catalogue. Only documentation and tests read it; the program for the nodes never does and stays without it.
 */
export const whyCaptured: Readonly<Record<string, string>> = {
  'host.boot-id': 'A reboot makes all mappings anew: nothing learned before it holds after it.',
  'host.machine-id': 'Tells copies of one disk image apart. Only a hash leaves the node.',
  'host.name': 'The name people know the node by.',
  'host.kernel': 'Stands in the report; some faults belong to some kernels.',
  'pve.local': 'pmxcfs makes this link: without it /etc/pve is an empty directory and says nothing about guests.',
  'pve.version': 'Change counters of the cluster file system.',
  'pve.vmlist.1': 'Which guest lives where. Read twice: a guest that moves in between is not judged.',
  'pve.members': 'Members of the cluster and whether it is quorate: proves which nodes belong together.',
  'pve.ha.1': 'Guests that HA is moving are not judged. Only service, node, state and target leave the node.',
  'pve.datacenter': 'Which guest number is given out next, and so who would hit a leftover mapping. Only the line next-id leaves the node.',
  'pve.tasks.1': 'A guest with a running task is not judged. Only running tasks, and never who started them.',
  'host.stat.1': 'Processor time at the start; with host.stat.2 it gives the load of the processors.',
  'pve.guests':
    'Which volumes guests reference, on every node, in every snapshot. Only names, locks and volumes leave the node; of everything else only words that could be a volume.',
  'pve.storage': 'Which volume group belongs to which storage. No user names, servers or passwords.',
  'dm.info.1': 'Every mapping with its UUID, open count and what lies below and above it. Asks the kernel, touches no disk.',
  'dm.multipath':
    'Which multipath map has a working path. LVM runs only when every one has, or it would hang in the kernel. Asks the kernel, touches no path.',
  'lvm.report': 'Which volumes exist. What LVM says on standard error counts: a lagging or missing disk shows itself only there.',
  'lvm.autoactivation': 'Which volumes this node will activate at its next boot. Apart, because older LVM does not know the column.',
  'host.devices': 'Whether the disk below a mapping still exists. Only numbers of block devices leave the node.',
  'dm.table': 'Which extents every mapping leads to. Of targets that can hold keys only type and devices leave the node.',
  'dm.info.2': 'The second reading of dm.info.1: a mapping that changed in between is not judged.',
  'dm.thin-pool.mode':
    'Whether a thin pool takes writes, is read-only, failed, or wants a check, and past which mark it is filled. Of the counters only marks.',
  'dm.thin-pool': 'Whether a thin pool is full, read-only or in need of repair. Asks the kernel, writes no metadata.',
  'dm.cookies': 'Commands that wait for udev, which is why an LVM command may not come back.',
  'lvm.locks':
    'Which command keeps the lock of a volume group for more than a minute, and whether another one waits: why every LVM command hangs. Also cookies of udev that nobody took back for that long.',
  'pve.vmlist.2': 'The second reading of pve.vmlist.1.',
  'pve.ha.2': 'The second reading of pve.ha.1.',
  'pve.tasks.2': 'The second reading of pve.tasks.1.',
  'pve.tasks.failed':
    'Whether a fault has hit somebody already: tasks of the last 7 days that failed at activating or making a volume. Never who started them; of the error only known sentences.',
  'qm.list': 'Which virtual machines run on this node. Only numbers and statuses leave the node. Not run while a virtual machine hangs.',
  'pct.list': 'Which containers run on this node. Only numbers and statuses leave the node. Not run while a virtual machine hangs.',
  'guest.pids': 'Which process belongs to which guest.',
  'guest.processes':
    'When guests started: one that was just started may not have its mappings yet. Only processes of guests, and of them only numbers, state and name.',
  'host.packages': 'Versions decide which behaviour of Proxmox VE and LVM applies. Exits with 1 when one of them is not installed.',
  'host.mentions': 'A volume somebody mounts or exports by hand is in use. Only names of volumes and paths below /dev leave the node.',
  'host.uptime': 'Seconds since boot.',
  'host.loadavg': 'Load of the last minutes.',
  'host.meminfo': 'Memory and swap in use.',
  'host.processor': 'Model and number of processors; no serial numbers.',
  'host.network': 'Bytes, errors and drops of hardware, bonds and bridges; no interfaces of guests and no addresses.',
  'host.mounts': 'Which directories lie on local file systems: only those are asked how full they are. Only how many of each type leaves the node.',
  'host.stat.2': 'Processor time at the end, and the time of boot.',
  'host.file-systems':
    'Space in use on the root file system and on storages that are local directories: never on a network mount. Paths stay on the node, the names of storages leave it.',
  'zfs.pools': 'Size and use of ZFS pools.',
};
