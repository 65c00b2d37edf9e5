/** The fleet: which cluster needs somebody, worst first. The first sentence answers the question. */
import { readFleet } from '../../db/fleet';
import type { StaffCall } from '../../http/call';
import { seeFleet } from '../../people/scope';
import { visibleText } from '../../text/visible';
import { CustomerForm } from '../customer/customer-form';
import { countOf, listOf } from '../frame/count-words';
import { Glyph } from '../frame/glyphs';
import { renderPage } from '../frame/layout';
import { Ago } from '../frame/time';
import { ClusterRow, ClusterRows } from './cluster-rows';
import { type ClusterCard, isEnrolled, readCard, worstCardFirst } from './model';

export const clustersPerPage = 200;

export async function showFleet({ ports, person, url }: StaffCall): Promise<Response> {
  const now = ports.now();
  const { tenants, fleet } = await seeFleet(ports.db, person);
  if (tenants.length === 0)
    return renderPage({ title: 'Fleet', person, current: 'fleet', children: <NoCustomer mayAdd={person.role === 'owner'} /> });
  const offset = readOffset(url);
  const { rows, total } = await readFleet(fleet, { limit: clustersPerPage, offset });
  const cards = rows
    .filter(isEnrolled)
    .map((row) => readCard(row, now))
    .sort(worstCardFirst);
  const needing = cards.filter(({ mark }) => mark !== 'clean');
  const fine = cards.filter(({ mark }) => mark === 'clean');
  return renderPage({
    title: 'Fleet',
    person,
    current: 'fleet',
    children: (
      <>
        <h1>Fleet</h1>
        <Lede cards={cards} needing={needing} now={now} />
        {cards.length === 0 ? (
          <NoNode customers={tenants} />
        ) : (
          <section class="card fleet" aria-label="Clusters">
            {needing.length > 0 && <ClusterRows cards={needing} now={now} withCustomer={tenants.length > 1} />}
            {fine.length > 0 && <Fine cards={fine} now={now} withCustomer={tenants.length > 1} />}
          </section>
        )}
        <Pages offset={offset} shown={rows.length} total={total} />
        <Customers customers={tenants} mayAdd={person.role === 'owner'} />
      </>
    ),
  });
}

function readOffset(url: URL): number {
  const page = Number(url.searchParams.get('page') ?? 1);
  return Number.isInteger(page) && page > 0 && page < 10_000 ? (page - 1) * clustersPerPage : 0;
}

function Lede({ cards, needing, now }: { cards: readonly ClusterCard[]; needing: readonly ClusterCard[]; now: number }) {
  if (cards.length === 0) return <p class="lede">No node yet.</p>;
  const heard = cards.filter(({ lastSeenAt }) => lastSeenAt > 0);
  if (needing.length === 0) {
    const oldest = Math.min(...heard.map(({ lastSeenAt }) => lastSeenAt));
    return (
      <p class="lede">
        <b>{cards.length === 1 ? 'The cluster is fine.' : `All ${cards.length} clusters are fine.`}</b> All checks done, oldest check-in{' '}
        <Ago at={oldest} now={now} />.
      </p>
    );
  }
  const sum = (count: (card: ClusterCard) => number) => cards.reduce((total, card) => total + count(card), 0);
  const critical = sum(({ summary }) => summary?.counts.critical ?? 0);
  const warnings = sum(({ summary }) => summary?.counts.warning ?? 0);
  const notChecked = sum(({ summary }) => summary?.notChecked ?? 0);
  const silent = sum(({ nodes }) => nodes.filter(({ mark }) => mark === 'silent').length);
  const parts: (readonly [count: number, tint: string, words: string])[] = [
    [critical, 'critical', `${critical} critical`],
    [warnings, 'warning', countOf(warnings, 'warning')],
    [notChecked, 'unknown', countOf(notChecked, 'check not done', 'checks not done')],
    [silent, '', `${countOf(silent, 'node')} silent`],
  ];
  const said = parts.filter(([count]) => count > 0);
  return (
    <p class="lede">
      <b>{`${needing.length} of ${countOf(cards.length, 'cluster')} ${needing.length === 1 ? 'needs' : 'need'} you.`}</b>{' '}
      {said.map(([, tint, words], index) => (
        <>
          <span class={tint}>{words}</span>
          {index === said.length - 1 ? '.' : ', '}
        </>
      ))}
    </p>
  );
}

function Fine({ cards, now, withCustomer }: { cards: readonly ClusterCard[]; now: number; withCustomer: boolean }) {
  const oldest = Math.min(...cards.map(({ lastSeenAt }) => lastSeenAt));
  return (
    <details class="fold">
      <summary>
        <Glyph mark="clean" /> <b>{cards.length === 1 ? '1 cluster needs nothing.' : `${cards.length} clusters need nothing.`}</b> All checks done,
        oldest <Ago at={oldest} now={now} />.
      </summary>
      <ul class="rows">
        {cards.map((card) => (
          <ClusterRow card={card} now={now} withCustomer={withCustomer} />
        ))}
      </ul>
    </details>
  );
}

function Pages({ offset, shown, total }: { offset: number; shown: number; total: number }) {
  if (total <= clustersPerPage) return null;
  const page = offset / clustersPerPage + 1;
  return (
    <nav class="soft" aria-label="Pages">
      <p>
        <br />
        Clusters {offset + 1} to {offset + shown} of {total}. {page > 1 && <a href={`/?page=${page - 1}`}>Back</a>}{' '}
        {offset + shown < total && <a href={`/?page=${page + 1}`}>Further</a>}
      </p>
    </nav>
  );
}

type Listed = readonly { readonly tenantId: string; readonly name: string }[];

function Customers({ customers, mayAdd }: { customers: Listed; mayAdd: boolean }) {
  return (
    <section aria-labelledby="customers">
      <h2 id="customers">{customers.length === 1 ? 'More' : 'Customers'}</h2>
      <p class="soft">
        {customers.map(({ tenantId, name }, index) => (
          <>
            {index > 0 && ' · '}
            <a href={`/t/${tenantId}`}>{customers.length === 1 ? `Enrol nodes of ${visibleText(name)}` : visibleText(name)}</a>
          </>
        ))}
      </p>
      {mayAdd && (
        <details>
          <summary class="soft">Add a customer</summary>
          <CustomerForm />
        </details>
      )}
    </section>
  );
}

function NoCustomer({ mayAdd }: { mayAdd: boolean }) {
  return (
    <>
      <h1>Start with a customer.</h1>
      <p class="lede">Their clusters, people and mails stay apart from all others.</p>
      {mayAdd ? <CustomerForm isFirst /> : <p>An owner of this Sexton can add one.</p>}
    </>
  );
}

function NoNode({ customers }: { customers: Listed }) {
  return (
    <section class="card empty">
      <p>
        <b>No node has checked in yet.</b> A node of a cluster is enrolled with a token, made on the page of its customer:
      </p>
      <p>
        {customers.map(({ tenantId, name }) => (
          <a class="btn" href={`/t/${tenantId}`}>
            {`Enrol nodes of ${listOf([visibleText(name)])}`}
          </a>
        ))}
      </p>
    </section>
  );
}
