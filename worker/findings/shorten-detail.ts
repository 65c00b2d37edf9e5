/**
 * What a finding stores of itself stays below 4 KB. A hostile name may be long: then strings and lists are cut, the
 * shape stays, so that the rule which wrote it can still explain it.
 */
const maxBytes = 4096;

/** Milder cuts first; the last one fits whatever the rules write. */
const cuts = [
  { characters: 400, entries: 40 },
  { characters: 120, entries: 12 },
  { characters: 40, entries: 4 },
] as const;

export function encodeDetail(detail: unknown): string {
  const whole = JSON.stringify(detail ?? null);
  if (fits(whole)) return whole;
  for (const cut of cuts) {
    const text = JSON.stringify(shorten(detail, cut));
    if (fits(text)) return text;
  }
  return '{}';
}

/** As many of the lines as fit, first ones first. */
export function encodeEvidence(lines: readonly unknown[]): string {
  let kept = lines.slice(0, 100);
  while (!fits(JSON.stringify(kept))) kept = kept.slice(0, Math.floor(kept.length / 2));
  return JSON.stringify(kept);
}

const fits = (text: string): boolean => text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes;

function shorten(value: unknown, cut: (typeof cuts)[number]): unknown {
  if (typeof value === 'string') return value.length <= cut.characters ? value : `${value.slice(0, cut.characters)}…`;
  if (Array.isArray(value)) return value.slice(0, cut.entries).map((entry) => shorten(entry, cut));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shorten(inner, cut)]));
}
