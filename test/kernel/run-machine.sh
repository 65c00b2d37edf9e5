#!/bin/bash
# run-machine.sh IMAGE DIRECTORY SCRIPT [NAME:SIZE …]
#
# Boots the image made by build-image.sh and runs DIRECTORY/SCRIPT in it as root, with bash, in /host, which is
# DIRECTORY shared read-write. Prints what the script printed and exits with its exit code; 124: it ran past
# MACHINE_SECONDS (default 600); 125: the machine ended without a result. On both the console is shown.
#
# Each NAME:SIZE becomes one blank SCSI disk, /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_NAME, a sparse file that is
# thrown away, as every change of the root disk is. Servers on the host's loopback answer at 10.0.2.2; nothing else is
# reachable from inside. MACHINE_INIT=systemd boots with systemd as process 1 and runs the script as one of its services.
# Needs no root.
set -uo pipefail

[ $# -ge 3 ] && image=$(cd "$1" && pwd) && directory=$(cd "$2" && pwd) && [ -f "$directory/$3" ] || {
  echo "usage: run-machine.sh IMAGE DIRECTORY SCRIPT [NAME:SIZE …]" >&2
  exit 2
}
script=$3 limit=${MACHINE_SECONDS:-600}
shift 3

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
result=$directory/.machine
rm -rf "$result"
mkdir "$result"
printf 'exec bash /host/%q\n' "$script" >"$result/script"

disks=()
for disk in "$@"; do
  name=${disk%%:*}
  truncate -s "${disk#*:}" "$scratch/$name.disk" || exit 2
  disks+=(-drive "file=$scratch/$name.disk,format=raw,if=none,id=$name,cache=unsafe,discard=unmap"
    -device "scsi-hd,bus=scsi.0,drive=$name,serial=$name")
done

# /dev/kvm may exist where the processor offers nothing behind it, and then a machine hangs: ask the processor first, then
# make one. Emulated, five-level page tables are slow, so that is switched off there. MACHINE_ACCEL=tcg forces emulation.
accel=(-accel tcg -cpu max,la57=off)
if [ "${MACHINE_ACCEL:-kvm}" = kvm ] && [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo &&
  echo quit | timeout 10 qemu-system-x86_64 -accel kvm -cpu max -M q35 -nodefaults -display none -S -monitor stdio >/dev/null 2>&1; then
  accel=(-accel kvm -cpu max)
fi

boot=
[ "${MACHINE_INIT:-}" != systemd ] || boot=' systemd.unit=sexton-test.target systemd.show_status=no'

TMPDIR=$scratch timeout --foreground --kill-after=5 "$limit" qemu-system-x86_64 \
  -M q35 "${accel[@]}" -smp 2 -m 768M -nodefaults -no-reboot -display none -serial "file:$scratch/console" \
  -kernel "$image/vmlinux" -initrd "$image/initrd.gz" \
  -append "console=ttyS0 loglevel=4 panic=-1 mitigations=off nokaslr random.trust_cpu=on sexton.disks=$#$boot" \
  -drive "file=$image/root.ext4,format=raw,if=none,id=root,snapshot=on" -device virtio-blk-pci,drive=root \
  -fsdev "local,id=host,path=$directory,security_model=none" -device virtio-9p-pci,fsdev=host,mount_tag=host \
  -netdev user,id=net -device virtio-net-pci,netdev=net \
  -device virtio-scsi-pci,id=scsi "${disks[@]}" </dev/null
ended=$?

[ ! -f "$result/stderr" ] || cat "$result/stderr" >&2
[ ! -f "$result/stdout" ] || cat "$result/stdout"
[ ! -s "$result/exit" ] || exit "$(cat "$result/exit")"
tail -c 4000 "$scratch/console" >&2
if [ "$ended" = 124 ]; then
  echo "run-machine: stopped after $limit seconds" >&2
  exit 124
fi
echo "run-machine: the machine ended without a result (QEMU exit code $ended)" >&2
exit 125
