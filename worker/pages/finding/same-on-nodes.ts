/** The same fault on several nodes is one story: the first finding in full, then what is to be done on each of the other nodes. */
import type { FindingView } from './finding-view';

export type NodesStory = {
  readonly first: FindingView;
  /** Of the same rule, about the same mapping, volume or group, each on another node. They keep their numbers and pages. */
  readonly others: readonly FindingView[];
};

/** In the order of the findings: a story stands where its worst, then oldest, finding stands. */
export function joinNodes(findings: readonly FindingView[]): readonly NodesStory[] {
  const stories = new Map<string, FindingView[]>();
  for (const finding of findings) {
    // What is of the whole cluster, or stands for "and more", is nobody else's; a name alone is another thing on each node.
    const isShared = finding.nodeId !== undefined && /[A-Za-z0-9]{32}/.test(finding.subject);
    const key = isShared ? JSON.stringify([finding.rule, finding.severity, finding.subject]) : finding.id;
    const story = stories.get(key);
    if (story === undefined) stories.set(key, [finding]);
    else story.push(finding);
  }
  return [...stories.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [{ first, others }]));
}
