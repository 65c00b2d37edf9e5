/**
 * What a rule is, and the only place that knows about unknown: a rule whose needed facts are missing answers
 * "not checked" by itself; detect sees known values only.
 */
import type { Evidence } from './evidence';
import { fingerprintOf } from './fingerprint';
import type { CountsAs, RuleReference } from './reference';
import type { EvidenceLine, Explanation, Found, NotChecked, Outcome, Remedy, Severity } from './report-shape';

export type Known<T> = Extract<T, { readonly status: 'known' }> extends { readonly value: infer V } ? V : never;

/** One hit. `detail` is stored with the finding: JSON, at most 4 KB, nothing in it changes by itself. */
export type Hit<Detail> = {
  readonly subject: string;
  readonly detail: Detail;
  readonly evidence: readonly EvidenceLine[];
  readonly guests: readonly number[];
  /** Something under way: found all the same, but nothing may be done about it yet. */
  readonly heldBack?: string | undefined;
};

export type Detection<Detail> = { readonly applies: boolean; readonly found: readonly Hit<Detail>[]; readonly notChecked: readonly NotChecked[] };

/** Where a finding is, in people's words, and what changes by itself around it: told with it, never stored with it. */
export type Place = {
  readonly node: string;
  /** The id Proxmox VE gives the next new guest; null: none is free; undefined: not known. */
  readonly nextId?: number | null | undefined;
  readonly searched?: Searched | undefined;
};

/** Where guests' volumes were looked for: of the whole cluster, as it is now. */
export type Searched = {
  readonly vms: number;
  readonly containers: number;
  readonly nodes: number;
  /** Storages on LVM and their groups, at most 50. */
  readonly storages: readonly { readonly id: string; readonly group: string }[];
};

type Definition<Inputs, Need extends keyof Inputs, Detail> = {
  /** `pack.condition`, frozen once shipped. */
  readonly id: string;
  readonly title: string;
  /** At most 32 characters, for a table. */
  readonly brief: string;
  readonly severity: Severity | ((detail: Detail) => Severity);
  /** As what a mapping with such a finding counts: a critical one about a mapping is a duplicate, what the old words call orphan is a tombstone. */
  readonly counts: CountsAs | ((detail: Detail) => CountsAs);
  /** At most 14 characters, for the summary: `leftover: 3, wrong node: 4`. Where it counts. */
  readonly word?: string;
  /** Why it says nothing where it does not apply: one sentence that does not sound like "clean". */
  readonly doesNotApply: string;
  readonly reference: RuleReference;
  /** How long a finding must have been open before anything may be done about it, in minutes; 0: it waits for nothing. */
  readonly holdMinutes?: number;
  /** It judges how a node speaks to a server, and does not exist for saved files. */
  readonly isAboutCheckIns?: boolean;
  readonly needs: readonly Need[];
  detect(facts: { readonly [N in Need]: Known<Inputs[N]> }): Detection<Detail>;
  explain(detail: Detail, place: Place): Explanation;
  /** Data, never shell; undefined: by hand. */
  remedy(detail: Detail): Remedy | undefined;
};

export type Rule<Inputs> = {
  readonly id: string;
  readonly title: string;
  readonly brief: string;
  /** Undefined: it depends on what is found; the reference says on what. */
  readonly severity: Severity | undefined;
  readonly holdMinutes: number;
  readonly isAboutCheckIns: boolean;
  readonly counts: 'varies' | CountsAs;
  readonly word: string;
  readonly doesNotApply: string;
  readonly reference: RuleReference;
  check(inputs: Inputs, scope: Scope): { readonly outcome: Outcome; readonly found: readonly Found[] };
  /** From a stored detail, which this rule wrote. */
  explain(detail: unknown, place: Place): Explanation;
  remedy(detail: unknown): Remedy | undefined;
};

/** Whose finding it is: identity (ids) and words (place). */
export type Scope = { readonly clusterId: string; readonly nodeId: string; readonly place: Place };

/** At most this many findings per rule and node; one more says that there are more. */
export const maxFindings = 200;
export const moreSubject = 'more';

export function defineRule<Inputs extends { readonly [K in keyof Inputs]: Evidence<unknown> }>() {
  return <Need extends keyof Inputs, Detail>(definition: Definition<Inputs, Need, Detail>): Rule<Inputs> => ({
    id: definition.id,
    title: definition.title,
    brief: definition.brief,
    severity: typeof definition.severity === 'function' ? undefined : definition.severity,
    holdMinutes: definition.holdMinutes ?? 15,
    isAboutCheckIns: definition.isAboutCheckIns ?? false,
    counts: typeof definition.counts === 'function' ? 'varies' : definition.counts,
    word: definition.word ?? definition.brief,
    doesNotApply: definition.doesNotApply,
    reference: definition.reference,
    check(inputs, scope) {
      const missing = definition.needs.flatMap((need): NotChecked[] => {
        const fact: Evidence<unknown> = inputs[need];
        return fact.status === 'known' ? [] : [{ subject: null, name: '', why: fact.why }];
      });
      const detection =
        missing.length > 0 ? { applies: true, found: [], notChecked: missing } : definition.detect(knownFacts(inputs, definition.needs));
      const found = detection.found.map((hit) => toFound(definition, hit, scope)).sort((a, b) => (a.subject < b.subject ? -1 : 1));
      return { outcome: outcomeOf(definition.id, detection), found };
    },
    explain: (detail, place) => definition.explain(detail as Detail, place),
    remedy: (detail) => definition.remedy(detail as Detail),
  });
}

/** Called when every needed fact is known. */
function knownFacts<Inputs, Need extends keyof Inputs>(inputs: Inputs, needs: readonly Need[]): { readonly [N in Need]: Known<Inputs[N]> } {
  const entries = needs.map((need) => [need, (inputs[need] as { readonly value: unknown }).value]);
  return Object.fromEntries(entries) as { readonly [N in Need]: Known<Inputs[N]> };
}

function outcomeOf(ruleId: string, { applies, found, notChecked }: Detection<unknown>): Outcome {
  const status = found.length > 0 ? 'found' : notChecked.length > 0 ? 'unknown' : applies ? 'clean' : 'not_applicable';
  return { ruleId, status, found: found.length, notChecked };
}

function toFound<Inputs, Need extends keyof Inputs, Detail>(definition: Definition<Inputs, Need, Detail>, hit: Hit<Detail>, scope: Scope): Found {
  const { severity, counts } = definition;
  return {
    ruleId: definition.id,
    severity: typeof severity === 'function' ? severity(hit.detail) : severity,
    subject: hit.subject,
    fingerprint: fingerprintOf(scope.clusterId, scope.nodeId, definition.id, hit.subject),
    title: definition.title,
    brief: definition.brief,
    counts: typeof counts === 'function' ? counts(hit.detail) : counts,
    word: definition.word ?? definition.brief,
    detail: hit.detail,
    explanation: definition.explain(hit.detail, scope.place),
    // A rule about one node need not know which.
    evidence: hit.evidence.map((line) => (line.node === '' ? { ...line, node: scope.nodeId } : line)),
    remedy: definition.remedy(hit.detail) ?? null,
    heldBack: hit.heldBack ?? null,
    guests: hit.guests,
  };
}
