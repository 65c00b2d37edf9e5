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
  /^\s*Fix duplicate VG names with vgrename uuid, a device filter, or system IDs\.$/,
];

export type Complaint = { readonly line: string; readonly words: readonly string[] };

/** Lines of standard error that mean something. */
export function readComplaints(stderr: string): readonly Complaint[] {
  const lines = stderr.split('\n').filter((line) => !harmless.some((pattern) => pattern.test(line)));
  return lines.map((line) => ({ line: line.trim().slice(0, 160), words: wordsOf(line) }));
}

/** The first complaint that speaks, or may speak, about this group. */
export function complaintAbout(group: NamedGroup, all: readonly NamedGroup[], complaints: readonly Complaint[]): string | undefined {
  const others = all.filter((other) => other.uuid !== group.uuid);
  const complaint = complaints.find(({ words }) => mentions(words, group) || !others.some((other) => isAbout(words, other)));
  return complaint === undefined ? undefined : `LVM says: ${complaint.line}`;
}

/** Any word that could mean the group is enough to doubt it. */
function mentions(words: readonly string[], group: NamedGroup): boolean {
  return words.some((word) => groupOf(word) === group.name) || isAbout(words, group);
}

/** Beyond doubt about the group: its uuids, its devices, `VG <name>` or `LV <name>/<volume>` (a group may be called `for`). */
function isAbout(words: readonly string[], { name, uuid, physicalVolumes }: NamedGroup): boolean {
  const isNamed = words.some((word, index) => {
    if (groupOf(word) !== name) return false;
    return (word.includes('/') ? /^(?:LV|volume)$/i : /^(?:VG|group)$/i).test(words[index - 1] ?? '');
  });
  return (
    isNamed ||
    words.includes(uuid) ||
    physicalVolumes.some((volume) => words.includes(volume.name) || words.includes(volume.uuid.replaceAll('-', '')))
  );
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
