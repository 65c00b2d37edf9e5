# scenario.sh: what happens inside the test machine, in this order. It is the Proxmox VE node pve1 of a cluster of three;
# pve2 shares its storage and is played by the same machine afterwards; pve3 is a member nobody enrolled.
# "Elsewhere" is another node of the cluster: LVM writes the group's metadata and leaves this kernel's mappings alone.
#
# expectations.ts says what must be found.
set -Eeuo pipefail
trap 'echo "failed: $BASH_COMMAND (${BASH_SOURCE[0]}:$LINENO)" >&2' ERR
here=/host/scenario
out=/host/out
mkdir -p "$out"
source "$here/lvm.sh"
source "$here/proxmox.sh"
source "$here/guests.sh"
source "$here/healthy.sh"
source "$here/faults.sh"
source "$here/unseen.sh"
source "$here/churn.sh"
source "$here/collect.sh"

step 'groups and guests'
modprobe -a dm-mod dm-thin-pool dm-snapshot
make_groups
make_node pve1 ''
write_storages
write_guests
copy_cluster_to pve2 /srv/pve2

step 'healthy volumes'
make_healthy_thick_volumes
make_healthy_thin_volumes
make_volumes_in_flight
make_groups_to_lose

step 'faults'
cause_thick_faults
cause_thin_faults
lose_groups

step 'pve1 looks'
collect pve1 ''
probe pve1 ''
send pve1 ''

step 'pve1 looks while volumes come, are renamed and go'
collect_during_churn "$(cat /host/churn-captures)"

step 'pve2 looks'
become_pve2
collect pve2 /srv/pve2
probe pve2 /srv/pve2
send pve2 /srv/pve2
step 'done'
