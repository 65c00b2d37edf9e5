/** What pages show of a cluster and in which order: worst first, by what it asks of the reader, never by grade. */
import { freshForMs, tellSilence } from '../../analyzer';
import type { FleetNode, FleetRow } from '../../db/fleet';
import { type ClusterSummary, type NodeSummary, parseSummary } from '../../findings/summary';
import { countOf, listOf } from '../frame/count-words';
import type { Mark } from '../frame/glyphs';
import { fullTime, spanText } from '../frame/time';

export type NodeMark = FleetNode & {
  /** Undefined: left out of a large cluster's summary; not worse than those that are in it. */
  readonly mark: Mark | undefined;
  readonly grade: string;
  /** False: a check of it has holes; undefined: the summary does not say. */
  readonly isComplete?: boolean;
  readonly open: number;
};

export type ClusterCard = Omit<FleetRow, 'summary' | 'nodes'> & {
  readonly summary: ClusterSummary | undefined;
  /** Worst first. */
  readonly nodes: readonly NodeMark[];
  readonly mark: Mark;
  readonly sentence: string;
  /** Newest word of any node; 0: none yet. */
  readonly lastSeenAt: number;
};

/** Cards sort as their mark does, except that a warning with holes beside it may hide worse: it stands with the holes. */
export const worstCardFirst = (a: ClusterCard, b: ClusterCard): number => worseFirst(rankOf(a), rankOf(b)) || a.lastSeenAt - b.lastSeenAt;
const rankOf = ({ mark, summary }: ClusterCard): Mark => (mark === 'warning' && summary?.complete === false ? 'not-checked' : mark);

const order: readonly (Mark | undefined)[] = ['critical', 'silent', 'not-checked', 'warning', 'waiting', 'info', undefined, 'clean'];
export const worseFirst = (a: Mark | undefined, b: Mark | undefined): number => order.indexOf(a) - order.indexOf(b);

/** A cluster is made with its first token; until a node uses it there is nothing to show. */
export const isEnrolled = (row: FleetRow): boolean => row.nodes.length > 0;

export function readCard({ summary: stored, nodes: members, ...row }: FleetRow, now: number): ClusterCard {
  const summary = parseSummary(stored);
  const nodes = members.map((node) => markNode(node, summary, now)).sort((a, b) => worseFirst(a.mark, b.mark));
  const mark = markCluster(summary, nodes);
  return {
    ...row,
    summary,
    nodes,
    mark,
    sentence: sayCluster(summary, nodes, mark, now),
    lastSeenAt: Math.max(0, ...nodes.map((node) => node.lastSeenAt)),
  };
}

const worstMarks: Readonly<Record<NodeSummary['worst'], Mark>> = {
  critical: 'critical',
  warning: 'warning',
  info: 'info',
  unknown: 'not-checked',
  ok: 'clean',
};

/** A silent node is shown as silent, whatever it said last: its findings stay counted. */
function markNode(node: FleetNode, summary: ClusterSummary | undefined, now: number): NodeMark {
  const said = summary?.nodes.find(({ id }) => id === node.nodeId);
  const known = { ...node, grade: said?.grade ?? '', open: said?.open ?? 0 };
  if (node.lastSeenAt === 0 || node.status === 'pending') return { ...known, mark: 'waiting' };
  if (now - node.lastSeenAt > freshForMs(node.intervalSeconds)) return { ...known, mark: 'silent' };
  if (said !== undefined) return { ...known, mark: worstMarks[said.worst] };
  return { ...known, mark: summary !== undefined && summary.rest > 0 ? undefined : 'not-checked' };
}

function markCluster(summary: ClusterSummary | undefined, nodes: readonly NodeMark[]): Mark {
  const waiting = nodes.filter(({ mark }) => mark === 'waiting').length;
  if (summary !== undefined && summary.counts.critical > 0) return 'critical';
  if (nodes.some(({ mark }) => mark === 'silent')) return 'silent';
  if (waiting === nodes.length) return 'waiting';
  if (summary === undefined) return 'not-checked';
  if (summary.counts.warning > 0) return 'warning';
  if (!summary.complete) return 'not-checked';
  if (waiting > 0) return 'waiting';
  return summary.counts.info > 0 ? 'info' : 'clean';
}

function sayCluster(summary: ClusterSummary | undefined, nodes: readonly NodeMark[], mark: Mark, now: number): string {
  if (mark === 'silent') return saySilent(nodes, now);
  if (mark === 'waiting') {
    const names = nodes.filter((node) => node.mark === 'waiting').map(({ name }) => name);
    return `${listOf(names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names)} enrolled; the first check-in comes within ten minutes.`;
  }
  if (summary === undefined) return 'Checked in; the report is being made.';
  if (summary.sentence !== null) return summary.sentence;
  if (summary.counts.critical + summary.counts.warning + summary.counts.info > 0) return 'What was found before could not be confirmed now.';
  return summary.complete ? 'Nothing wrong.' : `Not fully checked: ${countOf(summary.notChecked, 'check')} could not be done.`;
}

/** A whole site is told as one story; of single nodes the one that matters first. */
function saySilent(nodes: readonly NodeMark[], now: number): string {
  const story = tellSilence(
    nodes.filter(({ status }) => status === 'active'),
    now,
  );
  if (story?.isTogether === true) {
    const span = `${story.withinMinutes} ${story.withinMinutes === 1 ? 'minute' : 'minutes'}`;
    return `All ${story.count} nodes fell silent within ${span} (${fullTime(story.since).slice(0, 16)} UTC). Probably the site's line.`;
  }
  const silent = nodes.filter((node) => node.mark === 'silent');
  const [first] = silent;
  if (first === undefined) return '';
  const others = silent.length > 1 ? ` and ${silent.length - 1} more` : '';
  const span = spanText(now - Math.max(...silent.map((node) => node.lastSeenAt)));
  return `${first.name}${others} silent for ${span}; last said: ${countOf(
    silent.reduce((sum, { open }) => sum + open, 0),
    'finding',
  )}`;
}
