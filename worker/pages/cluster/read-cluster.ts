/** A cluster with its customer, nodes, findings and newest report, if this person may see it. */
import { readFleet } from '../../db/fleet';
import type { Tenant } from '../../db/installation/tenants';
import { fleetScope, type TenantScope } from '../../db/scope';
import { readOutcomes } from '../../db/tenant/clusters';
import { listOpenFindings } from '../../db/tenant/findings';
import { readMembership } from '../../db/tenant/read-membership';
import { parseStoredReport, type StoredReport } from '../../findings/stored-report';
import type { Person } from '../../people/person';
import { seeTenant } from '../../people/scope';
import { type FindingView, viewFinding } from '../finding/finding-view';
import { type ClusterCard, type NodeMark, readCard } from '../fleet/model';

export type SeenCluster = {
  readonly tenant: Tenant;
  readonly scope: TenantScope;
  readonly card: ClusterCard;
  /** Worst first. */
  readonly findings: readonly FindingView[];
  /** Undefined: none yet. */
  readonly report: StoredReport | undefined;
  /** Members the cluster itself lists that are not enrolled here. */
  readonly missing: readonly string[];
};

export type Sought = { readonly tenantId: string; readonly clusterId: string } | { readonly tenantId: string; readonly nodeId: string };

const clustersOfCustomer = 1000;

/** Undefined: there is no such cluster or node, or it is not theirs to see. */
export async function seeCluster(db: D1Database, person: Person, sought: Sought, now: number): Promise<SeenCluster | undefined> {
  const seen = await seeTenant(db, person, sought.tenantId);
  if (seen === undefined) return undefined;
  const { rows } = await readFleet(fleetScope(db, [seen.tenant.tenantId], 'session'), { limit: clustersOfCustomer, offset: 0 });
  const row = rows.find(({ clusterId, nodes }) =>
    'nodeId' in sought ? nodes.some(({ nodeId }) => nodeId === sought.nodeId) : clusterId === sought.clusterId,
  );
  if (row === undefined) return undefined;
  const [found, outcomes, membership] = await Promise.all([
    listOpenFindings(seen.scope, row.clusterId),
    readOutcomes(seen.scope, row.clusterId),
    readMembership(seen.scope, row.clusterId),
  ]);
  const missing = (membership?.members ?? []).filter((name) => row.nodes.every((node) => node.name !== name));
  const report = outcomes && parseStoredReport(outcomes.outcomes);
  const context = { tenantId: seen.tenant.tenantId, tenantKey: seen.tenant.key, nodes: row.nodes, report, isDirty: row.isDirty, now };
  const findings = found.map((finding) => viewFinding(finding, context));
  const card = readCard(row, now);
  return { ...seen, card: { ...card, nodes: card.nodes.map((node) => refineNode(node, findings, report)) }, findings, report, missing };
}

/** The summary of a large cluster leaves nodes out; the report has them all. */
function refineNode(node: NodeMark, findings: readonly FindingView[], report: StoredReport | undefined): NodeMark {
  const said = report?.nodes.find(({ nodeId }) => nodeId === node.nodeId);
  if (node.mark !== undefined) return said === undefined ? node : { ...node, isComplete: said.complete };
  const own = findings.filter(({ nodeId }) => nodeId === node.nodeId);
  const worst = own[0]?.severity;
  const isWhole = said?.complete ?? false;
  return {
    ...node,
    mark: worst !== undefined && (worst !== 'info' || isWhole) ? worst : isWhole ? 'clean' : 'not-checked',
    grade: said?.grade ?? '',
    isComplete: isWhole,
    open: own.length,
  };
}
