/**
 * LVM's standard error is evidence even when it exits 0: old metadata, duplicate PVs and missing devices show only
 * there. A line counts against a group when it names it, or when it cannot be pinned on another group.
 */

export type NamedGroup = {
  readonly name: string;
  readonly uuid: string;
  readonly physicalVolumes: readonly { readonly name: string; readonly uuid: string }[];
};

/** Advice and noise that says nothing about any group's content. */
const harmless = [
  /^\s*$/,
  /^\s*File descriptor \d+ \(.*\) leaked on \w+ invocation\./,
  /^\s*See vgck --updatemetadata to correct inconsistency\.$/,
  // A drive of a remote console or a card reader with nothing in it. A group that misses it says so by itself. @see pve-storage LVMPlugin.pm
  /^\s*\/dev\/[^\s:]{1,64}: open failed: No medium found$/,
  // Made by a release before 2.02.99. @see lvm2 lib/metadata/metadata.c
  /^\s*WARNING: PV \S+ in VG \S+ is using an old PV header, modify the VG to update\.$/,
  // Of groups of one name, which the report shows as what they are: two.
  /^\s*WARNING: VG name \S+ is used by VGs [A-Za-z0-9-]{38} and [A-Za-z0-9-]{38}\.$/,
  /^\s*Fix duplicate VG names with vgrename uuid, a device filter, or system IDs\.$/,
];

/** Group uuid -> the first complaint that speaks, or may speak, about it. Every line is looked at once. */
export function readComplaints(groups: readonly NamedGroup[], stderr: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lines = stderr.split('\n').filter((line) => !harmless.some((pattern) => pattern.test(line)));
  if (lines.length === 0) return found;
  const names = indexGroups(groups);
  for (const line of lines) {
    const { certain, possible } = findGroups(wordsOf(line), names);
    // A line that can be pinned on other groups is theirs; any word that could mean a group is enough to doubt it.
    const concerned = certain.size === 0 ? groups.map(({ uuid }) => uuid) : [...certain, ...possible];
    for (const uuid of concerned) if (!found.has(uuid)) found.set(uuid, `LVM says: ${line.trim().slice(0, 160)}`);
    if (found.size === groups.length) break;
  }
  return found;
}

type GroupNames = { readonly byName: ReadonlyMap<string, readonly string[]>; readonly byIdentity: ReadonlyMap<string, readonly string[]> };

function indexGroups(groups: readonly NamedGroup[]): GroupNames {
  const byName = new Map<string, string[]>();
  const byIdentity = new Map<string, string[]>();
  const add = (index: Map<string, string[]>, key: string, uuid: string) => {
    const known = index.get(key);
    if (known === undefined) index.set(key, [uuid]);
    else known.push(uuid);
  };
  for (const { name, uuid, physicalVolumes } of groups) {
    add(byName, name, uuid);
    for (const identity of [uuid, ...physicalVolumes.flatMap((volume) => [volume.name, volume.uuid.replaceAll('-', '')])])
      add(byIdentity, identity, uuid);
  }
  return { byName, byIdentity };
}

/** Certain: its uuids, its devices, `VG <name>` or `LV <name>/<volume>`. A group may be called `for`: other words are possible only. */
function findGroups(words: readonly string[], { byName, byIdentity }: GroupNames): { certain: ReadonlySet<string>; possible: ReadonlySet<string> } {
  const certain = new Set<string>();
  const possible = new Set<string>();
  const looked = new Set<string>();
  for (const [index, word] of words.entries()) {
    const before = words[index - 1] ?? '';
    // The same words say the same thing however often they stand there.
    if (looked.has(`${before} ${word}`)) continue;
    looked.add(`${before} ${word}`);
    for (const uuid of byIdentity.get(word) ?? []) certain.add(uuid);
    const isNamed = (word.includes('/') ? /^(?:LV|volume)$/i : /^(?:VG|group)$/i).test(before);
    for (const uuid of byName.get(groupOf(word)) ?? []) (isNamed ? certain : possible).add(uuid);
  }
  return { certain, possible };
}

/** `vg` of `vg/lv`; paths stay what they are. */
function groupOf(word: string): string {
  return !word.startsWith('/') && word.includes('/') ? word.slice(0, word.indexOf('/')) : word;
}

/** Words of a line without the punctuation around them, hyphenated uuids as they are stored. */
function wordsOf(line: string): readonly string[] {
  return line.split(/[\s,;:()"']+/).map((raw) => {
    let end = raw.length;
    while (raw[end - 1] === '.') end -= 1;
    const word = raw.slice(0, end);
    return /^[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$/.test(word) ? word.replaceAll('-', '') : word;
  });
}
