/**
 * One mapping's live table against the segments of its volume. Only what maps straight is compared: linear, striped, and
 * thin volumes by pool, number and size. Layers above (snapshot, RAID, cache, pvmove …) are somebody else's arithmetic.
 */
import type { TableComparison } from '../facts';
import type { Target } from '../parse/dm-table';
import type { Segment, VolumeLayout } from './layouts';
import { comparePieces, joinPieces, type Piece, sectorsOf } from './pieces';

const notCompared = (why: string): TableComparison => ({ verdict: 'not_compared', why });
const unknownFor = (capture: 'dm.table' | 'lvm.report'): TableComparison => ({ verdict: 'unknown', capture });
const straight = (type: string): boolean => type === 'linear' || type === 'striped';

/** `mapped`: the pieces of the targets, where all of them map straight. `poolDevice`: `major:minor` of its thin pool's mapping, when both readings show it. */
export function compareTable(
  targets: readonly Target[],
  mapped: readonly Piece[] | undefined,
  volume: VolumeLayout,
  poolDevice: string | undefined,
): TableComparison {
  if (targets.some(({ type }) => type === '?')) return unknownFor('dm.table');
  const [target] = targets;
  if (targets.length === 1 && target?.type === 'thin') return compareThin(target, volume, poolDevice);
  const { segments } = volume;
  const layer = targets.find(({ type }) => !straight(type));
  // Volumes may be made of nothing on purpose: `lvcreate --type zero`.
  if (layer !== undefined && (layer.type === 'error' || layer.type === 'zero') && segments.every(({ type }) => type === layer.type))
    return segments.length === 0 ? unknownFor('lvm.report') : { verdict: 'same' };
  if (layer !== undefined) return notCompared(layer.type);
  const other = segments.find(({ type }) => !straight(type));
  if (other !== undefined) return notCompared(other.type);
  const moved = segments.find(({ onLayer }) => onLayer !== undefined)?.onLayer;
  if (moved !== undefined) return notCompared(/^\[?pvmove/.test(moved) ? 'pvmove' : moved === '[unknown]' ? 'missing device' : 'layered');
  const wanted = piecesOfSegments(segments);
  if (mapped === undefined) return unknownFor('dm.table');
  if (wanted === undefined || sectorsOf(wanted) !== volume.sectors) return unknownFor('lvm.report');
  return conclude(comparePieces(mapped, wanted), volume);
}

function conclude(verdict: 'same' | 'grown' | 'shrunk' | 'moved', { sectors }: VolumeLayout): TableComparison {
  return verdict === 'same' ? { verdict } : { verdict, volumeSectors: sectors };
}

function piecesOfSegments(segments: readonly Segment[]): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const { start, sectors, areas } of segments) {
    if (areas.length === 0 || areas.some((area) => area.sectors * areas.length !== sectors)) return undefined;
    pieces.push({ start, sectors, areas });
  }
  return joinPieces(pieces);
}

/** `thin POOL NUMBER [ORIGIN]`. @see kernel admin-guide/device-mapper/thin-provisioning */
function compareThin({ sectors, start, parameters }: Target, volume: VolumeLayout, poolDevice: string | undefined): TableComparison {
  const [segment, ...more] = volume.segments;
  const [pool, number = '', origin] = parameters;
  if (segment === undefined) return unknownFor('lvm.report');
  if (more.length > 0 || segment.type !== 'thin') return notCompared('thin');
  if (origin !== undefined) return notCompared('thin with an origin of its own');
  if (poolDevice === undefined) return notCompared('thin without its pool');
  if (segment.thinId === undefined) return unknownFor('lvm.report');
  if (start !== 0 || !/^[0-9]{1,15}$/.test(number)) return unknownFor('dm.table');
  if (pool !== poolDevice || Number(number) !== segment.thinId) return conclude('moved', volume);
  return conclude(sectors === volume.sectors ? 'same' : sectors < volume.sectors ? 'grown' : 'shrunk', volume);
}
