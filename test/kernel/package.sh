# package.sh: the life of the Debian package on a node with systemd: installed, enrolled, started by its unit, upgraded,
# removed, purged. package.test.ts says what must come of it.
set -Eeuo pipefail
trap 'echo "failed: $BASH_COMMAND (${BASH_SOURCE[0]}:$LINENO)" >&2' ERR
here=/host/scenario
out=/host/out
mkdir -p "$out"
source "$here/lvm.sh"
source "$here/proxmox.sh"
source "$here/guests.sh"
source "$here/healthy.sh"
source "$here/faults.sh"
source "$here/package-life.sh"
source "$here/sandbox.sh"

step 'a node with guests'
modprobe -a dm-mod dm-thin-pool dm-snapshot fuse
make_groups
make_node pve1 ''
write_storages
write_guests
make_healthy_thick_volumes
make_healthy_thin_volumes
cause_thick_faults
allow_http

step 'installed'
list_files >"$out/before"
record install apt-get install -qy "/host/$(cat /host/package)"
record timer systemctl is-enabled sexton-collector.timer
record timer-active systemctl is-active sexton-collector.timer
record not-enrolled systemctl start sexton-collector.service
record verify systemd-analyze verify --man=no sexton-collector.service sexton-collector.timer
record security systemd-analyze security --no-pager sexton-collector.service

step 'enrolled, and looked at from inside the sandbox'
enrol enrol
look_plainly
look_by_unit sandboxed
cannot_write

step 'started by the timer'
start_by_timer

step 'storage hangs'
hang_cluster_files
by_unit hanging /usr/sbin/dmsetup info -c --noheadings -o name
end_hanging

step 'upgraded'
remember_key before-upgrade
record upgrade apt-get install -qy "/host/$(cat /host/newer-package)"
remember_key after-upgrade
record timer-after-upgrade systemctl is-active sexton-collector.timer

step 'removed and installed again'
record remove apt-get remove -qy sexton-collector
remember_key after-remove
record reinstall dpkg -i "/host/$(cat /host/newer-package)"
remember_key after-reinstall
record timer-after-reinstall systemctl is-active sexton-collector.timer

step 'removed, later purged'
record remove-2 dpkg --remove sexton-collector
record purge apt-get purge -qy sexton-collector
list_files >"$out/after"
record known dpkg-query -W sexton-collector

step 'purged while the server hangs'
record install-2 dpkg -i "/host/$(cat /host/package)"
enrol enrol-2
sed -i "s#http://10.0.2.2:[0-9]*#$(cat /host/mute)#" /var/lib/sexton/enrolment.json
record purge-mute dpkg --purge sexton-collector

step 'purged together with Node.js'
record install-3 dpkg -i "/host/$(cat /host/package)"
enrol enrol-3
record purge-all apt-get purge -qy sexton-collector nodejs
record node-gone test ! -e /usr/bin/node
list_files >"$out/after-all"
step 'done'
