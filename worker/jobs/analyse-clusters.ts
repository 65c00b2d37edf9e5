/** Makes the reports nobody's message made: after a crash, when time alone changed something, when the rules changed. */
import { catalogueVersion } from '../analyzer';
import { type ClusterToAnalyse, listClustersToAnalyse } from '../db/fleet-upkeep';
import type { Lease } from '../db/installation/jobs';
import { type FleetScope, tenantScope } from '../db/scope';
import { raiseWhenSettled } from '../db/tenant/clusters';
import { decodeReading, readingStatements, selectReading } from '../findings/cluster-reading';
import { reportCluster } from '../findings/report-cluster';
import type { Ports } from '../ports';
import type { JobWork } from './job';

/** Raise, read, and the longest report batch. */
const mostPerCluster = 1 + readingStatements + 8;
const candidates = 8;
/** Clusters that could not be analysed, remembered so that they do not block the queue. */
const maxFailed = 20;

/** The lease's cursor: ids of clusters whose analysis failed last time; they come last. */
export async function analyseDueClusters(ports: Ports, fleet: FleetScope, lease: Lease, budget: number): Promise<JobWork> {
  const skip = lease.cursor === null ? [] : (JSON.parse(lease.cursor) as string[]);
  const due = await listClustersToAnalyse(fleet, { now: ports.now(), catalogue: catalogueVersion, limit: candidates, skip });
  let statements = 1;
  let done = 0;
  let error: string | null = null;
  const failed = new Set(skip);
  for (const cluster of due) {
    if (statements + mostPerCluster > budget) break;
    try {
      statements += await analyseOne(ports, fleet, cluster);
      failed.delete(cluster.clusterId);
      done += 1;
    } catch (cause) {
      statements += mostPerCluster;
      failed.add(cluster.clusterId);
      error = `${cluster.clusterId}: ${cause instanceof Error ? cause.message : 'failed'}`.slice(0, 300);
    }
  }
  return { done, statements, cursor: failed.size === 0 ? null : JSON.stringify([...failed].slice(-maxFailed)), error };
}

async function analyseOne(
  ports: Ports,
  fleet: FleetScope,
  { tenantId, clusterId, isDirty, evidenceRev, analysedRev }: ClusterToAnalyse,
): Promise<number> {
  const scope = tenantScope(fleet.db, tenantId, 'cron');
  const now = ports.now();
  const raise = isDirty ? [] : [raiseWhenSettled(scope, clusterId, { evidenceRev, analysedRev })];
  const results = await fleet.db.batch([...raise, ...selectReading(scope, clusterId, now)]);
  const reading = decodeReading(results.slice(-readingStatements), now);
  if (reading === undefined) return results.length;
  const reported = await reportCluster(ports, scope, reading, { who: 'cron', rawKey: null }, 1);
  return results.length + reported.statements;
}
