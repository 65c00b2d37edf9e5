/** One cluster: what is wrong, which node said so, and which checks could not be done. */
import { joinPerformance, sayPerformance } from '../../analyzer';
import { listRemoved } from '../../db/tenant/removal';
import type { StaffCall } from '../../http/call';
import { visibleText } from '../../text/visible';
import { TokenForm } from '../customer/token-form';
import { FindingList } from '../finding/finding-list';
import { nameCluster, sayGrade } from '../fleet/cluster-rows';
import type { ClusterCard } from '../fleet/model';
import { countOf, listOf } from '../frame/count-words';
import { Sign } from '../frame/glyphs';
import { Crumbs, renderPage } from '../frame/layout';
import { Ago } from '../frame/time';
import { performanceOf } from '../node/performance';
import { RemovedNodes } from '../node/removed-node';
import { notFound, problemPage } from '../problem-page';
import { countChecks, holesOf } from './checks';
import { Guests } from './guests';
import { Members } from './members';
import { NotChecked } from './not-checked';
import { seeCluster } from './read-cluster';

const removedShown = 20;

export async function showCluster({ ports, person, params, requestId }: StaffCall): Promise<Response> {
  const now = ports.now();
  const seen = await seeCluster(ports.db, person, { tenantId: params.tenant ?? '', clusterId: params.id ?? '' }, now);
  if (seen === undefined) return problemPage(notFound, requestId, person);
  const { tenant, scope, card, findings, report, missing } = seen;
  const removed = await listRemoved(scope, card.clusterId, removedShown);
  return renderPage({
    title: nameCluster(card.name),
    person,
    children: (
      <>
        <Crumbs tenant={tenant} />
        <h1>
          {nameCluster(card.name)} <Sign mark={card.mark} />
        </h1>
        <Lede card={card} now={now} />
        {missing.length > 0 && card.nodes.length > 0 && <Missing enrolled={card.nodes.length} missing={missing} />}
        {findings.length > 0 && (
          <>
            <h2>What is wrong</h2>
            <FindingList findings={findings} now={now} withNode />
          </>
        )}
        {report !== undefined && <NotChecked holes={holesOf(report)} total={countChecks(report)} withNodes />}
        {report?.insight !== undefined && <Guests insight={report.insight} />}
        <h2>Nodes</h2>
        <Members tenantId={tenant.tenantId} nodes={card.nodes} now={now} />
        <RemovedNodes tenantId={tenant.tenantId} nodes={removed} now={now} />
        {person.role !== 'viewer' && (
          <details class="after">
            <summary class="soft">Enrol more nodes of this cluster</summary>
            <TokenForm tenantId={tenant.tenantId} only={{ clusterId: card.clusterId, name: card.name }} />
          </details>
        )}
      </>
    ),
  });
}

/** A cluster is judged whole only when every member speaks. */
function Missing({ enrolled, missing }: { enrolled: number; missing: readonly string[] }) {
  return (
    <p class="strip">
      <b>
        {enrolled} of {countOf(enrolled + missing.length, 'node')} enrolled.
      </b>{' '}
      Missing: {listOf(missing.slice(0, 8).map(visibleText))}
      {missing.length > 8 && ` and ${missing.length - 8} more`}. Checks that need only one node are done; some wait for the others.
    </p>
  );
}

/** `1 critical and 2 warnings open.` */
export function sayOpen(counts: Readonly<Record<'critical' | 'warning' | 'info', number>>): string | undefined {
  const { critical, warning, info } = counts;
  const open = [critical > 0 && `${critical} critical`, warning > 0 && countOf(warning, 'warning'), info > 0 && `${info} info`].filter(
    (words) => words !== false,
  );
  return open.length === 0 ? undefined : `${listOf(open)} open.`;
}

function Lede({ card: { summary, nodes, mark, lastSeenAt, isDirty, sentence }, now }: { card: ClusterCard; now: number }) {
  const reporting = nodes.filter((node) => node.mark !== 'silent' && node.mark !== 'waiting').length;
  const answer = summary === undefined ? sentence : (sayOpen(summary.counts) ?? (mark === 'clean' ? 'Nothing wrong.' : 'No finding is open.'));
  return (
    <p class="lede">
      <b>{answer}</b> {nodes.length === 0 ? 'No node yet.' : `${reporting} of ${countOf(nodes.length, 'node')} reporting`}
      {lastSeenAt > 0 && (
        <>
          , last check-in <Ago at={lastSeenAt} now={now} />
        </>
      )}
      {nodes.length > 0 && '.'}
      {isDirty && ' A newer report is being made.'}{' '}
      {summary !== undefined && (
        <span class="quiet">
          {sayGrade(summary)} Performance: {sayPerformance(joinPerformance(nodes.filter(({ status }) => status === 'active').map(performanceOf)))}.
        </span>
      )}
    </p>
  );
}
