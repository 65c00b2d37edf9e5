/** A node that left: who removed it, and where its cluster is. Its key is refused, its history stays. */
import { type RemovedNode, readRemoved } from '../../db/tenant/removal';
import type { Person } from '../../people/person';
import { seeTenant } from '../../people/scope';
import { visibleText } from '../../text/visible';
import { Crumbs, renderPage } from '../frame/layout';
import { Ago, fullTime } from '../frame/time';

/** Undefined: there is no such node, or it is not theirs to see. */
export async function showRemovedNode(db: D1Database, person: Person, tenantId: string, nodeId: string, now: number): Promise<Response | undefined> {
  const seen = await seeTenant(db, person, tenantId);
  const node = seen && (await readRemoved(seen.scope, nodeId));
  if (seen === undefined || node === undefined) return undefined;
  return renderPage({
    title: node.name,
    person,
    children: (
      <>
        <Crumbs tenant={seen.tenant} between={['its cluster', `/t/${seen.tenant.tenantId}/clusters/${node.clusterId}`]} />
        <h1>{visibleText(node.name)}</h1>
        <p class="lede">
          <b>{sayRemover(node)}</b> <span title={fullTime(node.retiredAt)}>{fullTime(node.retiredAt)}</span>.
          {node.lastSeenAt > 0 && (
            <>
              {' '}
              Its last check-in was <Ago at={node.lastSeenAt} now={now} />.
            </>
          )}
        </p>
        <p class="strip">
          Its key is no longer valid and nothing is checked here any more; its history stays. To bring it back, enrol it again: it comes back as a new
          node.
        </p>
      </>
    ),
  });
}

export function sayRemover({ retiredBy }: RemovedNode): string {
  if (retiredBy === 'root') return 'Removed by its root user';
  if (retiredBy === 'replaced') return 'Replaced by another machine of its name';
  return 'Removed';
}

export function RemovedNodes({ tenantId, nodes, now }: { tenantId: string; nodes: readonly RemovedNode[]; now: number }) {
  if (nodes.length === 0) return null;
  return (
    <details class="after">
      <summary class="soft">Removed nodes</summary>
      <ul>
        {nodes.map((node) => (
          <li>
            <a href={`/t/${tenantId}/nodes/${node.nodeId}`}>{visibleText(node.name)}</a>: {sayRemover(node)} <Ago at={node.retiredAt} now={now} />
          </li>
        ))}
      </ul>
    </details>
  );
}
