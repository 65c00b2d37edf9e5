/**
 * What the minute cron does, each job under its own lease, all of them within the statements one invocation may use.
 * Every step is idempotent: a tick that dies is finished by the next one.
 */

import { markSilent, readOldestDirty } from '../db/fleet-upkeep';
import { type Lease, readJobCursor, returnLease, takeLease } from '../db/installation/jobs';
import { listTenants } from '../db/installation/tenants';
import { type FleetScope, fleetScope } from '../db/scope';
import type { Ports } from '../ports';
import { analyseDueClusters } from './analyse-clusters';
import type { Job, JobWork } from './job';
import { isRetentionDue, mostStatements, retain } from './retain';

/** Of the 50 the free plan allows; the rest is for what else runs in the same invocation. */
const statementsPerTick = 40;
const leaseMilliseconds = 2 * 60_000;
/** Taking a lease and giving it back. */
const leaseStatements = 2;

export type JobResult =
  | { readonly name: string; readonly done: number; readonly error: string | null }
  | { readonly name: string; readonly skipped: 'leased' };

const jobs: readonly Job[] = [
  { name: 'mark-silent', run: async (ports, fleet) => ({ done: await markSilent(fleet, ports.now()), statements: 2, cursor: null, error: null }) },
  { name: 'analyse', run: analyseDueClusters },
];
/** Not every minute: it is looked for whether today's round is done before a lease is taken. */
const retention: Job = { name: 'retain', run: retain };

export async function runJobs(ports: Ports): Promise<readonly JobResult[]> {
  const fleet = await readWholeFleet(ports);
  const isRetaining = isRetentionDue(await readJobCursor(ports.db, retention.name), ports.now());
  const reserved = isRetaining ? mostStatements + leaseStatements : 0;
  let used = 2;
  const results: JobResult[] = [];
  for (const job of isRetaining ? [...jobs, retention] : jobs) {
    const lease = await takeLease(ports.db, job.name, ports.now(), leaseMilliseconds);
    used += 1;
    if (lease === undefined) {
      results.push({ name: job.name, skipped: 'leased' });
      continue;
    }
    const work = await runSafely(job, ports, fleet, lease, statementsPerTick - used - (leaseStatements - 1) - (job === retention ? 0 : reserved));
    used += work.statements + 1;
    await returnLease(ports.db, lease, { now: ports.now(), cursor: work.cursor, error: work.error });
    results.push({ name: job.name, done: work.done, error: work.error });
  }
  return results;
}

/** One job failing is written into its row and keeps no other from running. */
async function runSafely(job: Job, ports: Ports, fleet: FleetScope, lease: Lease, budget: number): Promise<JobWork> {
  try {
    return await job.run(ports, fleet, lease, budget);
  } catch (error) {
    return { done: 0, statements: budget, cursor: lease.cursor, error: (error instanceof Error ? error.message : 'failed').slice(0, 300) };
  }
}

/** For /healthz: since when the oldest report has been waiting (Unix milliseconds); undefined: none waits. */
export async function oldestDirty(ports: Pick<Ports, 'db'>): Promise<number | undefined> {
  return readOldestDirty(await readWholeFleet(ports));
}

async function readWholeFleet({ db }: Pick<Ports, 'db'>): Promise<FleetScope> {
  const tenants = await listTenants(db);
  return fleetScope(
    db,
    tenants.map(({ tenantId }) => tenantId),
    'cron',
  );
}
