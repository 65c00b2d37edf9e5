/** Space that could be had back, per storage: disks no guest uses, by what they are. Guidance only: it is data. */
import type { Found } from '../report-shape';

export type Reclaimable = {
  readonly storage: string;
  readonly group: string;
  readonly volumes: number;
  /** 512-byte sectors; of thin volumes what they may grow to, not what they take. */
  readonly sectors: number;
  /** What they are -> sectors, e.g. `disk`, `state`, `fleecing`. */
  readonly kinds: Readonly<Record<string, number>>;
};

const maxStorages = 50;

export function sumReclaimable(clusterFindings: readonly Found[]): readonly Reclaimable[] {
  const sums = new Map<string, { storage: string; group: string; volumes: number; sectors: number; kinds: Record<string, number> }>();
  for (const { ruleId, detail } of clusterFindings) {
    if (ruleId !== 'dm.unreferenced-volume') continue;
    const { storage, group, sectors, kind = 'disk' } = detail as { storage: string; group: string; sectors: number; kind?: string };
    const key = JSON.stringify([storage, group]);
    const sum = sums.get(key) ?? { storage: storage.slice(0, 128), group: group.slice(0, 128), volumes: 0, sectors: 0, kinds: {} };
    sums.set(key, sum);
    sum.volumes += 1;
    sum.sectors += sectors;
    sum.kinds[kind] = (sum.kinds[kind] ?? 0) + sectors;
  }
  return [...sums.values()].sort((a, b) => b.sectors - a.sectors || (a.storage < b.storage ? -1 : 1)).slice(0, maxStorages);
}
