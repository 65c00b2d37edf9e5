#!/bin/busybox sh
# First process of the initial file system: mounts the root disk and hands over. @modules@ is filled in at build time.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in @modules@; do $b modprobe $module; done
$b mount -t ext4 /dev/vda /root || { echo "test machine: no root disk"; $b poweroff -f; }
$b mount -o move /dev /root/dev
init=/sbin/sexton-test-init
case "$($b cat /proc/cmdline)" in *systemd.unit=*) init=/lib/systemd/systemd ;; esac
$b umount /proc /sys
exec $b switch_root /root $init
