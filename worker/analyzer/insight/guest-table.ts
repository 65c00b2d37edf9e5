/** The guests of a cluster: how many run, how many are clean, and which are not. */
import type { ClusterContext } from '../cluster/cluster-context';
import type { Guest } from '../facts';
import type { Found, Severity } from '../report-shape';

export type GuestRow = {
  readonly vmid: number;
  readonly name: string;
  readonly node: string;
  /** As `qm list` or `pct list` says it; null: not known. */
  readonly status: string | null;
  readonly worst: Severity;
  /** Briefs of what was found, each once, at most three. */
  readonly found: readonly string[];
};

export type GuestTable = {
  readonly total: number;
  readonly running: number;
  readonly stopped: number;
  readonly statusUnknown: number;
  readonly clean: number;
  /** Something critical about one of its mappings. */
  readonly duplicate: number;
  /** Anything else that was found. */
  readonly tombstoned: number;
  /** Those with findings, worst first, at most `maxRows`. */
  readonly rows: readonly GuestRow[];
};

const maxRows = 100;
const order: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

export function tableGuests(guests: readonly Guest[], { fresh }: ClusterContext, findings: readonly Found[]): GuestTable {
  const status = new Map<number, string>();
  for (const { facts } of fresh)
    if (facts.running.status === 'known') for (const [vmid, says] of Object.entries(facts.running.value)) status.set(Number(vmid), says);
  const found = new Map<number, Found[]>();
  for (const finding of findings) {
    for (const vmid of finding.guests) {
      const own = found.get(vmid);
      if (own === undefined) found.set(vmid, [finding]);
      else own.push(finding);
    }
  }
  const rows = guests.flatMap((guest): GuestRow[] => {
    const own = found.get(guest.vmid)?.sort((a, b) => order[a.severity] - order[b.severity]);
    const worst = own?.[0];
    if (own === undefined || worst === undefined) return [];
    return [
      {
        vmid: guest.vmid,
        name: guest.name.slice(0, 40),
        node: guest.node.slice(0, 64),
        status: status.get(guest.vmid)?.slice(0, 32) ?? null,
        worst: worst.severity,
        found: [...new Set(own.map(({ brief }) => brief))].slice(0, 3),
      },
    ];
  });
  rows.sort((a, b) => order[a.worst] - order[b.worst] || a.vmid - b.vmid);
  const statuses = guests.map(({ vmid }) => status.get(vmid));
  const duplicate = rows.filter(({ worst }) => worst === 'critical').length;
  return {
    total: guests.length,
    running: statuses.filter((says) => says !== undefined && says !== 'stopped').length,
    stopped: statuses.filter((says) => says === 'stopped').length,
    statusUnknown: statuses.filter((says) => says === undefined).length,
    clean: guests.length - rows.length,
    duplicate,
    tombstoned: rows.length - duplicate,
    rows: rows.slice(0, maxRows),
  };
}
