/**
 * Device-mapper uuids of LVM: `LVM-` + VG uuid + LV uuid (32 characters each, without hyphens), then any suffix of a
 * layer (`-real`, `-cow`, `-tpool`, `-missing_0_0` …).
 * @see lvm2 lib/uuid, dev_manager.c `build_dm_uuid`
 */
export type LvmUuid = { readonly vgUuid: string; readonly lvUuid: string; readonly suffix: string };

const bothUuids = /^[A-Za-z0-9]{64}$/;

/** Undefined for every other kind: multipath, crypt, partition, none. Every mapping passes here several times: no captures, no copies. */
export function decodeDmUuid(uuid: string): LvmUuid | undefined {
  if (!uuid.startsWith('LVM-') || !bothUuids.test(uuid.slice(4, 68))) return undefined;
  if (uuid.length > 68 && uuid[68] !== '-') return undefined;
  return { vgUuid: uuid.slice(4, 36), lvUuid: uuid.slice(36, 68), suffix: uuid.slice(69) };
}

/** Is this the uuid of a mapping, or of a layer, of the volume of this uuid? Without taking it apart. */
export const isMappingOf = (uuid: string, lvUuid: string): boolean =>
  uuid.startsWith(lvUuid, 36) && uuid.startsWith('LVM-') && (uuid.length === 68 || uuid[68] === '-');

/** The uuids of group and volume together, of a volume's own mapping: 64 characters to be looked up among those of volumes; empty: none. */
export const volumeKeyOf = (uuid: string): string => (uuid.length === 68 && uuid.startsWith('LVM-') ? uuid.slice(4) : '');

/** As LVM prints and selects it: 6-4-4-4-4-4-6. */
export function hyphenate(uuid: string): string {
  if (uuid.length !== 32) return uuid;
  const middle = `${uuid.slice(6, 10)}-${uuid.slice(10, 14)}-${uuid.slice(14, 18)}-${uuid.slice(18, 22)}-${uuid.slice(22, 26)}`;
  return `${uuid.slice(0, 6)}-${middle}-${uuid.slice(26)}`;
}

/** For people: the volume's half, first and last six characters, as `lvs -o lv_uuid` begins and ends it. */
export function shortUuid(uuid: string): string {
  const lv = decodeDmUuid(uuid)?.lvUuid ?? uuid;
  return lv.length <= 14 ? lv : `${lv.slice(0, 6)}…${lv.slice(-6)}`;
}
