/** Every node of a cluster fell silent: one story about the site, not one finding for each node. */
import type { ClusterInputs } from '../../cluster/cluster-inputs';
import { type Detection, defineRule } from '../../rule';
import { utcMinute } from '../../words';
import { lookAtTimer } from '../node/silent';

type Detail = {
  readonly name: string;
  readonly cluster: string;
  readonly count: number;
  readonly since: number;
  /** Between the first and the last to be heard, in minutes. */
  readonly withinMinutes: number;
  /** As far apart as their timers are: one cause. */
  readonly isTogether: boolean;
};

export const silentCluster = defineRule<ClusterInputs>()({
  id: 'cluster.silent',
  title: 'A whole cluster is silent',
  brief: 'cluster is silent',
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'Fewer than two nodes of this cluster have ever been heard.',
  reference: {
    what: 'Every node of a cluster fell silent.',
    why: 'Nothing there is checked; close together in time it is usually the line of the site.',
    how: 'As for one node, for all of them.',
    evidence: [],
    guards: ['One finding instead of one for each node.'],
    remedy: 'None: where to look is said.',
    sources: ['The times at which check-ins arrived'],
  },
  isAboutCheckIns: true,
  holdMinutes: 0,
  needs: ['silence'],
  detect({ silence: { heard, story } }): Detection<Detail> {
    const found = story === undefined ? [] : [{ subject: 'cluster/silent', guests: [], evidence: [], detail: story }];
    return { applies: heard > 1, found, notChecked: [] };
  },
  explain: ({ name, cluster, count, since, withinMinutes, isTogether }) => ({
    sentence: isTogether
      ? `All ${count} nodes of ${cluster || 'this cluster'} fell silent within ${withinMinutes} ${withinMinutes === 1 ? 'minute' : 'minutes'} (${utcMinute(since)}).`
      : `All ${count} nodes of ${cluster || 'this cluster'} are silent, the last one since ${utcMinute(since)}.`,
    breaks: 'Nothing there is checked. What the nodes said last is kept and counts only where it says that something is in use.',
    messages: [],
    because: `No check-in of ${name} has arrived for three intervals; the last of them came at ${utcMinute(since)}.`,
    todo: isTogether
      ? "Probably the site's line: look there first. If the nodes can be reached, look at the timer of one of them."
      : 'Look at the timer of one of them, and at what it logged last.',
    commands: lookAtTimer,
  }),
  remedy: () => undefined,
});
