# damage-node.sh: groups and storages of the second machine.

# Processes are told by their name; a guest must have run for a while before anything is said about its disks, and so must
# those who keep LVM waiting. A cookie of udev that nobody takes back is left as well.
make_processes() {
  cp "$(command -v sleep)" /tmp/kvm
  holder=/tmp/kvm
  early=$(hold /dev/null)
  quietly dmsetup udevcreatecookie
}
let_guests_settle() {
  until [ "$(cut -d. -f1 /proc/uptime)" -ge 160 ] && [ "$(cut -d. -f1 /proc/uptime)" -ge $((held_since + 65)) ]; do sleep 1; done
}

make_damage_groups() {
  quietly vgcreate san1vg "$(disk san1)" "$(disk san2)"
  quietly vgcreate pve "$(disk local)"
  quietly lvcreate --yes -Wy -L 8M -n swap pve
  quietly lvcreate --yes -Wy -L 8M -n root pve
  quietly lvcreate --yes --type thin-pool -L 64M --poolmetadatasize 4M -n data pve
  quietly vgcreate dead1vg "$(disk dead)"
  quietly vgcreate half1vg "$(disk half1)" "$(disk half2)"
  quietly vgcreate path1vg "$(disk path)"
  quietly vgcreate pools1vg "$(disk pools)"
  quietly vgcreate both1vg "$(disk both)"
}

# both1vg is seen by two nodes and not said to be shared; nodes: only there.
write_damage_storages() {
  cat >/etc/pve/storage.cfg <<'STORAGES'
dir: local
	path /var/lib/vz
	content iso,vztmpl,backup

lvmthin: local-lvm
	thinpool data
	vgname pve
	content rootdir,images

lvm: san-prod
	vgname san1vg
	content rootdir,images
	shared 1

lvm: san-dead
	vgname dead1vg
	content images
	shared 1

lvm: san-half
	vgname half1vg
	content images
	shared 1

lvm: san-path
	vgname path1vg
	content images
	shared 1

lvm: by-mistake
	vgname both1vg
	content images

lvm: absent
	vgname absent1vg
	content images
	shared 1

lvmthin: full
	thinpool full
	vgname pools1vg
	content images

lvmthin: readonly
	thinpool readonly
	vgname pools1vg
	content images

lvmthin: unchecked
	thinpool unchecked
	vgname pools1vg
	content images

lvmthin: asleep
	thinpool asleep
	vgname pools1vg
	content images
STORAGES
  printf 'keyboard: en-us\nnext-id: lower=300,upper=1000\n' >/etc/pve/datacenter.cfg
}

# run VMID PATH…: its process, with its disks open.
run() {
  local vmid=$1
  shift
  running "$vmid" "$(hold "$@")"
}

# The same machine as pve2: it sees the shared groups, has nothing active but what its guests need, and runs 341 as well.
become_other_node() {
  local round
  kill $(cat /run/qemu-server/*.pid) $(pgrep pvmove)
  for round in {1..5}; do
    udevadm settle
    dmsetup remove_all >/dev/null 2>&1 || true
  done
  hide local half1 half2 path pools image
  quietly lvchange -ay san1vg/vm-341-disk-0
  hold /dev/san1vg/vm-341-disk-0 >/srv/pve2/run/qemu-server/341.pid
}
