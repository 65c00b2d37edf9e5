/** What a job of the minute is. */
import type { Lease } from '../db/installation/jobs';
import type { FleetScope } from '../db/scope';
import type { Ports } from '../ports';

/** `cursor`: handed to the next run. `statements`: of the minute's budget. */
export type JobWork = { readonly done: number; readonly statements: number; readonly cursor: string | null; readonly error: string | null };

export type Job = { readonly name: string; readonly run: (ports: Ports, fleet: FleetScope, lease: Lease, budget: number) => Promise<JobWork> };
