#!/bin/bash
# Process 1 of the test machine: mounts, starts udevd, hands over to run.sh.
# There is no systemd: nothing runs that a test did not start. Udevd starts before the drivers, so that only what is
# new makes events: triggering all of them costs seconds without hardware help.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
umask 022
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock
mount -t tmpfs -o mode=1777 tmpfs /tmp
ip link set lo up
hostname -F /etc/hostname
/lib/systemd/systemd-udevd --daemon 2>/dev/null
exec /sbin/sexton-test-run
