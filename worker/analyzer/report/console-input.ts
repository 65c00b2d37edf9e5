/** What the console report of one node is made from. */
import type { Guest } from '../facts';
import type { ClusterReport } from '../report-shape';
import type { Performance } from '../score/performance';
import type { RawLines } from './raw-lines';
import type { Form } from './terminal-text';

export type ConsoleInput = {
  readonly version: string;
  readonly form: Form;
  /** Unix milliseconds. */
  readonly at: number;
  readonly report: ClusterReport;
  readonly nodeId: string;
  /** `Acme Logistics / prod-dc1`; empty offline. */
  readonly place: string;
  readonly pve: { readonly manager: string; readonly kernel: string };
  /** Of the cluster, for names and homes in the table; null: not known. */
  readonly guests: readonly Guest[] | null;
  /** VMID -> status on this node; null: not known. */
  readonly running: Readonly<Record<string, string>> | null;
  readonly performance: Performance;
  readonly members: {
    readonly cluster: string | null;
    readonly quorate: boolean;
    readonly reporting: number;
    readonly total: number;
    /** Members nobody enrolled here; of saved files: that are not among them. */
    readonly missing: readonly string[];
  } | null;
  /** Fingerprint -> the number people say (`ACM-17`), why nothing may be done yet, and when it was seen first and last. */
  readonly known: ReadonlyMap<string, KnownFinding>;
  /** Where this node's page is; empty: saved files, nobody checks in. */
  readonly page: string;
  /** Every finding in full, and what does not apply. */
  readonly all: boolean;
  /** The lines findings rest on, where they are at hand. */
  readonly raw: RawLines | undefined;
};

export type KnownFinding = {
  readonly number: string;
  readonly heldBack: string | null;
  /** Unix milliseconds; equal: one look. */
  readonly seen: { readonly first: number; readonly last: number };
};
