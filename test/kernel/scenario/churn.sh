# churn.sh: guests are made and destroyed while the collector looks, as Proxmox VE does it: the lock first, then the
# volume, then the line in the configuration; saferemove renames to del-…, wipes in a task of its own, then removes.
# One loop does it all, because the list of guests has one writer; guest 710 lives elsewhere and outlives two rounds here.

collect_during_churn() {
  local churner number
  churn >"$out/churn.log" 2>&1 &
  churner=$!
  for ((number = 1; number <= $1; number++)); do
    sexton '' collect >"$out/churn-$number.snapshot"
  done
  touch /tmp/churn-enough
  wait "$churner"
  printf '%s\n' "$standing_tasks" | set_tasks
}

churn() {
  while [ ! -e /tmp/churn-enough ]; do
    sleep $((RANDOM % 4)) # or loop and collector fall into step and every capture sees the same moment
    make_guest_elsewhere 710
    make_and_destroy_guest 700
    make_and_destroy_guest 701
    destroy_guest_elsewhere 710
    echo round
  done
}

make_and_destroy_guest() {
  local vmid=$1 pid=$BASHPID
  add_tasks "$(task qmcreate "$vmid" "$pid")"
  echo 'lock: create' | guest pve1 qemu "$vmid"
  quietly lvcreate -aly -Wy --yes -L 4M -n "vm-$vmid-disk-0" san1vg
  machine pve1 "$vmid" "churn$vmid" "san-prod:vm-$vmid-disk-0"
  add_tasks
  add_tasks "$(task qmdestroy "$vmid" "$pid")"
  quietly lvrename san1vg "vm-$vmid-disk-0" "del-vm-$vmid-disk-0"
  add_tasks "$(task qmdestroy "$vmid" "$pid")" "$(task imgdel '' "$pid")"
  echo 'lock: destroyed' | guest pve1 qemu "$vmid"
  forget_guest pve1 "$vmid"
  add_tasks "$(task imgdel '' "$pid")"
  quietly lvremove -f "san1vg/del-vm-$vmid-disk-0"
  add_tasks
}

# Tasks of another node are not to be seen here, its locks are.
make_guest_elsewhere() {
  echo 'lock: create' | guest pve2 qemu "$1"
  elsewhere lvcreate -an -Zn -Wn --yes -L 4M -n "vm-$1-disk-0" san1vg
  machine pve2 "$1" "churn$1" "san-prod:vm-$1-disk-0"
}
destroy_guest_elsewhere() {
  elsewhere lvremove -f "san1vg/vm-$1-disk-0"
  echo 'lock: destroyed' | guest pve2 qemu "$1"
  forget_guest pve2 "$1"
}

add_tasks() { printf '%s\n' "$standing_tasks" "$@" | set_tasks; }
