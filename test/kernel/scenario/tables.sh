# tables.sh: volumes that another node resized or moved while they were active here, and mappings over the same blocks.

change_tables() {
  # dm.stale-table, moved to other extents: closed, and open. First, while nothing else is on that disk.
  moved 304 305
  machine pve1 304 moved-closed san-prod:vm-304-disk-0
  machine pve1 305 moved-open san-prod:vm-305-disk-0
  run 305 /dev/san1vg/vm-305-disk-0

  # Grown: closed, and open.
  grown 300
  machine pve1 300 grown-closed san-prod:vm-300-disk-0
  grown 301
  run 301 /dev/san1vg/vm-301-disk-0
  machine pve1 301 grown-open san-prod:vm-301-disk-0

  # Shrunk: closed, and open.
  shrunk 302
  machine pve1 302 shrunk-closed san-prod:vm-302-disk-0
  shrunk 303
  run 303 /dev/san1vg/vm-303-disk-0
  machine pve1 303 shrunk-open san-prod:vm-303-disk-0

  # dm.duplicate-mapping: two volumes of LVM over the same blocks. 306 was removed elsewhere, 307 made of its extents.
  make_active san1vg vm-306-disk-0
  local extents
  extents=$(lvs --noheadings -o seg_pe_ranges san1vg/vm-306-disk-0)
  elsewhere lvremove -f san1vg/vm-306-disk-0
  quietly lvcreate -aly -Wn -Zn --yes -L 8M -n vm-307-disk-0 san1vg $extents
  run 307 /dev/san1vg/vm-307-disk-0
  machine pve1 307 on-freed-blocks san-prod:vm-307-disk-0

  # Two volumes that both exist, and one mapping leads to the other's blocks: somebody loaded the wrong table.
  make_active san1vg vm-308-disk-0
  make_active san1vg vm-309-disk-0
  dmsetup table san1vg-vm--308--disk--0 | dmsetup load san1vg-vm--309--disk--0
  dmsetup resume san1vg-vm--309--disk--0
  machine pve1 308 right-table san-prod:vm-308-disk-0
  machine pve1 309 wrong-table san-prod:vm-309-disk-0
}

grown() {
  make_active san1vg "vm-$1-disk-0"
  elsewhere lvextend -L 16M "san1vg/vm-$1-disk-0"
}
shrunk() {
  make_active san1vg "vm-$1-disk-0" 16M
  elsewhere lvreduce -f -L 8M "san1vg/vm-$1-disk-0"
}
# Another kernel copied their extents to the other disk; all this one could know of it is the group's metadata.
moved() {
  local number name tables=()
  for number in "$@"; do
    make_active san1vg "vm-$number-disk-0"
    tables[number]=$(dmsetup table "san1vg-vm--$number--disk--0")
  done
  quietly pvmove -i 1 "$(disk san1)" "$(disk san2)"
  for number in "$@"; do
    name=san1vg-vm--$number--disk--0
    dmsetup load "$name" --table "${tables[number]}"
    dmsetup resume "$name"
  done
}
