# pools.sh: thin pools that fail, each in its way, and one nobody activated.

break_pools() {
  local pool
  for pool in full readonly unchecked asleep; do
    quietly lvcreate -aly --yes --type thin -L 8M --poolmetadatasize 4M --thinpool "$pool" -V 16M -n "vm-$((370 + ${#pool}))-disk-0" pools1vg
  done
  # Names by the length of the pool's: full 374, asleep 376, readonly 378, unchecked 379.
  machine pve1 374 on-full full:vm-374-disk-0
  machine pve1 376 on-asleep asleep:vm-376-disk-0
  machine pve1 378 on-readonly readonly:vm-378-disk-0
  machine pve1 379 on-unchecked unchecked:vm-379-disk-0

  # Out of data space: more is written than there is.
  quietly lvchange --errorwhenfull y pools1vg/full
  dd if=/dev/zero of=/dev/pools1vg/vm-374-disk-0 bs=1M count=12 oflag=direct status=none 2>/dev/null || true
  run 374 /dev/pools1vg/vm-374-disk-0

  # Read-only, as after a failed commit and a new activation.
  dmsetup table pools1vg-readonly-tpool | awk '{ $8 = $8 + 1; print $0, "read_only" }' | dmsetup load pools1vg-readonly-tpool
  dmsetup resume pools1vg-readonly-tpool
  run 378 /dev/pools1vg/vm-378-disk-0

  # Needs check: its metadata can be read and not be written any more, and then somebody writes data.
  dmsetup table pools1vg-unchecked_tmeta | awk '{ print $1, $2, "flakey", $4, $5, 0, 3600, 1, "error_writes" }' | dmsetup load pools1vg-unchecked_tmeta
  dmsetup suspend --noflush --nolockfs pools1vg-unchecked_tmeta
  dmsetup resume pools1vg-unchecked_tmeta
  dd if=/dev/zero of=/dev/pools1vg/vm-379-disk-0 bs=1M count=2 oflag=direct,sync status=none 2>/dev/null || true
  run 379 /dev/pools1vg/vm-379-disk-0

  quietly lvchange -an pools1vg/vm-376-disk-0 pools1vg/asleep
}

# lvm.commands-hang: somebody keeps the lock of the group, a command of LVM waits for it.
hold_lock() {
  flock /run/lock/lvm/V_pools1vg sleep 1000 >/dev/null 2>&1 </dev/null &
  locker=$!
  sleep 1
  lvs pools1vg >/dev/null 2>&1 </dev/null &
  held_since=$(cut -d. -f1 /proc/uptime)
}
release_lock() { kill "$locker" $(pgrep -P "$locker"); }
