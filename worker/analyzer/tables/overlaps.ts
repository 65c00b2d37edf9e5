/** Mappings that share sectors of one device. Sorted and swept once; each remembers at most a few of the others. */
import type { Piece } from './pieces';

export type Mapped = { readonly name: string; readonly pieces: readonly Piece[] };

const maxOverlaps = 8;

type Span = { readonly name: string; readonly from: number; readonly to: number };

/** Name -> names of the others. */
export function findOverlaps(all: readonly Mapped[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byDevice = new Map<string, Span[]>();
  for (const { name, pieces } of all) {
    for (const { areas, sectors } of pieces) {
      const [area, ...more] = areas;
      if (area === undefined || more.length > 0) continue;
      const span = { name, from: area.sector, to: area.sector + sectors };
      const before = byDevice.get(area.device);
      if (before === undefined) byDevice.set(area.device, [span]);
      else before.push(span);
    }
  }
  const found = new Map<string, Set<string>>();
  for (const spans of byDevice.values()) sweep(spans, found);
  return found;
}

/**
 * The spans that still reach beyond the current beginning; of more than a few those that reach farthest. All of them hold that
 * sector, so one that is forgotten here has met enough others already.
 */
function sweep(spans: Span[], found: Map<string, Set<string>>): void {
  spans.sort((a, b) => a.from - b.from || a.to - b.to || (a.name < b.name ? -1 : 1));
  let reaching: Span[] = [];
  for (const span of spans) {
    if (reaching.some(({ to }) => to <= span.from)) reaching = reaching.filter(({ to }) => to > span.from);
    for (const other of reaching) {
      if (other.name === span.name) continue;
      remember(found, span.name, other.name);
      remember(found, other.name, span.name);
    }
    reaching.push(span);
    if (reaching.length > maxOverlaps + 1) reaching = reaching.sort((a, b) => b.to - a.to).slice(0, maxOverlaps + 1);
  }
}

function remember(found: Map<string, Set<string>>, name: string, other: string): void {
  const known = found.get(name) ?? new Set<string>();
  found.set(name, known);
  if (known.size < maxOverlaps) known.add(other);
}
