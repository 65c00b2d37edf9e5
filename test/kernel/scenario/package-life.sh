# package-life.sh: one step of the package's life each, with what it said, how it ended and how long it took.

# record NAME COMMAND…
record() {
  local name=$1 ended=0 begun
  shift
  begun=$(date +%s%N)
  DEBIAN_FRONTEND=noninteractive "$@" >"$out/$name" 2>&1 </dev/null || ended=$?
  echo "$ended $(((($(date +%s%N) - begun)) / 1000000))" >"$out/$name.end"
}

# Plain http to the host is allowed by explicit setting only. A purge takes the file with it.
allow_http() {
  mkdir -p /etc/sexton
  echo '{"insecure_http": true}' >/etc/sexton/collector.json
}

enrol() {
  allow_http
  record "$1" sexton-collector enroll --server "$(cat /host/server)" --token-file /host/token
}

remember_key() { sha256sum /var/lib/sexton/key /var/lib/sexton/enrolment.json >"$out/$1"; }

# Everything on the disk but what dpkg, apt and the journal write about every package.
list_files() {
  find / -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /host -o -path /etc/sexton \
    -o -path /tmp -o -path /var/tmp \) -prune -o -print | sort
  ls /var/lib/dpkg/info/ | grep sexton || true
  [ ! -e /etc/sexton ] || [ "$(ls -A /etc/sexton)" = collector.json ] || ls -A /etc/sexton
}

# The timer as it is, but for its patience.
start_by_timer() {
  local stamp
  mkdir -p /run/systemd/system/sexton-collector.timer.d
  printf '[Timer]\nRandomizedDelaySec=0\nAccuracySec=1s\nOnCalendar=*:*:0/5\n' >/run/systemd/system/sexton-collector.timer.d/soon.conf
  systemctl daemon-reload
  stamp=$(systemctl show -P ExecMainStartTimestampMonotonic sexton-collector.service)
  systemctl restart sexton-collector.timer
  for _ in {1..120}; do
    [ "$(systemctl show -P ExecMainStartTimestampMonotonic sexton-collector.service)" = "$stamp" ] || break
    sleep 0.5
  done
  rm -r /run/systemd/system/sexton-collector.timer.d
  systemctl daemon-reload
  systemctl restart sexton-collector.timer
  for _ in {1..120}; do
    [ "$(systemctl is-active sexton-collector.service)" = activating ] || break
    sleep 0.5
  done
  systemctl show -p Result -p ExecMainStatus -p ExecMainStartTimestampMonotonic sexton-collector.service >"$out/by-timer"
  echo "before $stamp" >>"$out/by-timer"
  journalctl -q -u sexton-collector.service --no-pager -o cat >"$out/journal" || true
}
