/** The short key of a customer, from its name: `Acme Logistics` -> ACM. */

/** Candidates, best first; all of them satisfy isTenantKey. */
export function proposeKeys(name: string): readonly string[] {
  // Letters with marks lose them (Ö -> O); other scripts have no capital letters A to Z to offer.
  const plain = name
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '')
    .replace(/^[0-9]+/, '');
  const stem = (plain.length >= 2 ? plain : `C${plain}X`).slice(0, 3);
  return [stem, ...Array.from({ length: 98 }, (_, index) => `${stem}${index + 2}`)];
}
