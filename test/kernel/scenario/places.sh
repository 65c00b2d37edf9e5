# places.sh: volumes that are not where they belong, and names that are nobody's business.

put_volumes_in_places() {
  # dm.foreign-open: runs here, its configuration lives on pve2.
  make_active san1vg vm-340-disk-0
  run 340 /dev/san1vg/vm-340-disk-0
  machine pve2 340 lives-on-pve2 san-prod:vm-340-disk-0

  # dm.open-on-two-nodes: the guest runs here and, when pve2 looks, there.
  make_active san1vg vm-341-disk-0
  run 341 /dev/san1vg/vm-341-disk-0
  machine pve1 341 runs-twice san-prod:vm-341-disk-0

  # dm.missing-mapping: runs, and one of its disks is not active.
  make_active san1vg vm-342-disk-0
  make_inactive san1vg vm-342-disk-1
  running 342 "$early"
  machine pve1 342 lost-a-disk san-prod:vm-342-disk-0 'scsi1: san-prod:vm-342-disk-1,size=8M'

  # dm.idle-activation: stopped, thick, active, closed.
  make_active san1vg vm-343-disk-0
  machine pve1 343 stopped san-prod:vm-343-disk-0

  # guest.dangling-volume, thick and thin; and one of a group nobody can see.
  machine pve1 344 half-gone local-lvm:vm-344-disk-0 'scsi1: san-prod:vm-344-disk-1,size=8M'
  make_thin vm-344-disk-0
  machine pve1 345 thin-gone local-lvm:vm-345-disk-0
  machine pve1 346 on-absent absent:vm-346-disk-0

  # dm.autoactivation: one volume that will not come up by itself, all others will.
  quietly lvcreate -aly -Wy --yes --setautoactivation n -L 4M -n vm-347-disk-0 san1vg
  machine pve1 347 careful san-prod:vm-347-disk-0
  run 347 /dev/san1vg/vm-347-disk-0

  # Nobody's orphans, whoever names them.
  local name
  for name in vm-9999-pvc-0b54f9a0-61a4-4e1c-8a55-2f6d1f6f2c11 osd-block-5d0e8f2c-31c8-4b52-9a55-0c7f1c9e3a11 pvc-7c2f_00000 vm-348-state-before backup; do
    make_inactive san1vg "$name" 4M
  done

  # Names saferemove, snapshots of chains and qcow2 volumes have; nothing of guest 349 is left.
  for name in del-vm-349-disk-0 snap_vm-349-disk-1_before vm-349-disk-1.qcow2 base-349-disk-0 vm-349-cloudinit vm-349-fleece-0; do
    make_inactive san1vg "$name" 4M
  done

  # Both nodes see both1vg, and no entry says so.
  make_active both1vg vm-350-disk-0
  run 350 /dev/both1vg/vm-350-disk-0
  machine pve1 350 on-unshared by-mistake:vm-350-disk-0
}
