/** The statements of a short message: one row, unless an hour began or the node's cluster needs its report. */
import type { TenantScope } from '../db/scope';
import { raiseWhenSettled } from '../db/tenant/clusters';
import type { StoredMessage } from '../db/tenant/guards';
import { acceptShort, acceptUnknownState, type Heard, type Speaker, sampleVitals } from '../db/tenant/nodes';
import { raiseWithNeighbours } from '../db/tenant/views';
import { isOutdated } from '../findings/report-cluster';
import { wasAway } from './was-away';

export type ShortWrite = {
  readonly message: StoredMessage;
  readonly speaker: Speaker;
  readonly said: Heard;
  /** How the node speaks changed what there is to report. */
  readonly isNews: boolean;
  readonly isStateKnown: boolean;
};

/** The first statement answers a row when the message is in. */
export function storeShort(scope: TenantScope, { message, speaker, said, isNews, isStateKnown }: ShortWrite): D1PreparedStatement[] {
  const isActive = speaker.status === 'active';
  const raise = isActive && isNews ? [raiseWithNeighbours(scope, message)] : [];
  if (!isStateKnown) return [acceptUnknownState(scope, message, speaker, said), ...raise];
  const statements = [acceptShort(scope, message, speaker, said)];
  if (isActive && (isNews || wasAway(speaker, said.now))) statements.push(raiseWithNeighbours(scope, message));
  const sample = sampleVitals(scope, message, speaker.lastSeenAt, said);
  if (sample !== undefined) statements.push(sample);
  return statements;
}

/** Raises a report made by another catalogue; nothing when it is to be made anyway. */
export function renewReport(scope: TenantScope, { cluster, clusterId, status }: Speaker): D1PreparedStatement[] {
  if (status !== 'active' || !isOutdated(cluster)) return [];
  return [raiseWhenSettled(scope, clusterId, cluster)];
}

/** Will there be something to report, or is there a report that was not made? */
export function needsReport(speaker: Speaker, now: number): boolean {
  const { status, cluster } = speaker;
  return status === 'active' && (wasAway(speaker, now) || cluster.analysedRev < cluster.evidenceRev || isOutdated(cluster));
}
