# guests.sh: every guest of the cluster. What is healthy about it or wrong with it stands in healthy.sh and faults.sh.

# machine NODE VMID NAME VOLUME [LINES]: a virtual machine with one disk.
machine() {
  guest "$1" qemu "$2" <<CONFIG
boot: order=scsi0
cores: 2
memory: 2048
name: $3
net0: virtio=BC:24:11:00:00:${2: -2},bridge=vmbr0
scsi0: $4,size=8M
scsihw: virtio-scsi-single
${5:+$5
}
CONFIG
}

container() {
  guest "$1" lxc "$2" <<CONFIG
arch: amd64
hostname: $3
memory: 512
ostype: debian
rootfs: $4,size=8M
CONFIG
}

write_guests() {
  # On this node.
  machine pve1 100 web1 san-prod:vm-100-disk-0 'ide2: san-prod:vm-100-cloudinit,media=cdrom,size=4M'
  guest pve1 qemu 101 <<'CONFIG'
#Stopped; everything it owns is named somewhere else than in a disk line.
name: archive
memory: 1024
parent: before
scsi0: san-prod:vm-101-disk-0,size=8M
unused0: san-prod:vm-101-disk-1

[PENDING]
scsi1: san-prod:vm-101-disk-2,size=8M

[before]
name: archive
memory: 1024
scsi0: san-prod:vm-101-disk-0,size=8M
snaptime: 1763590000
vmstate: san-prod:vm-101-state-before
CONFIG
  machine pve1 102 db1 san-prod:vm-102-disk-0
  guest pve1 qemu 104 <<'CONFIG'
args: -drive file=/dev/san1vg/vm-104-data,format=raw,if=virtio
memory: 512
CONFIG
  machine pve1 110 thin1 local-lvm:vm-110-disk-0 'parent: before

[before]
memory: 2048
name: thin1
scsi0: local-lvm:vm-110-disk-0,size=8M
snaptime: 1763590001'
  machine pve1 111 thin2 local-lvm:vm-111-disk-0
  machine pve1 112 golden local-lvm:base-112-disk-0 'template: 1'
  machine pve1 121 made-anew san-prod:vm-121-disk-0
  machine pve1 123 took-over san-prod:vm-123-disk-0
  machine pve1 133 moving-a-disk san-prod:vm-133-disk-0
  machine pve1 150 lost-snapshot san-prod:vm-150-disk-0
  machine pve1 160 on-hidden san-hidden:vm-160-disk-0 'scsi1: san-hidden:vm-161-disk-0,size=8M'
  machine pve1 170 on-old san-old:vm-170-disk-0 'scsi1: san-old:vm-171-disk-0,size=8M'
  machine pve1 180 on-lagging san-lagging:vm-180-disk-0
  machine pve1 190 on-gone san-gone:vm-190-disk-0
  container pve1 200 proxy san-prod:vm-200-disk-0
  container pve1 201 dns local-lvm:vm-201-disk-0
  # On the others.
  machine pve2 105 arriving san-prod:vm-105-disk-0 'lock: migrate'
  machine pve2 126 took-over-there san-prod:vm-126-disk-0
  machine pve2 130 lives-on-pve2 san-prod:vm-130-disk-0
  container pve2 210 mail san-prod:vm-210-disk-0
  machine pve3 220 lives-on-pve3 san-prod:vm-220-disk-0
}
