#!/bin/sh
# Inside new user, mount, network, PID, IPC and UTS namespaces: makes a root of nothing but a read-only /usr and the prepared
# node, leaves the machine's own root for good, gives up every capability, and runs the script. enter-sandbox.sh DIRECTORY
set -eu
root=$1/mount
mkdir -p "$root"
mount -t tmpfs -o mode=0755 node "$root"
cd "$root"
mkdir usr dev proc tmp run var opt root old
cp -R "$1/etc" etc
cp -R "$1/node" opt/node
cp -R "$1/stubs" opt/stubs
cp "$1/script" opt/script
mkdir -p var/log var/tmp
mount --bind /usr usr
mount -o remount,bind,ro,nosuid,nodev usr
# Also under their full paths: the machine's own are out of reach.
for stub in opt/stubs/*; do
  for place in usr/sbin usr/bin; do
    [ -e "$place/${stub##*/}" ] && mount --bind "$stub" "$place/${stub##*/}"
  done
done
for name in bin sbin lib lib32 lib64; do
  if [ -L "/$name" ]; then ln -s "usr/$name" "$name"; elif [ -d "/$name" ]; then mkdir "$name"; mount --bind "/$name" "$name"; mount -o remount,bind,ro,nosuid,nodev "$name"; fi
done
# Links from /usr lead through it: awk is one.
if [ -d /etc/alternatives ]; then
  mkdir -p etc/alternatives
  mount --bind /etc/alternatives etc/alternatives
  mount -o remount,bind,ro,nosuid,nodev etc/alternatives
fi
for device in null zero urandom; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
for writable in tmp run var/log var/tmp root; do mount -t tmpfs -o size=16m,mode=1777 scratch "$writable"; done
mkdir run/told
mount --bind "$1/told" run/told
hostname "$(cat etc/hostname)"
pivot_root . old
umount -l /old
mount -o remount,ro /
cd /root
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all --securebits=+noroot,+noroot_locked \
  env -i PATH=/opt/stubs:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp TERM=dumb LANG=C.UTF-8 USER=root \
  bash -c 'ulimit -u 4096; ulimit -v 4194304; ulimit -f 32768; exec bash /opt/script "$@"' script
