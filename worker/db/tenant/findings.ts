/** Findings of a customer: reads, and the four statements of a report batch that open, change and close them. */
import { and, desc, eq, isNull } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { ClusterId, FindingId } from '../../ids';
import { findings } from '../schema-tenant';
import type { TenantScope } from '../scope';
import { bindReport, type ReportMark, reportIsOurs } from './guards';

export type FindingRow = typeof findings.$inferSelect;

/** Open findings of a cluster, worst and oldest first. */
export async function listOpenFindings({ db, tenantId }: TenantScope, clusterId: ClusterId): Promise<readonly FindingRow[]> {
  return drizzle(db)
    .select()
    .from(findings)
    .where(and(eq(findings.tenantId, tenantId), eq(findings.clusterId, clusterId), isNull(findings.closedAt)))
    .orderBy(desc(findings.severity), findings.number);
}

export async function readFinding({ db, tenantId }: TenantScope, findingId: FindingId): Promise<FindingRow | undefined> {
  const rows = await drizzle(db)
    .select()
    .from(findings)
    .where(and(eq(findings.tenantId, tenantId), eq(findings.findingId, findingId)));
  return rows[0];
}

export type OpenRow = {
  readonly findingId: string;
  readonly number: number;
  readonly nodeId: string | null;
  readonly rule: string;
  readonly severity: number;
  readonly subject: string;
  readonly episode: number;
  readonly openedAt: number;
  readonly detail: string;
};

/** What a new report is reconciled with. */
export function selectOpen({ db, tenantId }: TenantScope, clusterId: string): D1PreparedStatement {
  const sql = `SELECT finding_id AS findingId, number, node_id AS nodeId, rule, severity, subject, episode, opened_at AS openedAt, detail
    FROM findings WHERE tenant_id = ?1 AND cluster_id = ?2 AND closed_at IS NULL ORDER BY number`;
  return db.prepare(sql).bind(tenantId, clusterId);
}

export type Opened = {
  readonly id: string;
  readonly node: string | null;
  readonly rule: string;
  readonly severity: number;
  readonly subject: string;
  readonly detail: string;
  readonly evidence: string;
};

const field = (name: string) => `json_extract(j.value, '$.${name}')`;

/**
 * New findings get the next numbers of the customer; one that was closed comes back as its next episode, without the
 * acknowledgement. One that is open already is left as it is.
 */
export function openFindings(scope: TenantScope, mark: ReportMark, at: number, opened: readonly Opened[]): D1PreparedStatement {
  const sql = `INSERT INTO findings (tenant_id, finding_id, number, cluster_id, node_id, rule, severity, subject, episode, opened_at, changed_at, detail, evidence)
    SELECT ?1, ${field('id')}, (SELECT coalesce(max(number), 0) FROM findings WHERE tenant_id = ?1) + 1 + j.key, ?2,
      ${field('node')}, ${field('rule')}, ${field('severity')}, ${field('subject')}, 1, ?4, ?4, ${field('detail')}, ${field('evidence')}
    FROM json_each(?5) j WHERE ${reportIsOurs}
    ON CONFLICT (tenant_id, finding_id) DO UPDATE SET episode = episode + 1, opened_at = excluded.opened_at, changed_at = excluded.changed_at,
      severity = excluded.severity, detail = excluded.detail, evidence = excluded.evidence,
      closed_at = NULL, closed_why = NULL, acked_at = NULL, acked_by = NULL WHERE findings.closed_at IS NOT NULL`;
  return bindReport(scope, sql, mark, at, JSON.stringify(opened));
}

export type Changed = Pick<Opened, 'id' | 'severity' | 'detail' | 'evidence'>;

/** Assigns no column of an index: that would cost a row each, even with the same value. */
export function changeFindings(scope: TenantScope, mark: ReportMark, at: number, changed: readonly Changed[]): D1PreparedStatement {
  const sql = `UPDATE findings SET changed_at = ?4, severity = ${field('severity')}, detail = ${field('detail')}, evidence = ${field('evidence')}
    FROM json_each(?5) j WHERE findings.tenant_id = ?1 AND findings.finding_id = ${field('id')} AND findings.cluster_id = ?2
      AND findings.closed_at IS NULL AND ${reportIsOurs}`;
  return bindReport(scope, sql, mark, at, JSON.stringify(changed));
}

/** `gone`: looked for and not found. `retired`: its node was removed. */
export type CloseReason = 'gone' | 'retired';
export type Closed = { readonly id: string; readonly why: CloseReason };

export function closeFindings(scope: TenantScope, mark: ReportMark, at: number, closed: readonly Closed[]): D1PreparedStatement {
  const sql = `UPDATE findings SET closed_at = ?4, changed_at = ?4, closed_why = ${field('why')}
    FROM json_each(?5) j WHERE findings.tenant_id = ?1 AND findings.finding_id = ${field('id')} AND findings.cluster_id = ?2
      AND findings.closed_at IS NULL AND ${reportIsOurs}`;
  return bindReport(scope, sql, mark, at, JSON.stringify(closed));
}

export type EventKind = 'opened' | 'changed' | 'closed';

/** What happened, with the episode each finding is in now; an opening of a later episode is a `reopened`. */
export function recordEvents(
  scope: TenantScope,
  mark: ReportMark,
  at: number,
  events: readonly { id: string; kind: EventKind }[],
  by: { rawKey: string | null; who: string },
): D1PreparedStatement {
  const kind = `CASE WHEN ${field('kind')} = 'opened' AND f.episode > 1 THEN 'reopened' ELSE ${field('kind')} END`;
  const sql = `INSERT INTO finding_events (tenant_id, at, finding_id, kind, episode, raw_key, by)
    SELECT ?1, ?4, f.finding_id, ${kind}, f.episode, ?6, ?7
    FROM json_each(?5) j JOIN findings f ON f.tenant_id = ?1 AND f.finding_id = ${field('id')} WHERE ${reportIsOurs} ON CONFLICT DO NOTHING`;
  return bindReport(scope, sql, mark, at, JSON.stringify(events), by.rawKey, by.who);
}
