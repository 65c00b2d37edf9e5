/**
 * A cluster's row. `evidence_rev` rises with every write that can change a conclusion; the report is written only when
 * that revision is still the one it was made from.
 */
import type { ClusterId } from '../../ids';
import type { TenantScope } from '../scope';
import { bindReport, bindStored, messageIsStored, type ReportMark, reportIsOurs, type StoredMessage } from './guards';

/** A stored message changed what is known. Stands right behind the statement that stores it. */
export function raiseRevision(scope: TenantScope, message: StoredMessage): D1PreparedStatement {
  return bindStored(
    scope,
    `UPDATE clusters SET evidence_rev = evidence_rev + 1 WHERE tenant_id = ?1 AND cluster_id = ?5 AND changes() = 1 AND ${messageIsStored}`,
    message,
  );
}

export type RevisionRead = { readonly evidenceRev: number; readonly analysedRev: number };

/** Time passed or the catalogue changed: the report must be made again. Nothing when somebody raised it already. */
export function raiseWhenSettled({ db, tenantId }: TenantScope, clusterId: string, { evidenceRev, analysedRev }: RevisionRead): D1PreparedStatement {
  const sql = `UPDATE clusters SET evidence_rev = evidence_rev + 1
    WHERE tenant_id = ?1 AND cluster_id = ?2 AND evidence_rev = ?3 AND analysed_rev = ?4 AND analysed_rev = evidence_rev`;
  return db.prepare(sql).bind(tenantId, clusterId, evidenceRev, analysedRev);
}

export type ClusterRow = {
  readonly clusterId: ClusterId;
  readonly name: string;
  readonly evidenceRev: number;
  readonly analysedRev: number;
  readonly analysedBy: string;
  readonly summary: string;
};

export function selectCluster({ db, tenantId }: TenantScope, clusterId: string): D1PreparedStatement {
  const sql = `SELECT cluster_id AS clusterId, name, evidence_rev AS evidenceRev, analysed_rev AS analysedRev, analysed_by AS analysedBy, summary
    FROM clusters WHERE tenant_id = ?1 AND cluster_id = ?2`;
  return db.prepare(sql).bind(tenantId, clusterId);
}

export async function readCluster(scope: TenantScope, clusterId: ClusterId): Promise<ClusterRow | undefined> {
  return (await selectCluster(scope, clusterId).first<ClusterRow>()) ?? undefined;
}

export type ReportHead = { readonly rev: number; readonly analysedBy: string; readonly recheckAt: number | null; readonly summary: string };

/** First statement of a report batch: takes the revision or, returning no row, leaves the whole batch without effect. */
export function claimReport(scope: TenantScope, mark: ReportMark, { rev, analysedBy, recheckAt, summary }: ReportHead): D1PreparedStatement {
  const sql = `UPDATE clusters SET analysed_rev = ?4, report_id = ?3, analysed_by = ?5, recheck_at = ?6, summary = ?7
    WHERE tenant_id = ?1 AND cluster_id = ?2 AND evidence_rev = ?4 AND analysed_rev < ?4 RETURNING cluster_id`;
  return bindReport(scope, sql, mark, rev, analysedBy, recheckAt, summary);
}

/** Outcomes per rule and node; written only when different, so `at` says since when. */
export function saveOutcomes(scope: TenantScope, mark: ReportMark, at: number, outcomes: string): D1PreparedStatement {
  const sql = `INSERT INTO cluster_reports (tenant_id, cluster_id, at, outcomes) SELECT ?1, ?2, ?4, ?5 WHERE ${reportIsOurs}
    ON CONFLICT (tenant_id, cluster_id) DO UPDATE SET at = excluded.at, outcomes = excluded.outcomes WHERE cluster_reports.outcomes <> excluded.outcomes`;
  return bindReport(scope, sql, mark, at, outcomes);
}

/** The trend: the last word of each day on which something changed. `day`: yyyy-mm-dd, UTC. */
export function saveDay(scope: TenantScope, mark: ReportMark, day: string, grade: string, counts: string): D1PreparedStatement {
  const sql = `INSERT INTO cluster_days (tenant_id, cluster_id, day, grade, counts) SELECT ?1, ?2, ?4, ?5, ?6 WHERE ${reportIsOurs}
    ON CONFLICT (tenant_id, cluster_id, day) DO UPDATE SET grade = excluded.grade, counts = excluded.counts
      WHERE cluster_days.grade <> excluded.grade OR cluster_days.counts <> excluded.counts`;
  return bindReport(scope, sql, mark, day, grade, counts);
}

export async function readOutcomes(
  { db, tenantId }: TenantScope,
  clusterId: ClusterId,
): Promise<{ readonly at: number; readonly outcomes: string } | undefined> {
  const row = await db
    .prepare('SELECT at, outcomes FROM cluster_reports WHERE tenant_id = ?1 AND cluster_id = ?2')
    .bind(tenantId, clusterId)
    .first<{ at: number; outcomes: string }>();
  return row ?? undefined;
}
