#!/bin/bash
# test-setup.sh [--check]
#
# Installs what some test suites need and npm does not bring: Debian packages (as root, only what is missing) and the
# Node versions of Proxmox VE 7, 8 and 9. With --check nothing is installed: it lists what is missing and exits with 1.
# Exits with 3 when something is missing and cannot be installed here, and says which suites cannot run.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

project=$(cd "$(dirname "$0")/.." && pwd)
node_versions=$project/test/node-versions

# package|the file that proves it is there|suites that need it
needs='qemu-system-x86|/usr/bin/qemu-system-x86_64|kernel
mmdebstrap|/usr/bin/mmdebstrap|kernel
e2fsprogs|/usr/sbin/mke2fs|kernel
cpio|/usr/bin/cpio|kernel
xz-utils|/usr/bin/xz|kernel
dmsetup|/usr/sbin/dmsetup|kernel
chromium|/usr/bin/chromium|browser
fonts-dejavu|/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf|browser
openssh-client|/usr/bin/ssh-keygen|unit
lintian|/usr/bin/lintian|collector
curl|/usr/bin/curl|collector
dash|/usr/bin/dash|collector
busybox|/usr/bin/busybox|collector
mawk|/usr/bin/mawk|collector
gawk|/usr/bin/gawk|collector
shellcheck|/usr/bin/shellcheck|collector'

missing_packages() {
  local package proof suites
  while IFS='|' read -r package proof suites; do
    [ -e "$proof" ] || echo "$package|$suites"
  done <<<"$needs"
}

missing_node_versions() {
  local name
  for name in node12 node18 node20; do
    [ -x "$node_versions/node_modules/$name/bin/node" ] || echo "$name"
  done
}

list_missing() {
  missing_packages | while IFS='|' read -r package suites; do
    echo "missing: Debian package $package (suite: $suites)"
  done
  missing_node_versions | while read -r name; do
    echo "missing: test/node-versions/node_modules/$name (suite: collector)"
  done
}

install_packages() {
  local packages
  mapfile -t packages < <(missing_packages | cut -d'|' -f1)
  [ ${#packages[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "test-setup: only root can install: ${packages[*]}"
    return 1
  fi
  if ! command -v apt-get >/dev/null; then
    echo "test-setup: no apt-get on this machine; install by other means: ${packages[*]}"
    return 1
  fi
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -type f -name '*Packages*' -print -quit 2>/dev/null)" ] || apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${packages[@]}"
}

# Apart from the project's own dependencies, because each brings a command called node.
install_node_versions() {
  [ -n "$(missing_node_versions)" ] || return 0
  (cd "$node_versions" && npm ci --ignore-scripts --no-audit --no-fund)
}

if [ "${1:-}" = --check ]; then
  missing=$(list_missing)
  [ -n "$missing" ] || exit 0
  echo "$missing"
  exit 1
fi
[ $# = 0 ] || {
  echo 'usage: test-setup.sh [--check]' >&2
  exit 2
}

# One that fails does not keep the other from being done.
install_packages || true
install_node_versions || true
missing=$(list_missing)
[ -n "$missing" ] || exit 0
echo "$missing" >&2
echo "test-setup: these suites cannot run here: $(sed 's/.*(suite: \(.*\))/\1/' <<<"$missing" | sort -u | tr '\n' ' ')" >&2
exit 3
