/** Findings of one rule that are mended alike are one story under the first of them: fifty leftovers are one problem. */
import type { Guest } from '../facts';
import type { ClusterReport, Found, Severity } from '../report-shape';

export type Story = { readonly first: Found; readonly others: readonly Found[] };

const order: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** Worst first, and among equals in the order of the catalogue, in which they come; inside a story by name of the mapping or volume. */
export function tellStories(findings: readonly Found[]): readonly Story[] {
  const byRule = new Map<string, Found[]>();
  for (const finding of findings) {
    const key = `${finding.ruleId} ${finding.severity} ${finding.remedy?.kind ?? ''} ${finding.explanation.todo}`;
    const story = byRule.get(key);
    if (story === undefined) byRule.set(key, [finding]);
    else story.push(finding);
  }
  const stories = [...byRule.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [{ first, others }]));
  return stories.sort((a, b) => order[a.first.severity] - order[b.first.severity]);
}

/** Other nodes on which the same is found about the same uuid: one fault, to be mended on each of them. A name alone is another thing on each node. */
export function alsoOn({ nodes }: ClusterReport, { ruleId, subject }: Found, nodeId: string): readonly string[] {
  if (!/[A-Za-z0-9]{32}/.test(subject)) return [];
  const isSame = (one: Found) => one.ruleId === ruleId && one.subject === subject;
  return nodes.filter((node) => node.nodeId !== nodeId && node.findings.some(isSame)).map(({ node }) => node);
}

export const worseFirst = (a: Found, b: Found): number => order[a.severity] - order[b.severity];

/** What findings are about in one or two words: their guests, or the subject's name. */
export function aboutOf(findings: readonly Found[], known: readonly Guest[]): string {
  const guests = [...new Set(findings.flatMap((finding) => finding.guests))];
  const [guest] = guests;
  if (guests.length > 1) return `${guests.length} guests`;
  if (guest === undefined) return findings[0] === undefined ? '' : subjectOf(findings[0]);
  const type = known.find(({ vmid }) => vmid === guest)?.type;
  return `${type === undefined ? 'guest' : type === 'qemu' ? 'VM' : 'CT'} ${guest}`;
}

/** The mapping's or volume's name. */
export function subjectOf({ detail }: Found): string {
  const { volume, name } = (detail ?? {}) as { readonly volume?: string; readonly name?: string };
  return name ?? volume ?? '';
}
