/**
 * Which free guest numbers have a disk name that some node cannot give: a new guest of that number fails there.
 * @see pve-manager API2/Cluster.pm `nextid`: the lowest number in [lower, upper) no guest of the cluster has
 */
import { guestOfVolume } from '../parse/volume-name';
import type { Found, NodeReport } from '../report-shape';

export type BlockedId = { readonly vmid: number; readonly node: string; readonly volume: string };

export type NextIds = {
  /** What Proxmox VE offers for the next guest; null: the range is full. */
  readonly next: number | null;
  /** Free numbers, lowest first, at most `maxIds`. */
  readonly blocked: readonly BlockedId[];
};

const maxIds = 100;

/** Mappings that keep a name from the volume that should have it. `dm.stale-name` speaks of the old name. */
const blocking = new Set(['dm.stale-mapping', 'dm.impostor-mapping', 'dm.stale-name', 'dm.unmanaged-name', 'dm.backing-gone']);

export function nextIdsOf({ lower, upper }: { lower: number; upper: number }, used: ReadonlySet<number>, nodes: readonly NodeReport[]): NextIds {
  const blocked = nodes.flatMap(({ node, findings }) =>
    findings.flatMap((finding): BlockedId[] => {
      const volume = blockedVolumeOf(finding);
      const vmid = volume === undefined ? undefined : guestOfVolume(volume);
      return volume === undefined || vmid === undefined || used.has(vmid) ? [] : [{ vmid, node, volume: volume.slice(0, 80) }];
    }),
  );
  blocked.sort((a, b) => a.vmid - b.vmid || (a.node < b.node ? -1 : 1));
  return { next: firstFree(lower, upper, used), blocked: blocked.slice(0, maxIds) };
}

/** The volume's name such a finding's mapping occupies; undefined: none. */
export function blockedVolumeOf({ ruleId, detail }: Pick<Found, 'ruleId' | 'detail'>): string | undefined {
  if (!blocking.has(ruleId)) return undefined;
  const { oldName, volume } = (detail ?? {}) as Readonly<Record<string, unknown>>;
  const name = oldName ?? volume;
  return typeof name === 'string' ? name : undefined;
}

function firstFree(lower: number, upper: number, used: ReadonlySet<number>): number | null {
  // As many steps as there are guests at most.
  for (let vmid = lower; vmid < upper; vmid += 1) if (!used.has(vmid)) return vmid;
  return null;
}
