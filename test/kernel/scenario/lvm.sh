# lvm.sh: volume groups, volumes, and another node that changes them.
export LC_ALL=C LVM_SUPPRESS_FD_WARNINGS=1

step() { printf '[%s] %s\n' "$(cut -d. -f1 /proc/uptime)" "$*"; }

# Output of commands that succeed is noise; of one that fails it is the reason.
quietly() {
  local said
  if ! said=$("$@" 2>&1); then
    printf 'failed: %s\n%s\n' "$*" "$said" >&2
    return 1
  fi
}

disk() { readlink -f "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_$1"; }

# elsewhere LVREMOVE|LVRENAME|LVCREATE ARGUMENTS…
elsewhere() {
  local command=$1
  shift
  quietly "$command" --driverloaded n "$@"
}

# As Proxmox VE makes them on thick LVM: active here.
make_active() { quietly lvcreate -aly -Wy --yes -L "${3:-8M}" -n "$2" "$1"; }
# Nowhere active: one metadata write, no device.
make_inactive() { quietly lvcreate -an -Zn -Wn --yes -L "${3:-8M}" -n "$2" "$1"; }
# on GROUP DISK VOLUME
on() { quietly lvcreate -aly -Wy --yes -L 8M -n "$3" "$1" "$(disk "$2")"; }
make_thin() { quietly lvcreate -aly --yes -V 8M --thinpool data -n "$1" pve; }

# hold PATH…: a process that keeps the devices open, as QEMU does. Prints its process id.
holder=sleep
hold() {
  (
    exec >/dev/null 2>&1 </dev/null
    for path in "$@"; do exec {descriptor}<"$path"; done
    exec $holder 100000
  ) &
  echo $!
}

# hide DISK…: as a filter, a missing LUN or a dead path does. Only these: replaces what was hidden before. No "accept
# the rest" at the end: LVM takes a device when any of its other names is accepted.
hide() {
  local name patterns=()
  for name in "$@"; do patterns+=("\"r|^$(disk "$name")\$|\""); done
  printf 'devices { scan_lvs=0 global_filter=[%s] }\n' "$(IFS=,; echo "${patterns[*]}")" >/etc/lvm/lvmlocal.conf
}

make_groups() {
  quietly vgcreate san1vg "$(disk san)"
  quietly vgcreate pve "$(disk local)"
  quietly lvcreate --yes -Wy -L 8M -n swap pve
  quietly lvcreate --yes --type thin-pool -L 64M --poolmetadatasize 4M -n data pve
}
