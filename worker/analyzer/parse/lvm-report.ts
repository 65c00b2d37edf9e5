/**
 * `lvm fullreport … --reportformat json`: one report object per volume group. Reads presence, never activity: with
 * --readonly LVM prints active and open as unknown; those come from the device mapper.
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { LogicalVolume, VolumeGroup } from '../facts';
import { readAutoactivation } from './autoactivation';
import { type Captures, errorOutputOf, outputOf } from './captured';
import { type NamedGroup, readComplaints } from './lvm-complaints';
import { count, isHidden, plainUuid, type Row, reportsOf, rowsOf, unbracket, word } from './lvm-rows';

const id = 'lvm.report';

export function parseGroups(captures: Captures): Evidence<readonly VolumeGroup[]> {
  return whenKnown(outputOf(captures, id), (text) =>
    whenKnown(errorOutputOf(captures, id), (stderr) =>
      whenKnown(reportsOf(captures, id), (reports) => {
        const found: Found = { lines: lineIndex(text), autoactivation: readAutoactivation(captures) };
        const raw = reports.filter((report) => rowsOf(report, 'vg').length > 0).map((report) => readGroup(report, found));
        if (raw.some((group) => group === undefined)) return unknown({ reason: 'unparseable', capture: id, line: 1 });
        const groups = raw.filter((group) => group !== undefined);
        const complaints = readComplaints(groups, stderr);
        const twins = findTwins(groups);
        return known(groups.map((group) => finishGroup(group, twins, complaints)));
      }),
    ),
  );
}

/** By uuid as printed: the line of each row, and who is activated by itself. */
type Found = { readonly lines: ReadonlyMap<string, number>; readonly autoactivation: ReadonlyMap<string, boolean> };
type RawGroup = VolumeGroup & NamedGroup;

function finishGroup({ physicalVolumes: _, ...group }: RawGroup, twins: ReadonlySet<string>, complaints: ReadonlyMap<string, string>): VolumeGroup {
  const twin = twins.has(group.uuid) ? 'LVM shows two groups of this uuid' : undefined;
  const notWhole = group.notWhole ?? twin ?? complaints.get(group.uuid);
  return notWhole === undefined ? group : { ...group, notWhole };
}

/**
 * Uuids that stand there twice. Two groups of one name are told apart by theirs: LVM reports each by itself, and refuses
 * only to be asked for them by name.
 */
function findTwins(groups: readonly RawGroup[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(
    groups.flatMap(({ uuid }) => {
      const isTwice = seen.has(uuid);
      seen.add(uuid);
      return isTwice ? [uuid] : [];
    }),
  );
}

function readGroup(report: Row, found: Found): RawGroup | undefined {
  const [vg, ...more] = rowsOf(report, 'vg');
  const uuid = plainUuid(vg, 'vg_uuid');
  const seqno = count(vg, 'vg_seqno');
  const missing = count(vg, 'vg_missing_pv_count');
  if (vg === undefined || more.length > 0 || uuid === undefined || seqno === undefined || missing === undefined) return undefined;
  const volumes = rowsOf(report, 'lv').map((row) => readVolume(row, found));
  const physical = rowsOf(report, 'pv');
  if (volumes.some((volume) => volume === undefined)) return undefined;
  const visible = rowsOf(report, 'lv').filter((row) => !isHidden(word(row, 'lv_name'))).length;
  const notWhole = whyNotWhole(vg, missing, physical) ?? whyNotCounted(vg, visible, physical.length);
  return {
    name: word(vg, 'vg_name'),
    uuid,
    seqno,
    extentSectors: count(vg, 'vg_extent_size') ?? 0,
    extents: physical.reduce((sum, row) => sum + (count(row, 'pv_pe_count') ?? 0), 0),
    freeExtents: count(vg, 'vg_free_count') ?? 0,
    ...(notWhole === undefined ? {} : { notWhole }),
    devices: physical.map((row) => `${word(row, 'pv_major')}:${word(row, 'pv_minor')}`),
    volumes: volumes.filter((volume) => volume !== undefined),
    line: found.lines.get(word(vg, 'vg_uuid')) ?? 0,
    physicalVolumes: physical.map((row) => ({ name: word(row, 'pv_name'), uuid: word(row, 'pv_uuid') })),
  };
}

/** What LVM itself says against the group; empty columns are the only good ones. */
function whyNotWhole(vg: Row, missing: number, physical: readonly Row[]): string | undefined {
  if (missing > 0) return `${missing} of ${word(vg, 'pv_count')} physical volumes missing`;
  if (word(vg, 'vg_partial') !== '') return 'partial';
  if (word(vg, 'vg_exported') !== '') return 'exported';
  if (word(vg, 'vg_lock_type') !== '') return `managed by a lock manager (${word(vg, 'vg_lock_type')})`;
  if (word(vg, 'vg_systemid') !== '') return `belongs to system id ${word(vg, 'vg_systemid')}`;
  if (physical.some((row) => word(row, 'pv_missing') !== '')) return 'a physical volume is missing';
  if (physical.some((row) => word(row, 'pv_duplicate') !== '')) return 'a physical volume is seen on two devices';
  return undefined;
}

/** The counts are LVM's own: fewer rows than it counts are not the whole group. Hidden volumes are not in lv_count. */
function whyNotCounted(vg: Row, volumes: number, physical: number): string | undefined {
  const [counted, countedPhysical] = [count(vg, 'lv_count'), count(vg, 'pv_count')];
  if (counted === undefined || volumes < counted) return `LVM counts ${counted ?? 'no'} volumes and lists ${volumes}`;
  return physical === countedPhysical ? undefined : `LVM counts ${countedPhysical ?? 'no'} physical volumes and lists ${physical}`;
}

function readVolume(row: Row, { lines, autoactivation }: Found): LogicalVolume | undefined {
  const uuid = plainUuid(row, 'lv_uuid');
  const sectors = count(row, 'lv_size');
  const attr = word(row, 'lv_attr');
  const name = unbracket(word(row, 'lv_name'));
  const isAutomatic = autoactivation.get(word(row, 'lv_uuid'));
  if (uuid === undefined || sectors === undefined || attr.length < 6 || name === '') return undefined;
  return {
    name,
    uuid,
    attr,
    sectors,
    pool: unbracket(word(row, 'pool_lv')),
    origin: unbracket(word(row, 'origin')),
    layout: word(row, 'lv_layout'),
    ...(isAutomatic === undefined ? {} : { autoactivation: isAutomatic }),
    tags: word(row, 'lv_tags') === '' ? [] : word(row, 'lv_tags').split(','),
    made: word(row, 'lv_time'),
    host: word(row, 'lv_host'),
    line: lines.get(word(row, 'lv_uuid')) ?? 0,
  };
}

/** Uuid as printed -> 1-based line of its vg or lv row: LVM prints every row on a line of its own. */
function lineIndex(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  for (let start = 0; start < text.length; line += 1) {
    const end = text.indexOf('\n', start);
    const row = text.slice(start, end === -1 ? text.length : end);
    start = end === -1 ? text.length : end + 1;
    // Rows of segments carry an lv_uuid too, but no name.
    const key = row.includes('"lv_name":') ? '"lv_uuid":"' : row.includes('"vg_name":') ? '"vg_uuid":"' : undefined;
    const at = key === undefined ? -1 : row.indexOf(key);
    if (key !== undefined && at >= 0) lines.set(row.slice(at + key.length, row.indexOf('"', at + key.length)), line);
  }
  return lines;
}
