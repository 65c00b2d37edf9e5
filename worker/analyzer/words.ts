/** Small words of rules: times and lists as every text writes them. */

/** `2026-11-21 09:41 UTC` */
export const utcMinute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const shownAtMost = 8;

/** `pve1, pve2 and pve3`; a long list ends with how many more there are. */
export function listNames(names: readonly string[]): string {
  const shown = names.length > shownAtMost ? [...names.slice(0, shownAtMost), `${names.length - shownAtMost} more`] : names;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
