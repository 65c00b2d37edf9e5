/**
 * Device-mapper names of LVM: `<vg>-<lv>[-<layer>]`, every hyphen inside a component doubled.
 * @see libdm `dm_split_lvm_name`, `_unquote` (libdm-string.c); `dmsetup splitname NAME LVM` prints the same
 */
export type DmName = { readonly vg: string; readonly lv: string; readonly layer: string };

export function decodeDmName(name: string): DmName {
  const [vg, afterVg] = unquote(name, 0);
  const [lv, afterLv] = unquote(name, afterVg);
  const [layer] = unquote(name, afterLv);
  return { vg, lv, layer };
}

export function encodeDmName(vg: string, lv: string, layer = ''): string {
  const quote = (part: string) => part.replaceAll('-', '--');
  return layer === '' ? `${quote(vg)}-${quote(lv)}` : `${quote(vg)}-${quote(lv)}-${quote(layer)}`;
}

/** One component from `start`: a single hyphen ends it, unless it is the last character. */
function unquote(name: string, start: number): [component: string, next: number] {
  // Usual names have no hyphen here, or only the one behind it.
  const hyphen = name.indexOf('-', start);
  if (hyphen === -1) return [name.slice(start), name.length];
  if (hyphen + 1 < name.length && name[hyphen + 1] !== '-') return [name.slice(start, hyphen), hyphen + 1];
  let component = name.slice(start, hyphen);
  let at = hyphen;
  while (at < name.length) {
    if (name[at] === '-' && at + 1 < name.length) {
      if (name[at + 1] !== '-') return [component, at + 1];
      at += 1;
    }
    component += name[at];
    at += 1;
  }
  return [component, at];
}
