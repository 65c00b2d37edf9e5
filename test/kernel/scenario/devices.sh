# devices.sh: disks that went, tables that answer with errors, mappings that stand still.

break_devices() {
  # dm.backing-gone: the disk is taken away, its mappings stay: one closed, one open.
  make_active dead1vg vm-360-disk-0
  make_active dead1vg vm-361-disk-0
  run 361 /dev/dead1vg/vm-361-disk-0
  machine pve1 360 on-dead-closed san-dead:vm-360-disk-0
  machine pve1 361 on-dead-open san-dead:vm-361-disk-0
  local device
  device=$(basename "$(disk dead)")
  echo 1 >"/sys/block/$device/device/delete"

  # dm.error-table: wiped, as `dmsetup remove --force` does; and an error target in the middle.
  make_active san1vg vm-362-disk-0
  run 362 /dev/san1vg/vm-362-disk-0
  dmsetup wipe_table san1vg-vm--362--disk--0
  machine pve1 362 wiped san-prod:vm-362-disk-0
  make_active san1vg vm-363-disk-0
  { dmsetup table san1vg-vm--363--disk--0 | sed 's/^0 16384 /0 8192 /'; echo '8192 8192 error'; } | dmsetup load san1vg-vm--363--disk--0
  dmsetup resume san1vg-vm--363--disk--0
  machine pve1 363 half-error san-prod:vm-363-disk-0

  # A group with one of two disks: LVM puts errors where the other one was.
  on half1vg half1 vm-364-disk-0
  on half1vg half2 vm-364-disk-1
  quietly lvchange -an half1vg
  machine pve1 364 on-half san-half:vm-364-disk-0 'scsi1: san-half:vm-364-disk-1,size=8M'
  hide half2
  quietly lvchange -ay --activationmode partial half1vg/vm-364-disk-0 half1vg/vm-364-disk-1

  # storage.multipath-bypass: the volume came up on a path before multipath took it.
  make_active path1vg vm-366-disk-0
  run 366 /dev/path1vg/vm-366-disk-0
  machine pve1 366 on-one-path san-path:vm-366-disk-0
  local path sectors
  path=$(disk path)
  sectors=$(blockdev --getsz "$path")
  dmsetup create mpatha --uuid mpath-3600140500000000000000000000000aa \
    --table "0 $sectors multipath 0 0 1 1 round-robin 0 1 1 $path 1000"
  udevadm settle
}

# Suspended, with nobody at work: from then on nobody may ask LVM.
stand_still() {
  make_active san1vg vm-365-disk-0
  run 365 /dev/san1vg/vm-365-disk-0
  machine pve1 365 suspended san-prod:vm-365-disk-0
  udevadm settle # or udev's own look at the new volume waits in it
  dmsetup suspend san1vg-vm--365--disk--0
}
move_on() { dmsetup resume --noudevsync san1vg-vm--365--disk--0; }
