/** What a capture told us: a value, or why there is none. Unknown is never empty, never clean, never an orphan. */
export type Evidence<T> = { readonly status: 'known'; readonly value: T } | { readonly status: 'unknown'; readonly why: Unknown };

/** Why something is not known. One closed union; `sayUnknown` in report/not-checked.ts words each for people. */
export type Unknown =
  | { readonly reason: 'not_captured'; readonly capture: string }
  | { readonly reason: 'command_absent'; readonly capture: string }
  | { readonly reason: 'command_failed'; readonly capture: string; readonly exitCode: number; readonly says: string }
  | { readonly reason: 'timed_out'; readonly capture: string }
  /** Which process hangs, and since when (Unix milliseconds, the node's clock), where the check-in says it. */
  | { readonly reason: 'stuck'; readonly capture: string; readonly pid?: number; readonly since?: number }
  | { readonly reason: 'skipped'; readonly capture: string; readonly says: string }
  | { readonly reason: 'unreadable'; readonly capture: string; readonly says: string }
  | { readonly reason: 'truncated'; readonly capture: string; readonly keptBytes: number }
  | { readonly reason: 'unparseable'; readonly capture: string; readonly line: number }
  | { readonly reason: 'not_mounted' }
  | { readonly reason: 'no_quorum'; readonly node: string }
  | { readonly reason: 'no_fresh_view' }
  | { readonly reason: 'silent'; readonly node: string; readonly since: number }
  | { readonly reason: 'identity_shared'; readonly node: string }
  | { readonly reason: 'no_state'; readonly node: string }
  | { readonly reason: 'not_enrolled'; readonly node: string }
  | { readonly reason: 'mixed_enrolment'; readonly clusters: readonly string[] }
  | { readonly reason: 'changed_during_capture' }
  | { readonly reason: 'group_not_visible'; readonly group: string }
  | { readonly reason: 'group_not_whole'; readonly group: string; readonly says: string }
  | { readonly reason: 'foreign_device'; readonly group: string; readonly device: string }
  | { readonly reason: 'old_metadata'; readonly group: string; readonly seqno: number; readonly known: number }
  | { readonly reason: 'moved_group'; readonly group: string }
  | { readonly reason: 'storage_unknown'; readonly storage: string }
  | { readonly reason: 'foreign_plugin'; readonly storage: string; readonly group: string }
  /** Open here, and no process of the guest whose disk it is. */
  | { readonly reason: 'holder_unknown'; readonly guest: number }
  /** Open on several nodes, and not proven that it was at the same time. `isPending`: their next check-ins will tell. */
  | { readonly reason: 'seen_open_twice'; readonly nodes: readonly string[]; readonly says: string; readonly isPending?: true }
  /** Not enrolled, or without a check-in yet. */
  | { readonly reason: 'member_unheard'; readonly node: string }
  | { readonly reason: 'in_flight'; readonly guest: number | null; readonly says: string };

export const known = <T>(value: T): Evidence<T> => ({ status: 'known', value });
export const unknown = (why: Unknown): Evidence<never> => ({ status: 'unknown', why });

/** Applies `next` to a known value; an unknown one passes through. (Not called `then`: a module with that export is a thenable and can never be imported dynamically.) */
export function whenKnown<T, U>(evidence: Evidence<T>, next: (value: T) => Evidence<U>): Evidence<U> {
  return evidence.status === 'known' ? next(evidence.value) : evidence;
}
