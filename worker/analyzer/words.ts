/** Small words of rules: times and lists as every text writes them. */

/** `2026-11-21 09:41 UTC` */
export const utcMinute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const shownAtMost = 8;

/** `pve1, pve2 and pve3`; a long list ends with how many more there are. */
export function listNames(names: readonly string[]): string {
  const shown = names.length > shownAtMost ? [...names.slice(0, shownAtMost), `${names.length - shownAtMost} more`] : names;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** ` san1vg is also used by dr-site: its guests count too.`; nothing when nobody else sees the group. */
export function sayShared(group: string, clusters: readonly string[]): string {
  if (clusters.length === 0) return '';
  return ` ${group} is also used by ${listNames(clusters)}: ${clusters.length === 1 ? 'its' : 'their'} guests count too.`;
}
