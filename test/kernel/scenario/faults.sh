# faults.sh: faults as they happen in life.

cause_thick_faults() {
  # dm.stale-mapping: guest 120 was destroyed on another node while its disk was still active here.
  make_active san1vg vm-120-disk-0
  elsewhere lvremove -f san1vg/vm-120-disk-0

  # dm.impostor-mapping: destroyed elsewhere and made anew under the same number.
  make_active san1vg vm-121-disk-0
  elsewhere lvremove -f san1vg/vm-121-disk-0
  elsewhere lvcreate -an -Zn -Wn --yes -L 8M -n vm-121-disk-0 san1vg

  # dm.stale-name: the disk was given to another guest elsewhere, one that lives here and one that does not.
  make_active san1vg vm-122-disk-0
  elsewhere lvrename san1vg vm-122-disk-0 vm-123-disk-0
  make_active san1vg vm-125-disk-0
  elsewhere lvrename san1vg vm-125-disk-0 vm-126-disk-0

  # dm.unmanaged-name: somebody made a mapping by hand and gave it a guest disk's name.
  dmsetup create san1vg-vm--124--disk--0 --table "0 2048 linear $(disk spare0) 2048"

  # dm.foreign-activation: the guest lives on pve2, its disk is active here and closed.
  make_active san1vg vm-130-disk-0

  # dm.unreferenced-volume: no guest names it.
  make_inactive san1vg vm-131-disk-0

  # dm.stale-mapping, a snapshot layer: the snapshot was removed elsewhere. Its origin is alive.
  make_active san1vg vm-150-disk-0
  quietly lvcreate -s --yes -L 4M -n snap_vm-150-disk-0_old san1vg/vm-150-disk-0
  elsewhere lvremove -f san1vg/snap_vm-150-disk-0_old
}

cause_thin_faults() {
  # dm.unreferenced-volume, thin.
  make_thin vm-132-disk-0
  quietly lvchange -an pve/vm-132-disk-0

  # dm.stale-mapping, thin: the group's metadata was put back to before the volume was made. Last change of the group:
  # pool and metadata no longer agree on the transaction.
  quietly vgcfgbackup -f /tmp/pve.before pve
  make_thin vm-140-disk-0
  quietly vgcfgrestore --force --yes -f /tmp/pve.before pve
}
