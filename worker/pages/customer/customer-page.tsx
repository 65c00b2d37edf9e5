/** One customer: its clusters worst first, and how to enrol nodes. */
import { readFleet } from '../../db/fleet';
import { fleetScope } from '../../db/scope';
import type { StaffCall } from '../../http/call';
import { seeTenant } from '../../people/scope';
import { visibleText } from '../../text/visible';
import { ClusterRows } from '../fleet/cluster-rows';
import { clustersPerPage } from '../fleet/fleet-page';
import { isEnrolled, readCard, worstCardFirst } from '../fleet/model';
import { countOf } from '../frame/count-words';
import { Crumbs, renderPage } from '../frame/layout';
import { notFound, problemPage } from '../problem-page';
import { TokenForm } from './token-form';

export async function showCustomer({ ports, person, params, requestId }: StaffCall): Promise<Response> {
  const seen = await seeTenant(ports.db, person, params.tenant ?? '');
  if (seen === undefined) return problemPage(notFound, requestId, person);
  const { tenant } = seen;
  const now = ports.now();
  const { rows } = await readFleet(fleetScope(ports.db, [tenant.tenantId], 'session'), { limit: clustersPerPage, offset: 0 });
  const cards = rows
    .filter(isEnrolled)
    .map((row) => readCard(row, now))
    .sort(worstCardFirst);
  const nodes = cards.reduce((sum, { nodes: members }) => sum + members.length, 0);
  return renderPage({
    title: tenant.name,
    person,
    children: (
      <>
        <Crumbs />
        <h1>
          {visibleText(tenant.name)} <span class="number">{tenant.key}</span>
        </h1>
        <p class="lede">{cards.length === 0 ? 'No node yet.' : `${countOf(cards.length, 'cluster')}, ${countOf(nodes, 'node')}.`}</p>
        {cards.length > 0 && (
          <section class="card fleet" aria-label="Clusters">
            <ClusterRows cards={cards} now={now} withCustomer={false} />
          </section>
        )}
        {person.role !== 'viewer' && (
          <section aria-labelledby="enrol">
            <h2 id="enrol">Enrol nodes</h2>
            <p class="soft">A token lets nodes in for one hour. The cluster names itself at its first check-in.</p>
            <TokenForm tenantId={tenant.tenantId} clusters={cards.map(({ clusterId, name }) => ({ clusterId, name }))} />
          </section>
        )}
      </>
    ),
  });
}
