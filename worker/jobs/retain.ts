/**
 * Once a day: deletes what retention says, a bounded part at a time, until every step finds nothing more. A tick that dies
 * is taken up where it stood, and a step that fails is left for tomorrow so that it keeps no other from its turn.
 * Never deleted here: the newest state of a node, open findings, the audit log.
 */
import { type Limits, sweeps } from '../db/fleet-retention';
import type { Lease } from '../db/installation/jobs';
import { type InstallationLimits, installationSweeps } from '../db/installation/retention';
import type { FleetScope } from '../db/scope';
import type { Ports } from '../ports';
import { deleteOldStates } from './delete-old-states';
import type { JobWork } from './job';

const day = 86_400_000;
/** Days. Closed history 400, mails 60, raw states 30, what expired so that its text can still say so: 30 or 1. */
export const keptDays = { history: 400, outbox: 60, raw: 30, tokens: 30, expired: 1, unused: 1 } as const;

/** Rows one statement deletes: it stays well below what D1 does in one go. */
const rowsAtOnce = 1000;
/** Of the minute's statements; the rest is for reports. */
export const mostStatements = 10;

type Step = { readonly name: string; readonly run: (ports: Ports, fleet: FleetScope, now: number) => Promise<{ deleted: number; isDone: boolean }> };

const limitsAt = (now: number): Limits & InstallationLimits => ({
  history: now - keptDays.history * day,
  tokens: now - keptDays.tokens * day,
  unused: now - keptDays.unused * day,
  outbox: now - keptDays.outbox * day,
  expired: now - keptDays.expired * day,
});

async function runSweep(statement: D1PreparedStatement): Promise<{ deleted: number; isDone: boolean }> {
  const deleted = (await statement.run()).meta.changes;
  return { deleted, isDone: deleted < rowsAtOnce };
}

const steps: readonly Step[] = [
  ...sweeps.map(({ name, prepare }): Step => ({ name, run: (_ports, fleet, now) => runSweep(prepare(fleet, limitsAt(now), rowsAtOnce)) })),
  ...installationSweeps.map(({ name, prepare }): Step => ({ name, run: ({ db }, _fleet, now) => runSweep(prepare(db, limitsAt(now), rowsAtOnce)) })),
  { name: 'raw', run: async ({ raw }, _fleet, now) => deleteOldStates(raw, dayOf(now - keptDays.raw * day)) },
];

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The lease's cursor: which day's round, and the steps that are done. */
type Cursor = { readonly day: string; readonly done: number };

function readCursor(text: string | null, today: string): Cursor {
  const cursor = text === null ? undefined : (JSON.parse(text) as Cursor);
  return cursor?.day === today ? cursor : { day: today, done: 0 };
}

/** A clock that was set to another year would make everything old: the first day after such a jump deletes nothing. */
const jumpDays = 60;
function hasJumped(before: string | null, today: string): boolean {
  if (before === null) return false;
  const days = (Date.parse(today) - Date.parse((JSON.parse(before) as Cursor).day)) / day;
  return Math.abs(days) > jumpDays;
}

export const isRetentionDue = (cursor: string | null, now: number): boolean => readCursor(cursor, dayOf(now)).done < steps.length;

export async function retain(ports: Ports, fleet: FleetScope, lease: Lease, budget: number): Promise<JobWork> {
  const now = ports.now();
  if (hasJumped(lease.cursor, dayOf(now))) {
    const error = `the last round was more than ${jumpDays} days from today: nothing is deleted until tomorrow`;
    return { done: 0, statements: 0, cursor: JSON.stringify({ day: dayOf(now), done: steps.length } satisfies Cursor), error };
  }
  let { day: today, done } = readCursor(lease.cursor, dayOf(now));
  let statements = 0;
  let deleted = 0;
  let error: string | null = null;
  while (statements < Math.min(budget, mostStatements)) {
    const step = steps[done];
    if (step === undefined) break;
    // Listing the bucket and deleting from it; a sweep of the database is one.
    statements += step.name === 'raw' ? 2 : 1;
    try {
      const part = await step.run(ports, fleet, now);
      deleted += part.deleted;
      if (part.isDone) done += 1;
    } catch (cause) {
      error = `${step.name}: ${cause instanceof Error ? cause.message : 'failed'}`.slice(0, 300);
      done += 1;
    }
  }
  return { done: deleted, statements, cursor: JSON.stringify({ day: today, done } satisfies Cursor), error };
}
