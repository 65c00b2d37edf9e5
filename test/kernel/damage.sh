# damage.sh: the second machine, the node pve1 of the same cluster. What was changed under its mappings, what lies above and
# below guests' disks, devices and pools that failed. scenario.sh is about volumes that come, go and are renamed.
#
# damage-expectations.ts says what must be found.
set -Eeuo pipefail
trap 'echo "failed: $BASH_COMMAND (${BASH_SOURCE[0]}:$LINENO)" >&2' ERR
here=/host/scenario
out=/host/out
mkdir -p "$out"
source "$here/lvm.sh"
source "$here/proxmox.sh"
source "$here/guests.sh"
source "$here/collect.sh"
source "$here/damage-node.sh"
source "$here/tables.sh"
source "$here/layers.sh"
source "$here/places.sh"
source "$here/devices.sh"
source "$here/pools.sh"
source "$here/intruders.sh"

step 'groups'
modprobe -a dm-mod dm-thin-pool dm-snapshot dm-raid dm-mirror dm-cache dm-cache-smq dm-crypt dm-multipath dm-round-robin dm-flakey
make_processes
make_guest_group_image
make_damage_groups
make_node pve1 ''
write_damage_storages

step 'tables and layers'
change_tables
make_layers
move_half_way

step 'pools'
break_pools
hold_lock

step 'places'
put_volumes_in_places

step 'devices'
break_devices

step 'pve1 looks'
let_guests_settle
collect damage ''
release_lock

step 'what guests keep in their disks'
let_guests_in
collect intruders ''

step 'what stands still'
stand_still
collect stuck ''
move_on

step 'pve2 looks'
copy_cluster_to pve2 /srv/pve2
become_other_node
collect pve2 /srv/pve2
step 'done'
