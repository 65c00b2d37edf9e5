/** Every rule there is. A new rule is one file, one fixture folder, one line here. */
import type { ClusterInputs } from './cluster/cluster-inputs';
import type { NodeInputs } from './node/node-inputs';
import type { Explanation, Remedy } from './report-shape';
import { maxFindings, moreSubject, type Place, type Rule } from './rule';
import { mixedEnrolment } from './rules/cluster/mixed-enrolment';
import { notEnrolled } from './rules/cluster/not-enrolled';
import { silentCluster } from './rules/cluster/silent';
import { autoactivation } from './rules/dm/autoactivation';
import { backingGone } from './rules/dm/backing-gone';
import { duplicateMapping } from './rules/dm/duplicate-mapping';
import { errorTable } from './rules/dm/error-table';
import { foreignActivation } from './rules/dm/foreign-activation';
import { foreignOpen } from './rules/dm/foreign-open';
import { heldByGuestGroup } from './rules/dm/held-by-guest-vg';
import { heldByPartition } from './rules/dm/held-by-partition';
import { idleActivation } from './rules/dm/idle-activation';
import { impostorMapping } from './rules/dm/impostor-mapping';
import { missingMapping } from './rules/dm/missing-mapping';
import { openOnTwoNodes } from './rules/dm/open-on-two-nodes';
import { staleMapping } from './rules/dm/stale-mapping';
import { staleName } from './rules/dm/stale-name';
import { staleTable } from './rules/dm/stale-table';
import { unmanagedName } from './rules/dm/unmanaged-name';
import { unreferencedVolume } from './rules/dm/unreferenced-volume';
import { danglingVolume } from './rules/guest/dangling-volume';
import { commandsHang } from './rules/lvm/commands-hang';
import { duplicateGroupName } from './rules/lvm/duplicate-vg-name';
import { metadataWentBack } from './rules/lvm/metadata-went-back';
import { clockSkew } from './rules/node/clock-skew';
import { identityShared } from './rules/node/identity-shared';
import { silentNode } from './rules/node/silent';
import { groupMissing } from './rules/storage/group-missing';
import { multipathBypass } from './rules/storage/multipath-bypass';
import { sharedWrong } from './rules/storage/shared-wrong';
import { thinPoolDown } from './rules/storage/thin-pool-down';
import { thinPoolFull } from './rules/storage/thin-pool-full';

/** Raised with every change of a rule: clusters analysed by an older catalogue are analysed again. */
export const catalogueVersion = '3';

export const nodeRules: readonly Rule<NodeInputs>[] = [
  impostorMapping,
  foreignOpen,
  thinPoolDown,
  groupMissing,
  multipathBypass,
  duplicateGroupName,
  errorTable,
  duplicateMapping,
  metadataWentBack,
  staleName,
  staleMapping,
  staleTable,
  backingGone,
  foreignActivation,
  heldByGuestGroup,
  heldByPartition,
  missingMapping,
  unmanagedName,
  commandsHang,
  thinPoolFull,
  danglingVolume,
  autoactivation,
  idleActivation,
  silentNode,
  identityShared,
  clockSkew,
];
export const clusterRules: readonly Rule<ClusterInputs>[] = [
  openOnTwoNodes,
  sharedWrong,
  unreferencedVolume,
  silentCluster,
  mixedEnrolment,
  notEnrolled,
];

const byId = new Map<string, Rule<never>>([...nodeRules, ...clusterRules].map((rule) => [rule.id, rule as Rule<never>]));

export const ruleOf = (ruleId: string): Rule<never> | undefined => byId.get(ruleId);

export type StoredFinding = { readonly ruleId: string; readonly subject: string; readonly detail: unknown };

/** Words for a finding from what is stored of it; undefined for a rule this release does not have. */
export function explainFinding(
  finding: StoredFinding,
  place: Place,
): { readonly title: string; readonly explanation: Explanation; readonly remedy: Remedy | null } | undefined {
  const rule = byId.get(finding.ruleId);
  if (rule === undefined) return undefined;
  if (finding.subject === moreSubject) return { title: rule.title, explanation: sayMore(place), remedy: null };
  return { title: rule.title, explanation: rule.explain(finding.detail, place), remedy: rule.remedy(finding.detail) ?? null };
}

/** Minutes a finding of this rule must have been open before anything may be done about it. */
export function holdMinutesOf(ruleId: string): number {
  return byId.get(ruleId)?.holdMinutes ?? 15;
}

/** The one finding that stands for all beyond the limit. */
function sayMore({ node }: Place): Explanation {
  return {
    sentence: `There are more than ${maxFindings} of these on ${node}; only ${maxFindings} are listed.`,
    breaks: 'The same as the ones that are listed.',
    messages: [],
    because: 'One cause usually stands behind so many: look for it before mending them one by one.',
    todo: 'Mend the listed ones; the others take their places. All of them at once, on the node: sexton-collector collect, then npm run analyze.',
    commands: [],
  };
}
