/** The two ways to bring a mapping of an existing volume in line, selected by uuid: names may have changed meanwhile. */
import type { JudgedMapping } from '../../node/judged-mapping';
import { hyphenate } from '../../parse/dm-uuid';
import type { Remedy } from '../../report-shape';

export type VolumeIdentity = { readonly vgUuid: string; readonly lvUuid: string };

export function volumeCommand(kind: 'refresh-volume' | 'deactivate-volume', { vgUuid, lvUuid }: VolumeIdentity): string {
  const verb = kind === 'refresh-volume' ? '--refresh' : '-an';
  return `lvchange ${verb} -S 'vg_uuid=${hyphenate(vgUuid)} && lv_uuid=${hyphenate(lvUuid)}'`;
}

export function volumeRemedy(kind: 'refresh-volume' | 'deactivate-volume', { vgUuid, lvUuid }: VolumeIdentity): Remedy {
  return { kind, vgUuid, lvUuid };
}

/** Volumes with a `-real` or `-cow` layer: deactivating one silently takes its snapshots or origin along. */
export function layeredVolumes(mappings: readonly JudgedMapping[]): ReadonlySet<string> {
  return new Set(mappings.flatMap(({ lvm }) => (lvm !== undefined && (lvm.suffix === 'real' || lvm.suffix === 'cow') ? [lvm.lvUuid] : [])));
}

/** The uuids of a present volume's mapping; undefined for layers, which follow their volume. */
export function topIdentity({ lvm }: JudgedMapping): VolumeIdentity | undefined {
  return lvm === undefined || lvm.suffix !== '' ? undefined : { vgUuid: lvm.vgUuid, lvUuid: lvm.lvUuid };
}
