# sandbox.sh: what the collector sees with and without the sandbox of its unit, and what it cannot do in it.

look_plainly() { sexton-collector collect --raw >"$out/plain.snapshot"; }

# by_unit NAME COMMAND…: the unit as it is installed, but for its command.
by_unit() {
  local name=$1
  shift
  mkdir -p /run/systemd/system/sexton-collector.service.d
  printf '[Service]\nExecStart=\nExecStart=%s\nStandardOutput=file:/run/said\nStandardError=inherit\n' "$*" \
    >/run/systemd/system/sexton-collector.service.d/look.conf
  systemctl daemon-reload
  : >/run/said
  record "$name" systemctl start sexton-collector.service
  rm -r /run/systemd/system/sexton-collector.service.d
  systemctl daemon-reload
  cp /run/said "$out/$name.said"
}

look_by_unit() { by_unit "$1" /usr/bin/sexton-collector collect --raw; }

# One attempt each. package.test.ts says which may succeed.
cannot_write() {
  cat >/usr/local/bin/attempts <<'ATTEMPTS'
#!/bin/bash
try() { if "${@:2}" >/dev/null 2>&1; then echo "$1: done"; else echo "$1: refused"; fi; }
disk=$(readlink -f /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_spare1)
try own-directory touch /var/lib/sexton/attempt
try read-disk dd if="$disk" of=/dev/null bs=512 count=1
try etc touch /etc/attempt
try cluster-files touch /etc/pve/attempt
try run touch /run/attempt
try lock-files touch /run/lock/attempt
try container-locks touch /run/lxc/attempt
try tmp touch /tmp/attempt
try root-home ls /root/.bashrc
try write-disk dd if=/dev/zero of="$disk" bs=512 count=1 conv=notrunc
try mount mount -t tmpfs none /mnt
try module modprobe loop
try kernel-setting sysctl -qw vm.swappiness=61
try clock date -s 2020-01-01
try tracing unshare -m true
ATTEMPTS
  chmod 755 /usr/local/bin/attempts
  mkdir -p /run/lxc
  by_unit attempts /usr/local/bin/attempts
  rm -f /usr/local/bin/attempts /var/lib/sexton/attempt /run/lock/attempt /run/lxc/attempt
}

# A FUSE file system whose daemon never answers, as a pmxcfs that hangs; and another one where storages are mounted.
hang_cluster_files() {
  mkdir -p /mnt/pve/nfs
  exec {first_daemon}<>/dev/fuse {second_daemon}<>/dev/fuse
  mount -i -t fuse -o "fd=$first_daemon,rootmode=40000,user_id=0,group_id=0,allow_other" none /mnt/pve/nfs
  mount -i -t fuse -o "fd=$second_daemon,rootmode=40000,user_id=0,group_id=0,allow_other" none /etc/pve
}

end_hanging() {
  umount -l /mnt/pve/nfs /etc/pve
  exec {first_daemon}>&- {second_daemon}>&-
  rmdir /mnt/pve/nfs /mnt/pve
}
