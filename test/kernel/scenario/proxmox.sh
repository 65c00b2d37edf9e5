# proxmox.sh: /etc/pve as pmxcfs shows it, running guests, tasks. Below a root: '' is this machine itself.

# make_node NAME ROOT: what is true of one node only.
make_node() {
  local name=$1 root=$2
  mkdir -p "$root"/etc/pve/nodes/{pve1,pve2,pve3}/{qemu-server,lxc} "$root"/var/log/pve/tasks "$root"/run/{qemu-server,lxc}
  ln -sfn "nodes/$name" "$root/etc/pve/local"
  ln -sfn "nodes/$name/qemu-server" "$root/etc/pve/qemu-server"
  ln -sfn "nodes/$name/lxc" "$root/etc/pve/lxc"
  : >"$root/var/log/pve/tasks/active"
  install -D -t "$root/usr/sbin" "$here"/stubs/*
  printf '%s' "$name" | md5sum | cut -d' ' -f1 >"$root/etc/machine-id"
  cat >"$root/etc/pve/.members" <<MEMBERS
{
"nodename": "$name",
"version": 7,
"cluster": { "name": "lab", "version": 3, "nodes": 3, "quorate": 1 },
"nodelist": {
  "pve1": { "id": 1, "online": 1, "ip": "10.0.2.15"},
  "pve2": { "id": 2, "online": 1, "ip": "10.0.2.16"},
  "pve3": { "id": 3, "online": 1, "ip": "10.0.2.17"}
  }
}
MEMBERS
  cat >"$root/etc/pve/.version" <<'VERSION'
{ "starttime": 1763600000, "clinfo": 7, "vmlist": 40, "corosync.conf": 1, "storage.cfg": 2, "datacenter.cfg": 1, "kvstore": { } }
VERSION
}

# copy_cluster_to NAME ROOT: pve2 sees the same configurations, from its own side and with its own kernel files.
copy_cluster_to() {
  local name=$1 root=$2
  mkdir -p "$root"/{etc,proc/sys/kernel/random}
  cp -a /etc/pve "$root/etc/"
  cp /etc/fstab "$root/etc/" 2>/dev/null || true
  make_node "$name" "$root"
  echo "$name" | tee "$root/etc/hostname" >"$root/proc/sys/kernel/hostname"
  echo 5e00a0b2-0000-4000-8000-000000000002 >"$root/proc/sys/kernel/random/boot_id"
  local file
  for file in sys/kernel/osrelease uptime loadavg meminfo stat; do cat "/proc/$file" >"$root/proc/$file"; done
}

write_storages() {
  cat >/etc/pve/storage.cfg <<'STORAGES'
dir: local
	path /var/lib/vz
	content iso,vztmpl,backup

lvmthin: local-lvm
	thinpool data
	vgname pve
	content rootdir,images

lvm: san-prod
	vgname san1vg
	content rootdir,images
	saferemove 1
	shared 1

lvm: san-hidden
	vgname hidden1vg
	content images
	shared 1

lvm: san-old
	vgname old1vg
	content images
	shared 1

lvm: san-lagging
	vgname lag1vg
	content images
	shared 1

lvm: san-gone
	vgname gone1vg
	content images
	shared 1
STORAGES
  printf 'keyboard: en-us\nnext-id: lower=120,upper=1000\n' >/etc/pve/datacenter.cfg
}

# guest NODE qemu|lxc VMID: its configuration from standard input, and the list of all guests brought up to date.
guest() {
  local directory=qemu-server
  [ "$2" = qemu ] || directory=lxc
  cat >"/etc/pve/nodes/$1/$directory/.new"
  mv "/etc/pve/nodes/$1/$directory/.new" "/etc/pve/nodes/$1/$directory/$3.conf"
  register "$1" "$2" "$3"
}
forget_guest() {
  rm -f "/etc/pve/nodes/$1/qemu-server/$2.conf"
  unregister "$2"
}

declare -A listed=()
list_version=1
register() {
  list_version=$((list_version + 1))
  listed[$3]="{ \"node\": \"$1\", \"type\": \"$2\", \"version\": $list_version }"
  write_list
}
unregister() {
  list_version=$((list_version + 1))
  unset "listed[$1]"
  write_list
}
write_list() {
  local vmid separator=''
  {
    printf '{\n"version": %d,\n"ids": {\n' "$list_version"
    for vmid in "${!listed[@]}"; do
      printf '%s"%s": %s' "$separator" "$vmid" "${listed[$vmid]}"
      separator=$',\n'
    done
    printf '}\n\n}\n'
  } >/etc/pve/.vmlist.new
  mv /etc/pve/.vmlist.new /etc/pve/.vmlist
}

# running VMID PID: how a running machine shows itself.
running() { echo "$2" >"/run/qemu-server/$1.pid"; }

# task TYPE ID PID: the line a running task has in the list of active ones; hexadecimal as in a UPID.
task() { printf 'UPID:pve1:%08X:%08X:%08X:%s:%s:root@pam: 0\n' "$3" "$(awk '{ print $22 }' "/proc/$3/stat")" "$(date +%s)" "$1" "$2"; }
set_tasks() {
  cat >/var/log/pve/tasks/active.new
  mv /var/log/pve/tasks/active.new /var/log/pve/tasks/active
}
