/** What the console report of one node is made from. */
import type { Guest } from '../facts';
import type { ClusterReport } from '../report-shape';

export type ConsoleInput = {
  readonly version: string;
  readonly form: 'ascii' | 'terminal';
  /** Unix milliseconds. */
  readonly at: number;
  readonly report: ClusterReport;
  readonly nodeId: string;
  /** `Acme Logistics / prod-dc1`; empty offline. */
  readonly place: string;
  readonly pve: { readonly manager: string; readonly kernel: string };
  /** Of the cluster, for names and homes in the table. */
  readonly guests: readonly Guest[];
  readonly running: Readonly<Record<string, string>>;
  readonly members: {
    readonly cluster: string | null;
    readonly quorate: boolean;
    readonly reporting: number;
    readonly total: number;
    readonly missing: readonly string[];
  } | null;
  /** Fingerprint -> the number people say (`ACM-17`), and why nothing may be done yet. */
  readonly known: ReadonlyMap<string, { readonly number: string; readonly heldBack: string | null }>;
  /** Where this node's page is; empty offline. */
  readonly page: string;
  /** Every finding in full. */
  readonly all: boolean;
};
