# healthy.sh: what a node looks like when nothing is wrong. None of this may ever be reported.

make_healthy_thick_volumes() {
  local web proxy
  make_active san1vg vm-100-disk-0
  make_active san1vg vm-100-cloudinit 4M
  web=$(hold /dev/san1vg/vm-100-disk-0 /dev/san1vg/vm-100-cloudinit)
  running 100 "$web"

  # Named only as unused, pending, vmstate, in args; active nowhere.
  local volume
  for volume in vm-101-disk-0 vm-101-disk-1 vm-101-disk-2 vm-101-state-before vm-104-data vm-210-disk-0 vm-220-disk-0; do
    make_inactive san1vg "$volume"
  done

  # A snapshot taken by hand: four mappings (-real, -cow, origin, snapshot) for two volumes.
  make_active san1vg vm-102-disk-0
  quietly lvcreate -s --yes -L 4M -n snap_vm-102-disk-0_byhand san1vg/vm-102-disk-0
  running 102 "$(hold /dev/san1vg/vm-102-disk-0)"

  # A running container: its disk is mounted, in a way no process list shows.
  make_active san1vg vm-200-disk-0
  quietly mkfs.ext4 -q /dev/san1vg/vm-200-disk-0
  mkdir -p /mnt/200
  mount /dev/san1vg/vm-200-disk-0 /mnt/200
  proxy=$(hold /dev/null)
  echo "$proxy" >/run/lxc/200.pid

  # Kubernetes data: no guest names it while the pod is down.
  make_inactive san1vg vm-9999-pvc-0b54f9a0-61a4-4e1c-8a55-2f6d1f6f2c11
}

make_healthy_thin_volumes() {
  make_thin vm-110-disk-0
  running 110 "$(hold /dev/pve/vm-110-disk-0)"
  quietly lvcreate -s --yes -n snap_vm-110-disk-0_before pve/vm-110-disk-0
  make_thin vm-111-disk-0 # stopped guest; thin volumes stay active
  make_thin base-112-disk-0
  quietly lvchange -an pve/base-112-disk-0
  quietly lvchange -pr -ky pve/base-112-disk-0
  make_thin vm-201-disk-0
}

# Not where they belong, and for a good reason.
make_volumes_in_flight() {
  # A live migration to this node: active here, closed, the configuration still on pve2 and locked.
  make_active san1vg vm-105-disk-0
  # The target of qm move-disk: named nowhere until the copy is complete.
  make_active san1vg vm-133-disk-0
  make_active san1vg vm-133-disk-1
  local copy
  copy=$(hold /dev/san1vg/vm-133-disk-0)
  running 133 "$copy"
  standing_tasks=$(task qmmove 133 "$copy")
  printf '%s\n' "$standing_tasks" | set_tasks
}
