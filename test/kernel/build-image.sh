#!/bin/bash
# build-image.sh
#
# Builds the virtual machine the kernel tests boot: Debian 12 made of Debian's own packages, taken from the apt sources
# this machine already uses. Prints the directory of the finished image on standard output, everything else on standard
# error. Changes nothing outside the cache directory.
#
#   ${XDG_CACHE_HOME:-~/.cache}/sexton/kernel-test/<recipe>/
#     vmlinux      the kernel, decompressed: without hardware help, unpacking it at boot costs seconds
#     initrd.gz    busybox and the modules that mount the root disk
#     root.ext4    the root file system; QEMU never writes to it
#     packages     name and version of everything inside
#
# <recipe> is a checksum over this script and image/: the same recipe is built once, another recipe gets another
# directory. An image appears by one rename, so a half-built one is never booted and builds may start together.
#
# Needs root, mmdebstrap, mke2fs, cpio and xz (scripts/test-setup.sh installs them).
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
exec 3>&1 >&2

here=$(cd "$(dirname "$0")" && pwd)
suite=bookworm
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sexton/kernel-test
recipe=$(cat "$here/build-image.sh" "$here"/image/* | sha256sum | cut -c1-16)
image=$cache/$recipe

finish() { echo "$image" >&3; exit 0; }
fail() { echo "build-image: $*"; exit 1; }

[ ! -f "$image/root.ext4" ] || finish
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
[ ! -f "$image/root.ext4" ] || finish # somebody else built it while this one waited

[ "$(id -u)" = 0 ] || fail "needs root: file owners inside the image are real ones"
for tool in mmdebstrap mke2fs cpio xz; do
  command -v $tool >/dev/null || fail "$tool is missing: run scripts/test-setup.sh"
done
mapfile -t sources < <(
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    grep -E " $suite(-updates|-security)? main$" | sort -u
)
[ ${#sources[@]} -gt 0 ] || fail "apt knows no Debian $suite source on this machine (is /var/lib/apt/lists empty?)"

find "$cache" -maxdepth 1 -name 'building.*' -exec rm -rf {} + # left by a build that was killed: the lock is ours
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
root=$work/root new=$work/new
mkdir "$new"

make_root() {
  local packages excludes
  mapfile -t packages < <(grep -v '^#' "$here/image/packages")
  mapfile -t excludes < <(grep -v '^#' "$here/image/dpkg-paths" | sed 's/^/--dpkgopt=/')
  # INITRD=No: Debian's own initial file system is not made; ours is a tenth of its size.
  INITRD=No mmdebstrap --quiet --mode=root --variant=essential --architectures=amd64 "${excludes[@]}" \
    --include="$(IFS=,; echo "${packages[*]}")" "$suite" "$root" "${sources[@]}"
  kernel=$(ls "$root/usr/lib/modules")
  chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' >"$new/packages"
  install -m 755 "$here/image/init.sh" "$root/sbin/sexton-test-init"
  install -m 755 "$here/image/run.sh" "$root/sbin/sexton-test-run"
  install -m 644 "$here/image/systemd.service" "$root/etc/systemd/system/sexton-test.service"
  install -m 644 "$here/image/systemd.target" "$root/etc/systemd/system/sexton-test.target"
  echo pve1 >"$root/etc/hostname"
  echo 127.0.0.1 localhost pve1 >"$root/etc/hosts"
}

make_initrd() {
  local tree=$work/initrd modules
  modules=$(grep -v '^#' "$here/image/initrd-modules" | tr '\n' ' ')
  mkdir -p "$tree"/{bin,proc,sys,dev,root} "$tree/lib/modules/$kernel"
  cp "$root/bin/busybox" "$tree/bin/"
  for module in $modules; do chroot "$root" modprobe -S "$kernel" --show-depends "$module"; done |
    awk '$1 == "insmod" { print $2 }' | sort -u |
    while read -r file; do install -D "$root$file" "$tree$file"; done
  cp "$root/lib/modules/$kernel"/modules.{dep,alias,symbols,softdep}* "$tree/lib/modules/$kernel/"
  sed "s/@modules@/$modules/" "$here/image/initrd-init.sh" >"$tree/init"
  chmod 755 "$tree/init"
  (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$new/initrd.gz"
}

# A bzImage says where the compressed ELF file lies in it (kernel documentation, x86/boot: setup_sects at 497,
# payload_offset at 584, payload_length at 588). Booted as ELF, the kernel starts without unpacking itself.
unpack_kernel() {
  local packed=$root/boot/vmlinuz-$kernel start length
  number_at() { od -An -tu"$2" -j"$1" -N"$2" "$packed" | tr -d ' '; }
  start=$((($(number_at 497 1) + 1) * 512 + $(number_at 584 4)))
  length=$(number_at 588 4)
  tail -c +$((start + 1)) "$packed" | head -c "$length" >"$work/payload" || true # tail ends by SIGPIPE
  xz -dc --single-stream "$work/payload" >"$new/vmlinux" 2>/dev/null || true     # four bytes after the stream are not xz
  [ "$(head -c 4 "$new/vmlinux" | od -An -tx1 | tr -d ' ')" = 7f454c46 ] || fail "cannot unpack $packed"
}

make_disk() {
  rm -rf "$root"/boot/* "$root"/var/cache/* "$root"/var/log/* "$root"/var/lib/apt/lists/*
  mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$new/root.ext4" 2G
}

echo "build-image: building $image"
make_root
make_initrd
unpack_kernel
make_disk
rm -rf "$image"
mv "$new" "$image"
# Older recipes go, except where a machine may just be running: a day is longer than any test.
find "$cache" -maxdepth 1 -mindepth 1 -type d ! -name "$recipe" ! -name 'building.*' -mtime +0 -exec rm -rf {} +
echo "build-image: built, kernel $kernel, $(du -sh "$image" | cut -f1) on disk"
finish
