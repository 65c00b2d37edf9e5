#!/bin/bash
# Process 1 of the test machine: mounts, starts udevd, waits for the disks, runs /host/.machine/script, powers off.
# There is no systemd: nothing runs that a test did not start. Udevd starts before the drivers, so that only what is
# new makes events: triggering all of them costs seconds without hardware help.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
umask 022
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm /host
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock
mount -t tmpfs -o mode=1777 tmpfs /tmp
ip link set lo up
hostname -F /etc/hostname
/lib/systemd/systemd-udevd --daemon 2>/dev/null
modprobe -a 9pnet_virtio 9p virtio_scsi sd_mod virtio_net
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,access=any,cache=none host /host || echo "test machine: no /host"

# SCSI disks appear one after the other: wait for as many as run-machine.sh announced.
announced=$(sed -n 's/.*sexton.disks=\([0-9]*\).*/\1/p' /proc/cmdline)
for _ in {1..200}; do
  set -- /sys/block/sd*
  [ -e "$1" ] || set --
  [ $# -ge "${announced:-0}" ] && break
  sleep 0.1
done
udevadm settle

# Only now: udev takes a new network card down once, which would flush its routes.
card=$(basename /sys/class/net/e*)
ip addr add 10.0.2.15/24 dev "$card"
ip link set "$card" up
ip route add default via 10.0.2.2

cd /host || exit 1
setsid bash /host/.machine/script </dev/null >/host/.machine/stdout 2>/host/.machine/stderr
echo $? >/host/.machine/exit
# The root disk is thrown away: nothing needs to be stopped in order.
echo o >/proc/sysrq-trigger
sleep 30
