/** Where LVM's metadata puts every volume: segments joined to physical volumes, from `lvm.report`. Lives while a snapshot is read. */
import { type Evidence, known, whenKnown } from '../evidence';
import type { Captures } from '../parse/captured';
import { hyphenate } from '../parse/dm-uuid';
import { count, isHidden, plainUuid, type Row, reportsOf, rowsOf, unbracket, word } from '../parse/lvm-rows';
import type { Area } from './pieces';

export type Segment = {
  /** `linear`, `striped`, `thin`, `raid1` … */
  readonly type: string;
  readonly start: number;
  readonly sectors: number;
  /** Its parts on physical volumes, each with its own size. */
  readonly areas: readonly (Area & { readonly sectors: number })[];
  /** A part that is on no physical volume of the group: a hidden volume, or a device that is missing. */
  readonly onLayer: string | undefined;
  readonly thinId: number | undefined;
};

export type VolumeLayout = {
  readonly uuid: string;
  readonly sectors: number;
  readonly poolUuid: string | undefined;
  /** In order; empty when a row of them could not be read. */
  readonly segments: readonly Segment[];
};

export type GroupLayout = {
  readonly uuid: string;
  readonly name: string;
  volume(uuid: string): VolumeLayout | undefined;
  /** Everything that lies on its physical volumes; `owner`: uuid of the volume as LVM prints it. */
  visitAreas(visit: (area: Area & { readonly sectors: number }, owner: string) => void): void;
  /** The name people know the owner by: a hidden volume by the one it is part of. */
  shownAs(owner: string): string;
};

/** Group uuid -> layout. Of two groups with one uuid neither counts. */
export function readLayouts(captures: Captures): Evidence<ReadonlyMap<string, GroupLayout>> {
  return whenKnown(reportsOf(captures, 'lvm.report'), (reports) => {
    const layouts = new Map<string, GroupLayout>();
    const twins = new Set<string>();
    for (const report of reports) {
      const group = openGroup(report);
      if (group === undefined) continue;
      if (layouts.has(group.uuid)) twins.add(group.uuid);
      layouts.set(group.uuid, group);
    }
    for (const uuid of twins) layouts.delete(uuid);
    return known(layouts);
  });
}

/** Rows by uuid as LVM prints it. Most volumes of a shared group are not mapped on this node: nobody asks for their segments. */
function openGroup(report: Row): GroupLayout | undefined {
  const [vg] = rowsOf(report, 'vg');
  const uuid = plainUuid(vg, 'vg_uuid');
  const extent = count(vg, 'vg_extent_size');
  if (vg === undefined || uuid === undefined || extent === undefined) return undefined;
  const physical = readPhysical(rowsOf(report, 'pv'));
  const rows = new Map(rowsOf(report, 'lv').map((row) => [word(row, 'lv_uuid'), row]));
  const segments = new Map<string, Row[]>();
  for (const row of rowsOf(report, 'seg')) {
    const volume = word(row, 'lv_uuid');
    const before = segments.get(volume);
    if (before === undefined) segments.set(volume, [row]);
    else before.push(row);
  }
  let names: ReadonlyMap<string, string | undefined> | undefined;
  const uuidOf = (name: string) => {
    names ??= new Map([...rows.values()].map((row) => [unbracket(word(row, 'lv_name')), plainUuid(row, 'lv_uuid')]));
    return names.get(name);
  };
  const read = (row: Row): VolumeLayout | undefined => {
    const [lvUuid, sectors, pool] = [plainUuid(row, 'lv_uuid'), count(row, 'lv_size'), word(row, 'pool_lv')];
    if (lvUuid === undefined || sectors === undefined) return undefined;
    const ofIt = (segments.get(word(row, 'lv_uuid')) ?? []).map((one) => readSegment(one, extent, physical));
    return {
      uuid: lvUuid,
      sectors,
      poolUuid: pool === '' ? undefined : (plainUuid(row, 'pool_lv_uuid') ?? uuidOf(unbracket(pool))),
      segments: ofIt.every((one) => one !== undefined) ? ofIt.sort((a, b) => a.start - b.start) : [],
    };
  };
  return {
    uuid,
    name: word(vg, 'vg_name'),
    volume: (lvUuid) => {
      const row = rows.get(hyphenate(lvUuid));
      return row && read(row);
    },
    visitAreas: (visit) => {
      for (const row of rowsOf(report, 'seg')) {
        const owner = word(row, 'lv_uuid');
        for (const area of readRanges(word(row, 'seg_pe_ranges'), extent, physical)?.areas ?? []) visit(area, owner);
      }
    },
    shownAs: (owner) => {
      const row = rows.get(owner);
      const name = row === undefined ? '' : word(row, 'lv_name');
      return isHidden(name) ? nameAbove(unbracket(name)) : name;
    },
  };
}

type Physical = ReadonlyMap<string, { readonly device: string; readonly start: number }>;

/** Name -> device and first sector of its extents. A missing device, or two of one name, is none. */
function readPhysical(rows: readonly Row[]): Physical {
  const physical = new Map<string, { device: string; start: number }>();
  const twins = new Set<string>();
  for (const row of rows) {
    const [name, major, minor, start] = [word(row, 'pv_name'), count(row, 'pv_major'), count(row, 'pv_minor'), count(row, 'pe_start')];
    if (physical.has(name)) twins.add(name);
    if (start === undefined || major === undefined || minor === undefined || word(row, 'pv_missing') !== '') continue;
    physical.set(name, { device: `${major}:${minor}`, start });
  }
  for (const name of twins) physical.delete(name);
  return physical;
}

function readSegment(row: Row, extent: number, physical: Physical): Segment | undefined {
  const [first, extents] = [count(row, 'seg_start_pe'), count(row, 'seg_size_pe')];
  const ranges = typeof row.seg_pe_ranges === 'string' ? readRanges(row.seg_pe_ranges, extent, physical) : undefined;
  if (first === undefined || extents === undefined || ranges === undefined) return undefined;
  return { type: word(row, 'segtype').slice(0, 32), start: first * extent, sectors: extents * extent, ...ranges, thinId: count(row, 'thin_id') };
}

/** `/dev/sda:0-1 /dev/sdb:0-1`: device or hidden volume, first and last extent. */
function readRanges(text: string, extent: number, physical: Physical): Pick<Segment, 'areas' | 'onLayer'> | undefined {
  let onLayer: string | undefined;
  const areas: (Area & { sectors: number })[] = [];
  for (const range of text === '' ? [] : text.split(' ')) {
    const [, device = '', from, to] = /^(.{1,512}):([0-9]{1,15})-([0-9]{1,15})$/.exec(range) ?? [];
    if (from === undefined || to === undefined || Number(to) < Number(from)) return undefined;
    const below = physical.get(device);
    if (below === undefined) onLayer ??= device;
    else areas.push({ device: below.device, sector: below.start + Number(from) * extent, sectors: (Number(to) - Number(from) + 1) * extent });
  }
  return { areas, onLayer };
}

const layerSuffix = /_(?:[tcv]data|[tc]meta|cvol|corig|wcorig|iorig|imeta|mlog|rimage_[0-9]{1,4}|rmeta_[0-9]{1,4}|mimage_[0-9]{1,4}|vorigin)$/;

/** `data` of `data_tdata_rimage_0`. @see lvmthin(7), lvmraid(7): reserved ends of hidden names */
function nameAbove(hidden: string): string {
  let name = hidden;
  // Pool data may be RAID images: two layers are usual, more than a few are nobody's.
  for (let layer = 0; layer < 4; layer += 1) name = name.replace(layerSuffix, '');
  return name;
}
