/**
 * Which free guest numbers have a disk name that some node cannot give: a new guest of that number fails there.
 * @see pve-manager API2/Cluster.pm `nextid`: the lowest number in [lower, upper) no guest of the cluster has
 */
import { guestOfVolume } from '../parse/volume-name';
import type { Found, NodeReport } from '../report-shape';
import type { Place } from '../rule';

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

export function nextIdsOf(next: number | null, used: ReadonlySet<number>, nodes: readonly NodeReport[]): NextIds {
  const blocked = nodes.flatMap(({ node, findings }) =>
    findings.flatMap((finding): BlockedId[] => {
      const volume = blockedVolumeOf(finding);
      const vmid = volume === undefined ? undefined : guestOfVolume(volume);
      return volume === undefined || vmid === undefined || used.has(vmid) ? [] : [{ vmid, node: node.slice(0, 64), volume: volume.slice(0, 80) }];
    }),
  );
  blocked.sort((a, b) => a.vmid - b.vmid || (a.node < b.node ? -1 : 1));
  return { next, blocked: blocked.slice(0, maxIds) };
}

/** The volume's name such a finding's mapping occupies; undefined: none. */
export function blockedVolumeOf({ ruleId, detail }: Pick<Found, 'ruleId' | 'detail'>): string | undefined {
  if (!blocking.has(ruleId)) return undefined;
  const { oldName, volume } = (detail ?? {}) as Readonly<Record<string, unknown>>;
  const name = oldName ?? volume;
  return typeof name === 'string' ? name : undefined;
}

/** The lowest free number of the range; null: there is none. As many steps as there are guests at most. */
export function firstFreeId({ lower, upper }: { readonly lower: number; readonly upper: number }, used: ReadonlySet<number>): number | null {
  for (let vmid = lower; vmid < upper; vmid += 1) if (!used.has(vmid)) return vmid;
  return null;
}

/** `Ids at risk: 777. The next new guest gets id 131: not affected.`; `vmid` undefined: the name carries no number. */
export function sayIdAtRisk(vmid: number | undefined, { node, nextId }: Place): string {
  if (vmid === undefined) return '';
  const next =
    nextId === undefined || nextId === null
      ? ''
      : nextId === vmid
        ? ` The next new guest gets id ${vmid} and fails if it is made on ${node}.`
        : ` The next new guest gets id ${nextId}: not affected.`;
  return `Ids at risk: ${vmid}.${next}`;
}
