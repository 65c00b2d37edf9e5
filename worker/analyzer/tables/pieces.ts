/** Where the sectors of a volume lie: pieces on devices, by the kernel's table or by LVM's segments, made comparable. */
import type { Target } from '../parse/dm-table';

export type Area = { readonly device: string; readonly sector: number };
/** One area: linear. More: striped over them, each holding its share. The size of a stripe is not in LVM's report and not compared. */
export type Piece = { readonly start: number; readonly sectors: number; readonly areas: readonly Area[] };

/** Undefined: not all of its targets only map (linear, striped), or they do not follow each other. */
export function piecesOfTable(targets: readonly Target[]): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const { type, start, sectors, parameters } of targets) {
    const areas =
      type === 'linear' ? readAreas(parameters, 1) : type === 'striped' ? readAreas(parameters.slice(2), Number(parameters[0])) : undefined;
    if (areas === undefined) return undefined;
    pieces.push({ start, sectors, areas });
  }
  return joinPieces(pieces);
}

/** `device sector` for each area. */
function readAreas(words: readonly string[], wanted: number): readonly Area[] | undefined {
  const areas: Area[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [device = '', sector = ''] = [words[at], words[at + 1]];
    if (!/^[0-9]{1,10}:[0-9]{1,10}$/.test(device) || !/^[0-9]{1,15}$/.test(sector)) return undefined;
    areas.push({ device, sector: Number(sector) });
  }
  return areas.length === wanted && words.length === 2 * wanted && wanted > 0 ? areas : undefined;
}

/** In order, neighbours that continue each other as one. Undefined: a gap, an overlap, nothing, or numbers beyond any disk. */
export function joinPieces(pieces: readonly Piece[]): readonly Piece[] | undefined {
  const joined: Piece[] = [];
  let end = 0;
  for (const piece of pieces) {
    if (piece.start !== end || piece.sectors <= 0 || !isSafe(piece)) return undefined;
    end += piece.sectors;
    const before = joined.at(-1);
    if (before !== undefined && isContinued(before, piece)) joined[joined.length - 1] = { ...before, sectors: before.sectors + piece.sectors };
    else joined.push(piece);
  }
  return joined.length === 0 ? undefined : joined;
}

function isSafe({ start, sectors, areas }: Piece): boolean {
  return Number.isSafeInteger(start + sectors) && areas.every(({ sector }) => Number.isSafeInteger(sector + sectors));
}

function isContinued(before: Piece, piece: Piece): boolean {
  const share = before.sectors / before.areas.length;
  return (
    before.areas.length === piece.areas.length &&
    before.areas.every(({ device, sector }, at) => piece.areas[at]?.device === device && piece.areas[at]?.sector === sector + share)
  );
}

/** What is mapped against what should be; both joined. */
export function comparePieces(mapped: readonly Piece[], wanted: readonly Piece[]): 'same' | 'grown' | 'shrunk' | 'moved' {
  const difference = sectorsOf(wanted) - sectorsOf(mapped);
  const [shorter, longer] = difference >= 0 ? [mapped, wanted] : [wanted, mapped];
  if (!isBeginning(shorter, longer)) return 'moved';
  return difference === 0 ? 'same' : difference > 0 ? 'grown' : 'shrunk';
}

function isBeginning(shorter: readonly Piece[], longer: readonly Piece[]): boolean {
  return shorter.every((piece, at) => {
    const other = longer[at];
    // Only the last one may go on in the longer list.
    if (other === undefined || (at < shorter.length - 1 ? other.sectors !== piece.sectors : other.sectors < piece.sectors)) return false;
    return (
      other.areas.length === piece.areas.length &&
      piece.areas.every(({ device, sector }, area) => other.areas[area]?.device === device && other.areas[area]?.sector === sector)
    );
  });
}

export function sectorsOf(pieces: readonly Piece[]): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.start + last.sectors;
}
