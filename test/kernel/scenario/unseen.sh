# unseen.sh: groups this node cannot see whole. LVM then shows volumes as gone that are alive, with exit code 0.
# Nothing in them may be called a leftover; the node must say that it could not check.

# Two disks each, the volumes on a known one.
make_groups_to_lose() {
  quietly vgcreate hidden1vg "$(disk spare1)" "$(disk spare2)"
  on hidden1vg spare1 vm-160-disk-0
  on hidden1vg spare2 vm-161-disk-0
  on hidden1vg spare1 vm-162-disk-0
  elsewhere lvremove -f hidden1vg/vm-162-disk-0

  quietly vgcreate old1vg "$(disk spare3)" "$(disk spare4)"
  on old1vg spare3 vm-170-disk-0
  keep_copy spare4
  on old1vg spare4 vm-171-disk-0

  quietly vgcreate lag1vg "$(disk spare5)" "$(disk spare6)"
  on lag1vg spare5 vm-180-disk-0
  keep_copy spare6
  on lag1vg spare5 vm-181-disk-0
  elsewhere lvremove -f lag1vg/vm-181-disk-0

  quietly vgcreate gone1vg "$(disk spare7)"
  on gone1vg spare7 vm-190-disk-0
}

keep_copy() { dd if="$(disk "$1")" of="/tmp/$1.copy" bs=1M count=1 iflag=direct status=none; }
put_back() { dd if="/tmp/$1.copy" of="$(disk "$1")" bs=1M count=1 conv=notrunc oflag=direct status=none; }

lose_groups() {
  # Both disks visible, one of them with older metadata; and the same where only that one is visible.
  put_back spare6
  put_back spare4
  hide spare2 spare3 spare7
}
