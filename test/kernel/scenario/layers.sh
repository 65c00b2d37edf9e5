# layers.sh: healthy volumes of every kind LVM and others build: compared and found the same, or not compared.

make_layers() {
  make_active san1vg vm-320-disk-0
  machine pve1 320 plain san-prod:vm-320-disk-0
  run 320 /dev/san1vg/vm-320-disk-0

  quietly lvcreate -aly -Wy --yes -i 2 -L 8M -n vm-321-disk-0 san1vg
  machine pve1 321 striped san-prod:vm-321-disk-0
  run 321 /dev/san1vg/vm-321-disk-0

  # Two segments, and the second one on another disk.
  quietly lvcreate -aly -Wy --yes -L 4M -n vm-322-disk-0 san1vg "$(disk san1)"
  quietly lvextend -L 8M san1vg/vm-322-disk-0 "$(disk san2)"
  machine pve1 322 two-segments san-prod:vm-322-disk-0
  run 322 /dev/san1vg/vm-322-disk-0

  make_active san1vg vm-323-disk-0
  quietly lvcreate -s --yes -L 4M -n snap_vm-323-disk-0_byhand san1vg/vm-323-disk-0
  machine pve1 323 with-snapshot san-prod:vm-323-disk-0
  run 323 /dev/san1vg/vm-323-disk-0

  quietly lvcreate -aly -Wy --yes --type raid1 -m 1 -L 8M -n vm-324-disk-0 san1vg
  machine pve1 324 raid san-prod:vm-324-disk-0
  run 324 /dev/san1vg/vm-324-disk-0

  quietly lvcreate -aly -Wy --yes --type mirror -m 1 --mirrorlog core -L 8M -n vm-325-disk-0 san1vg
  machine pve1 325 mirror san-prod:vm-325-disk-0
  run 325 /dev/san1vg/vm-325-disk-0

  make_active san1vg vm-326-disk-0
  quietly lvcreate -an --yes -Zn -L 8M -n fast san1vg
  quietly lvconvert --yes --type cache --cachevol fast --chunksize 64k san1vg/vm-326-disk-0
  machine pve1 326 cached san-prod:vm-326-disk-0
  run 326 /dev/san1vg/vm-326-disk-0

  make_active san1vg vm-327-disk-0
  dmsetup create secret --uuid CRYPT-PLAIN-secret --table "0 8192 crypt aes-xts-plain64 $(printf '0%.0s' {1..64}) 0 /dev/san1vg/vm-327-disk-0 0"
  machine pve1 327 encrypted san-prod:vm-327-disk-0 'args: -drive file=/dev/mapper/secret,format=raw'
  run 327 /dev/mapper/secret

  make_thin vm-328-disk-0
  quietly lvcreate -s --yes -n snap_vm-328-disk-0_before pve/vm-328-disk-0
  machine pve1 328 thin local-lvm:vm-328-disk-0 'parent: before

[before]
scsi0: local-lvm:vm-328-disk-0,size=8M
snaptime: 1763590001'
  run 328 /dev/pve/vm-328-disk-0
  make_thin vm-329-disk-0
  quietly lvextend -L 12M pve/vm-329-disk-0
  machine pve1 329 thin-extended local-lvm:vm-329-disk-0
}

# In the middle of a pvmove: it is started and looks again in ten minutes only.
move_half_way() {
  quietly lvcreate -aly -Wy --yes -L 8M -n vm-330-disk-0 san1vg "$(disk san1)"
  machine pve1 330 being-moved san-prod:vm-330-disk-0
  run 330 /dev/san1vg/vm-330-disk-0
  quietly pvmove -b -i +600 -n vm-330-disk-0 "$(disk san1)" "$(disk san2)"
}
