/**
 * Segments of a fake group and live tables of fake mappings that fit them: every volume lies behind the one before it, every
 * mapping maps its volume. A mapping without a volume maps sectors nobody owns.
 */
import { type FakeGroup, type FakeMapping, type FakeNode, type FakeVolume, groupUuid, hyphenated, volumeUuid } from './fake-node';

export const extentSectors = 8192;
export const firstSector = 2048;
const sizeOf = ({ sectors = 65_536 }: FakeVolume) => sectors;
const isThin = ({ attr = '', pool }: FakeVolume) => attr.startsWith('V') || (pool !== undefined && pool !== '');
const isPool = ({ attr = '' }: FakeVolume) => attr.startsWith('t');

type Place = { readonly volume: FakeVolume; readonly first: number; readonly extents: number; readonly thinId: number };
const places = new WeakMap<FakeGroup, ReadonlyMap<string, Place>>();

/** Volume uuid -> its extents, one behind the other. */
function placesOf(group: FakeGroup): ReadonlyMap<string, Place> {
  const known = places.get(group);
  if (known !== undefined) return known;
  const found = new Map<string, Place>();
  let [first, thinId] = [0, 0];
  for (const volume of group.volumes) {
    const extents = Math.ceil(sizeOf(volume) / extentSectors);
    if (isThin(volume)) thinId += 1;
    found.set(volumeUuid(group, volume), { volume, first, extents, thinId: volume.thinId ?? thinId });
    if (!isThin(volume) && !isPool(volume)) first += extents;
  }
  places.set(group, found);
  return found;
}

/** First sector of a volume on its device. */
export function sectorOf(group: FakeGroup, name: string): number {
  const place = [...placesOf(group).values()].find(({ volume }) => volume.name === name);
  if (place === undefined) throw new Error(`no volume ${name}`);
  return firstSector + place.first * extentSectors;
}

export function segmentsOf(group: FakeGroup): readonly Readonly<Record<string, string>>[] {
  const device = group.pv?.pv_name ?? '/dev/sdb';
  return [...placesOf(group)].flatMap(([uuid, { volume, first, extents, thinId }]) => {
    const common = { lv_uuid: hyphenated(uuid), segtype: 'linear', seg_start_pe: '0', seg_size_pe: String(extents), stripes: '1', thin_id: '' };
    const whole = isThin(volume)
      ? { ...common, segtype: 'thin', seg_pe_ranges: '', stripes: '0', thin_id: String(thinId) }
      : isPool(volume)
        ? { ...common, segtype: 'thin-pool', seg_pe_ranges: `${volume.name}_tdata:0-${extents - 1}` }
        : { ...common, seg_pe_ranges: `${device}:${first}-${first + extents - 1}` };
    return volume.segments === undefined ? [whole] : volume.segments.map((columns) => ({ ...whole, ...columns }));
  });
}

export function tablesOf({ mappings = [], groups = [] }: FakeNode): string {
  const byUuid = new Map(groups.map((group) => [groupUuid(group), group]));
  const origins = new Set(mappings.flatMap(({ uuid }) => (uuid.endsWith('-real') ? [uuid.slice(0, -5)] : [])));
  const devices = mappings.flatMap((mapping) => {
    const table = mapping.table === undefined ? deriveTable(mapping, byUuid, origins) : mapping.table;
    return table === null ? [] : [[mapping.name, mapping.uuid].map(withBackslashes).concat(String(mapping.minor), 'rw', table).join(',')];
  });
  return devices.length === 0 ? 'No devices found\n' : `${devices.join(';')}\n`;
}

const withBackslashes = (text: string) => text.replace(/[\\,;]/g, '\\$&');

function deriveTable({ uuid, uses = '8:16', minor }: FakeMapping, groups: ReadonlyMap<string, FakeGroup>, origins: ReadonlySet<string>): string {
  const [device = '', second = ''] = uses.split(',');
  const [, vg = '', lv = '', suffix = ''] = /^LVM-(.{32})(.{32})(?:-(.*))?$/.exec(uuid) ?? [];
  const group = groups.get(vg);
  const place = group && placesOf(group).get(lv);
  const whole = `0 ${place === undefined ? 65_536 : place.extents * extentSectors}`;
  if (uses === '') return `${whole} error `;
  if (uuid.startsWith('CRYPT-')) return `${whole} crypt ${device}`;
  if (uuid.startsWith('mpath-')) return `${whole} multipath 0 0 1 1 service-time 0 1 2 ${device} 1 1 `;
  if (suffix === 'tpool') return `${whole} thin-pool ${second} ${device} 128 0 0 `;
  if (suffix === 'pool') return `${whole} linear ${device} 0`;
  if (suffix === '' && origins.has(uuid)) return `${whole} snapshot-origin ${device}`;
  if (suffix === '' && second !== '') return `${whole} snapshot ${second} ${device} P 8`;
  if (place !== undefined && isThin(place.volume)) return `${whole} thin ${device} ${place.thinId}`;
  // Sectors nobody owns, each mapping its own.
  const first = place?.first ?? 10_000_000 + minor * 8;
  return `${whole} linear ${device} ${firstSector + first * extentSectors}`;
}
