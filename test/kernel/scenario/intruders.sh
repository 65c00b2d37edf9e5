# intruders.sh: what is inside guests' disks, opened by the host: partitions, and volume groups in them.

# A guest's system disk, made before the host's group `pve` exists: a group of the same name, one of its volumes has a
# name of the host's as well.
make_guest_group_image() {
  quietly vgcreate pve "$(disk image)"
  quietly lvcreate --yes -Wy -L 8M -n root pve
  quietly lvcreate --yes -Wy -L 8M -n var pve
  quietly vgchange -an pve
  dd if="$(disk image)" of=/tmp/guest.image bs=1M iflag=direct status=none
  dd if=/dev/zero of="$(disk image)" bs=1M count=2 conv=notrunc oflag=direct status=none
  udevadm settle
}

let_guests_in() {
  # dm.held-by-partition: one of a running guest, with nothing in it.
  guest_disk 380
  partition 380
  run 380 /dev/san1vg/vm-380-disk-0

  # dm.held-by-guest-vg: a group of its own in the partition; its clone has the same, and LVM sees one group on two disks.
  guest_disk 381
  guest_disk 382
  partition 381
  quietly vgcreate inside1vg /dev/mapper/san1vg-vm--381--disk--0p1
  quietly lvcreate --yes -Wy -L 8M -n root inside1vg
  quietly lvcreate --yes --type thin-pool -L 8M --poolmetadatasize 4M -n data inside1vg
  quietly lvcreate --yes -V 8M --thinpool data -n srv inside1vg
  dd if=/dev/mapper/san1vg-vm--381--disk--0 of=/dev/mapper/san1vg-vm--382--disk--0 bs=1M iflag=direct oflag=direct status=none
  partition 382

  # lvm.duplicate-vg-name: the guest's group is called like the host's.
  guest_disk 383
  partition 383 /tmp/guest.image
  local inside
  inside=$(lvs --noheadings -o vg_uuid -S 'vg_name=pve && lv_name=var' | tr -d ' ')
  ! vgchange -ay --select "vg_uuid=$inside" >/dev/null 2>&1 # var comes up; root cannot, the host's is in its place
  dmsetup info pve-var >/dev/null
}

guest_disk() {
  make_active san1vg "vm-$1-disk-0" 36M
  machine pve1 "$1" "guest$1" "san-prod:vm-$1-disk-0"
}

# partition VMID [IMAGE]: as kpartx maps the first partition of a disk, 1 MiB from its beginning.
partition() {
  local disk=san1vg-vm--$1--disk--0 length
  length=$(($(blockdev --getsz "/dev/mapper/$disk") - 2048))
  [ $# -lt 2 ] || dd if="$2" of="/dev/mapper/$disk" bs=1M seek=1 conv=notrunc oflag=direct status=none
  dmsetup create "${disk}p1" --uuid "part1-$(dmsetup info -c --noheadings -o uuid "$disk")" --table "0 $length linear /dev/mapper/$disk 2048"
  udevadm settle
}
