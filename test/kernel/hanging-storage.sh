# hanging-storage.sh: what happens inside the test machine, in this order. A node with a group behind a multipath map, and
# /etc/pve on a disk of its own, so that it can stop answering as pmxcfs does. Each look is one run of the real collector.
# hanging-storage.test.ts says what each must have seen.
set -Eeuo pipefail
trap 'echo "failed: $BASH_COMMAND (${BASH_SOURCE[0]}:$LINENO)" >&2' ERR
here=/host/scenario
out=/host/out
mkdir -p "$out" /etc/pve
source "$here/lvm.sh"
source "$here/proxmox.sh"

# look NAME: one run; how long it took, what it said, what is remembered, and who of it is still there afterwards.
look() {
  local ended=0 before after
  step "look: $1"
  before=$(cut -d' ' -f1 /proc/uptime)
  PATH="/host/bin:$PATH" timeout 300 node /host/dist/sexton-collector.mjs collect >"$out/$1.snapshot" 2>"$out/$1.said" || ended=$?
  after=$(cut -d' ' -f1 /proc/uptime)
  echo "$ended" >"$out/$1.exit"
  echo "$before $after" | awk '{ print $2 - $1 }' >"$out/$1.seconds"
  node /host/dist/sexton-collector.mjs status --json >"$out/$1.status" 2>&1 || true
  list_left >"$out/$1.left"
}

# Processes a run may leave behind, one line each: state and name.
list_left() {
  local pid
  for pid in $(ls /proc | grep -E '^[0-9]+$'); do
    sed -nE 's/^[0-9]+ \((lvm|lvs|node|dmsetup|qm|pct)\) (.) .*/\2 \1/p' "/proc/$pid/stat" 2>/dev/null || true
  done
}

# at_lvm COMMAND…: runs it the moment the collector starts LVM, after it looked whether it may.
at_lvm() {
  mkdir -p /host/bin
  printf '#!/bin/bash\n%s\nexec /usr/sbin/lvm "$@"\n' "$*" >/host/bin/lvm
  chmod 755 /host/bin/lvm
}
no_surprise() { rm -f /host/bin/lvm; }

# Whatever waited for the storage goes on and ends.
wait_until_none_left() {
  for _ in {1..100}; do
    [ -n "$(list_left)" ] || return 0
    sleep 0.2
  done
  return 1
}

step 'storage'
modprobe -a dm-mod dm-multipath dm-service-time dm-delay
path=$(disk san)
sectors=$(blockdev --getsz "$path")
number=$(cat "/sys/class/block/$(basename "$path")/dev")
dmsetup create mpathc --uuid mpath-36001405aabbccdd0aabbccdd0aabbccd \
  --table "0 $sectors multipath 1 queue_if_no_path 0 1 1 service-time 0 1 2 $number 1 1"
udevadm settle
quietly vgcreate san1vg /dev/mapper/mpathc
quietly vgcreate pve "$(disk local)"
make_active san1vg vm-100-disk-0
make_inactive san1vg vm-101-disk-0

config=$(disk config)
dmsetup create config --table "0 $(blockdev --getsz "$config") linear $config 0"
quietly mkfs.ext4 -q -O ^has_journal /dev/mapper/config
mount -o noatime /dev/mapper/config /etc/pve
make_node pve1 ''
write_storages
guest pve1 qemu 100 <<'CONFIG'
name: web1
scsi0: san-prod:vm-100-disk-0,size=8M
CONFIG

look healthy

step 'no path, and the map queues'
dmsetup message mpathc 0 "fail_path $number"
look dead-map
look dead-map-again
dmsetup message mpathc 0 "reinstate_path $number"

step 'the last path goes after the look'
at_lvm "dmsetup message mpathc 0 'fail_path $number'"
look lost-path
no_surprise
look lost-path-again
dmsetup message mpathc 0 "reinstate_path $number"
wait_until_none_left
look path-back

step 'suspended'
dmsetup suspend mpathc
look suspended
dmsetup resume mpathc
at_lvm 'dmsetup suspend mpathc'
look late-suspend
no_surprise
look late-suspend-again
# As after a boot from a disk that may only be read: nothing was remembered, and it must not begin anew.
rm /var/lib/sexton/stuck.json
look late-suspend-forgotten
dmsetup resume mpathc
wait_until_none_left
look resumed

step 'a virtual machine waits for a disk that does not answer'
# Udev would look at the new disk itself, and wait with it.
udevadm control --stop-exec-queue
dmsetup create slow --noudevsync --addnodeoncreate --table "0 1024 delay $(disk slow) 0 600000"
cp /bin/dd /root/kvm
/root/kvm "if=/dev/dm-$(dmsetup info -c --noheadings -o minor slow)" of=/dev/null bs=4096 count=1 iflag=direct 2>/dev/null &
sleep 1
grep -q ' D ' "/proc/$!/stat"
look blocked-guest
# Suspending makes the delay target answer everything at once.
dmsetup suspend --nolockfs slow
dmsetup resume --noudevsync slow
wait
dmsetup remove --noudevsync --retry slow
udevadm control --start-exec-queue

step '/etc/pve does not answer'
sync
echo 3 >/proc/sys/vm/drop_caches
dmsetup suspend --nolockfs config
look silent-pve
look silent-pve-again
ended=0
node /host/dist/sexton-collector.mjs enroll --server http://127.0.0.1:9 --token-file /dev/null >"$out/enroll.said" 2>&1 || ended=$?
echo "$ended" >"$out/enroll.exit"
dmsetup resume config
wait_until_none_left
look all-well
step 'done'
