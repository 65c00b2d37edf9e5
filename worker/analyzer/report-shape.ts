/** The report of a cluster: what the analyzer answers. Shapes only; see DESIGN.md's JSON form in report/json.ts. */
import type { Unknown } from './evidence';
import type { Insight } from './insight/insight';
import type { CountsAs } from './reference';

export type Severity = 'info' | 'warning' | 'critical';
/** `?`: no mapping was seen, so there is nothing to grade. */
export type Grade = 'A+' | 'A' | 'B' | 'C' | 'D' | 'F' | '?';

/** Where a finding can be read: 1-based line of a capture of one node. */
export type EvidenceLine = { readonly node: string; readonly capture: string; readonly line: number };

/** What would mend it, as data. One renderer owns quoting, guards and order. */
export type Remedy =
  | { readonly kind: 'remove-mapping'; readonly uuid: string /** Mappings on top that go first. */; readonly after: readonly string[] }
  | { readonly kind: 'refresh-volume' | 'deactivate-volume'; readonly vgUuid: string; readonly lvUuid: string };

/** The five parts of every finding's text, in order. Raw names: each sink escapes for itself. */
export type Explanation = {
  /** What: one sentence. */
  readonly sentence: string;
  readonly breaks: string;
  /** Exact words of kernel and Proxmox VE. */
  readonly messages: readonly string[];
  readonly because: string;
  /**
   * Why what is to be done is safe, where there is a remedy: parts of one sentence that the rule has checked, e.g. `open count 0`,
   * `nothing on top`, `no task on VM 119`. Quorum and the times it was seen are added by who prints it (report/guards.ts).
   */
  readonly safe?: readonly string[];
  readonly todo: string;
  /** Exact commands, complete. */
  readonly commands: readonly string[];
};

export type Found = {
  readonly ruleId: string;
  readonly severity: Severity;
  /** Identity: the mapping's uuid, the volume's uuids, the name only where there is no uuid. */
  readonly subject: string;
  /** `f_…`: the same problem has the same id for ever. */
  readonly fingerprint: string;
  readonly title: string;
  /** At most 32 characters, for a table. */
  readonly brief: string;
  /** As what a mapping with this finding counts, and in which word. */
  readonly counts: CountsAs;
  readonly word: string;
  readonly detail: unknown;
  readonly explanation: Explanation;
  readonly evidence: readonly EvidenceLine[];
  readonly remedy: Remedy | null;
  /** Why no remedy may go out although there is one (in flight, seen once …). */
  readonly heldBack: string | null;
  /** Failed tasks of the last days that it explains, in words; absent: none that is known. */
  readonly alreadyHit?: string;
  /** Guest numbers at stake, for the console's table. */
  readonly guests: readonly number[];
};

/** Something one rule could not judge: a subject, or everything (`null`). */
export type NotChecked = { readonly subject: string | null; readonly name: string; readonly why: Unknown };

export type Outcome = {
  readonly ruleId: string;
  readonly status: 'found' | 'clean' | 'unknown' | 'not_applicable';
  readonly found: number;
  readonly notChecked: readonly NotChecked[];
};

/** `wrong blocks: 1`: why mappings count as what they count as. */
export type CountReasons = Readonly<Record<'duplicate' | 'tombstoned', readonly (readonly [word: string, mappings: number])[]>>;

/** total = valid + duplicate + tombstoned + notChecked. */
export type Counts = {
  readonly total: number;
  readonly valid: number;
  readonly duplicate: number;
  readonly tombstoned: number;
  readonly notChecked: number;
  /** Of the duplicates and tombstones: those with something under way, about which nothing may be done yet. */
  readonly held: number;
  readonly reasons: CountReasons;
};

export type ScopeReport = {
  readonly outcomes: readonly Outcome[];
  readonly findings: readonly Found[];
  readonly complete: boolean;
  /** Null: nothing was seen. */
  readonly score: number | null;
  readonly grade: Grade;
};

export type NodeReport = ScopeReport & {
  readonly nodeId: string;
  readonly node: string;
  /** Null: the mappings of this node could not be read. */
  readonly counts: Counts | null;
  readonly guests: { readonly total: number; readonly running: number } | null;
  /** What it says of itself; null: not known, or it is silent. */
  readonly isQuorate: boolean | null;
};

export type ClusterReport = {
  readonly nodes: readonly NodeReport[];
  readonly cluster: ScopeReport;
  /** Undefined: guests and storages of this cluster are not known now. */
  readonly insight: Insight | undefined;
};
