# collect.sh: the real collector, on Debian's Node, once as each node. Nothing below knows what it will find.

# sexton ROOT COMMAND…
sexton() {
  local root=$1
  shift
  PATH="$root/usr/sbin:$PATH" node /host/dist/sexton-collector.mjs "$@" ${root:+--root "$root"} --config "$root/etc/sexton/collector.json"
}

# collect NODE ROOT
collect() {
  mkdir -p "$2/etc/sexton"
  echo '{"insecure_http": true}' >"$2/etc/sexton/collector.json"
  sexton "$2" collect >"$out/$1.snapshot"
}

# probe NODE ROOT: sexton-probe.sh, as ssh would run it; on pve1 with all file systems read-only but for /run, where LVM
# wants to be able to lock although it does not, and which is looked through afterwards.
probe() {
  if [ -n "$2" ]; then
    SEXTON_PROBE_ROOT=$2 SEXTON_PROBE_PATH=$2/usr/sbin sh -s </host/dist/sexton-probe-below-root.sh >"$out/$1.probe"
    return
  fi
  touch /tmp/before-probe
  unshare -m bash -c 'cut -d" " -f2 /proc/self/mounts | grep -v "^/run" | while read -r at; do mount -o remount,bind,ro "$at" || true; done
    ! touch /tmp/written /var/lib/written 2>/dev/null || exit 1
    exec sh -s' </host/dist/sexton-probe.sh >"$out/$1.probe"
  find /run/lock /run/lvm -newer /tmp/before-probe >"$out/$1.probe.wrote" 2>/dev/null || true
}

# send NODE ROOT: enrols and posts to the server on the host, which the test announced with two files, server and token.
send() {
  local ended=0
  sexton "$2" enroll --server "$(cat /host/server)" --token-file "/host/token" >"$out/$1.enroll" 2>&1 || ended=$?
  echo "$ended" >"$out/$1.enroll.exit"
  ended=0
  sexton "$2" send --report >"$out/$1.send" 2>&1 || ended=$?
  echo "$ended" >"$out/$1.send.exit"
}

# The same machine as pve2: no mapping of pve1 left, pve1's own disks out of sight, the shared ones all there.
become_pve2() {
  local round name
  umount /mnt/200
  kill $(cat /run/qemu-server/*.pid /run/lxc/*.pid | sort -u)
  for round in {1..8}; do
    udevadm settle
    for name in $(dmsetup info -c --noheadings -o name,open --separator ' ' | awk '$2 == 0 { print $1 }'); do
      dmsetup remove "$name" 2>/dev/null || true
    done
  done
  hide local spare0
  quietly lvchange -ay san1vg/vm-130-disk-0 san1vg/vm-105-disk-0 san1vg/vm-210-disk-0
}
