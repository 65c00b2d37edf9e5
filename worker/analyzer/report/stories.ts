/** Findings of one rule that are mended alike are one story under the first of them: fifty leftovers are one problem. */
import type { Found, Severity } from '../report-shape';

export type Story = { readonly first: Found; readonly others: readonly Found[] };

const order: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** Worst first; inside a story by name of the mapping or volume. */
export function tellStories(findings: readonly Found[]): readonly Story[] {
  const byRule = new Map<string, Found[]>();
  for (const finding of findings) {
    const key = `${finding.ruleId} ${finding.severity} ${finding.remedy?.kind ?? ''} ${finding.explanation.todo}`;
    byRule.set(key, [...(byRule.get(key) ?? []), finding]);
  }
  const stories = [...byRule.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [{ first, others }]));
  return stories.sort((a, b) => order[a.first.severity] - order[b.first.severity] || (a.first.ruleId < b.first.ruleId ? -1 : 1));
}

/** What a finding is about in one or two words: its guests, or its subject's name. */
export function aboutOf({ guests, detail }: Found): string {
  if (guests.length > 0) return guests.length > 3 ? `${guests.length} guests` : `guest ${guests.join(', ')}`;
  const { volume, name } = detail as { readonly volume?: string; readonly name?: string };
  return volume ?? name ?? '';
}
