/** Gives every mapping its live table, compared with LVM's metadata of the same check-in. */
import type { Evidence } from '../evidence';
import type { Mapping, MappingTable } from '../facts';
import type { LiveTable, Target } from '../parse/dm-table';
import { decodeDmUuid, type LvmUuid } from '../parse/dm-uuid';
import { compareTable } from './compare';
import { findLandings, indexOwners, type Owners } from './landings';
import type { GroupLayout } from './layouts';
import { findOverlaps } from './overlaps';
import { type Piece, piecesOfTable } from './pieces';

type Layouts = ReadonlyMap<string, GroupLayout>;
type Joined = {
  readonly mapping: Mapping;
  readonly table: LiveTable;
  readonly lvm: LvmUuid | undefined;
  /** Undefined: not only linear and striped. */
  readonly pieces: readonly Piece[] | undefined;
};

/** A table counts only where the mapping is the same before and after it was read, and the table says it is of that one. */
export function joinTables(mappings: readonly Mapping[], tables: ReadonlyMap<string, LiveTable>, known: Evidence<Layouts>): readonly Mapping[] {
  const layouts: Layouts = known.status === 'known' ? known.value : new Map();
  const joined = new Map<Mapping, Joined>();
  for (const mapping of mappings) {
    const table = tables.get(mapping.name);
    if (table === undefined || !mapping.agreed || table.uuid !== mapping.uuid || table.minor !== mapping.minor || table.targets.length === 0)
      continue;
    joined.set(mapping, { mapping, table, lvm: decodeDmUuid(mapping.uuid), pieces: piecesOfTable(table.targets) });
  }
  const all = [...joined.values()];
  const pools = indexPools(all);
  let owners: Owners | undefined;
  const overlaps = findOverlaps(
    all.flatMap(({ mapping: { name }, lvm, pieces }) => (lvm === undefined || lvm.suffix !== '' || pieces === undefined ? [] : [{ name, pieces }])),
  );
  return mappings.map((mapping) => {
    const one = joined.get(mapping);
    if (one === undefined) return mapping;
    const { table, lvm, pieces } = one;
    const against = lvm === undefined ? undefined : compareWith(one, lvm, layouts, pools);
    const isElsewhere = lvm !== undefined && (against === undefined || against.verdict === 'moved' || against.verdict === 'shrunk');
    if (isElsewhere) owners ??= indexOwners(layouts);
    const landsIn = isElsewhere && pieces !== undefined && owners !== undefined ? findLandings(pieces, lvm.lvUuid, owners) : [];
    const others = overlaps.get(mapping.name);
    const says: MappingTable = {
      targets: typesOf(table.targets),
      sectors: table.targets.reduce((sum, { sectors }) => sum + sectors, 0),
      ...(against === undefined ? {} : { against }),
      ...(landsIn.length === 0 ? {} : { landsIn }),
      ...(others === undefined ? {} : { overlaps: [...others] }),
    };
    return { ...mapping, table: says };
  });
}

function typesOf(targets: readonly Target[]): readonly string[] {
  const [only, ...more] = targets;
  return only !== undefined && more.length === 0 ? [only.type] : [...new Set(targets.map(({ type }) => type))].slice(0, 8);
}

function compareWith({ table, pieces }: Joined, { vgUuid, lvUuid, suffix }: LvmUuid, layouts: Layouts, pools: ReadonlyMap<string, string>) {
  const volume = layouts.get(vgUuid)?.volume(lvUuid);
  if (volume === undefined) return undefined;
  const why = whyNothingOfItsOwn(suffix);
  if (why !== undefined) return { verdict: 'not_compared', why } as const;
  return compareTable(table.targets, pieces, volume, volume.poolUuid === undefined ? undefined : pools.get(vgUuid + volume.poolUuid));
}

/** Layers that have no segments of their own: a pool's on its other mapping, a missing part, data and metadata in one cache volume. */
function whyNothingOfItsOwn(suffix: string): string | undefined {
  if (suffix === 'pool') return 'thin-pool';
  if (suffix === 'cdata' || suffix === 'cmeta') return 'cache';
  return suffix.startsWith('missing_') ? 'missing device' : undefined;
}

/** Uuids of group and pool -> `major:minor` of the mapping thin volumes lie on. */
function indexPools(all: readonly Joined[]): ReadonlyMap<string, string> {
  return new Map(
    all.flatMap(({ mapping, lvm }) => (lvm?.suffix === 'tpool' ? [[lvm.vgUuid + lvm.lvUuid, `${mapping.major}:${mapping.minor}`] as const] : [])),
  );
}
