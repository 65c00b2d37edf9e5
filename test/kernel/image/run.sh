#!/bin/bash
# Finds the shared directory, the disks and the network, runs /host/.machine/script, powers off. Started by process 1:
# init.sh, or systemd where a test wants it.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
umask 022
mkdir -p /host
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
