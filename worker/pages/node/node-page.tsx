/** One node: its findings in full, every check with its outcome, and what its newest check-in held. */
import { type Counts, sayPerformance } from '../../analyzer';
import { readState } from '../../db/tenant/states';
import { readVitals } from '../../db/tenant/vitals';
import type { StaffCall } from '../../http/call';
import type { NodeId } from '../../ids';
import { visibleText } from '../../text/visible';
import { holesOf, outcomesOfNode } from '../cluster/checks';
import { sayOpen } from '../cluster/cluster-page';
import { NotChecked } from '../cluster/not-checked';
import { type SeenCluster, seeCluster } from '../cluster/read-cluster';
import { FindingList } from '../finding/finding-list';
import { nameCluster, sayGrade } from '../fleet/cluster-rows';
import type { NodeMark } from '../fleet/model';
import { countOf } from '../frame/count-words';
import { Sign } from '../frame/glyphs';
import { Crumbs, renderPage } from '../frame/layout';
import { Ago, fullTime } from '../frame/time';
import { notFound, problemPage } from '../problem-page';
import { Captures, readCaptures } from './captures';
import { CheckList, countOutcomes } from './check-list';
import { performanceOf } from './performance';
import { showRemovedNode } from './removed-node';
import { readStoredReadings } from './stored-readings';
import { VitalsPart } from './vitals';

export async function showNode({ ports, person, params, requestId }: StaffCall): Promise<Response> {
  const now = ports.now();
  const nodeId = params.id ?? '';
  const seen = await seeCluster(ports.db, person, { tenantId: params.tenant ?? '', nodeId }, now);
  const node = seen?.card.nodes.find((member) => member.nodeId === nodeId);
  if (seen === undefined || node === undefined)
    return (await showRemovedNode(ports.db, person, params.tenant ?? '', nodeId, now)) ?? problemPage(notFound, requestId, person);
  const { tenant, scope, card, report } = seen;
  const findings = seen.findings.filter((finding) => finding.nodeId === nodeId);
  const outcomes = outcomesOfNode(report, nodeId);
  const [state, samples] = await Promise.all([
    readState(scope, card.clusterId, nodeId as NodeId),
    readVitals(scope, nodeId as NodeId, now - 86_400_000),
  ]);
  const captures = state === undefined ? [] : readCaptures(state.captures);
  return renderPage({
    title: node.name,
    person,
    children: (
      <>
        <Crumbs tenant={tenant} between={[nameCluster(card.name), `/t/${tenant.tenantId}/clusters/${card.clusterId}`]} />
        <h1>
          {visibleText(node.name)} <Sign mark={node.mark ?? 'not-checked'} />
        </h1>
        <Lede node={node} seen={seen} now={now} />
        <Standing node={node} now={now} />
        {findings.length > 0 && (
          <>
            <h2>What is wrong</h2>
            <FindingList findings={findings} now={now} withNode={false} />
          </>
        )}
        <NotChecked holes={holesOf(report).filter(({ nodeId: at }) => at === nodeId)} total={outcomes.length} withNodes={false} />
        {outcomes.length > 0 && (
          <>
            <h2>
              {countOf(outcomes.length, 'check')}: {countOutcomes(outcomes)}
            </h2>
            <CheckList outcomes={outcomes} />
          </>
        )}
        <VitalsPart samples={samples} readings={readStoredReadings(state?.readings)} readAt={state?.at ?? 0} now={now} />
        {state !== undefined && captures.length > 0 && (
          <details class="after">
            <summary class="soft">
              What the check-in of <span title={fullTime(state.at)}>{fullTime(state.at)}</span> held: {countOf(captures.length, 'capture')}
            </summary>
            <Captures lines={captures} />
          </details>
        )}
      </>
    ),
  });
}

function Lede({ node, seen: { report, findings }, now }: { node: NodeMark; seen: SeenCluster; now: number }) {
  const said = report?.nodes.find(({ nodeId }) => nodeId === node.nodeId);
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const { nodeId, severity } of findings) if (nodeId === node.nodeId) counts[severity] += 1;
  const answer = sayOpen(counts) ?? (node.mark === 'clean' ? `Nothing wrong on ${visibleText(node.name)}.` : 'No finding is open.');
  return (
    <p class="lede">
      <b>{answer}</b>{' '}
      {said !== undefined && (
        <>
          {said.counts === null ? 'Mappings not checked' : sayCounts(said.counts)}
          {said.guests !== null && `, ${countOf(said.guests.total, 'guest')} (${said.guests.running} running)`}.{' '}
        </>
      )}
      {node.lastSeenAt > 0 && (
        <>
          Last check-in <Ago at={node.lastSeenAt} now={now} />.{' '}
        </>
      )}
      <span class="quiet">
        {said !== undefined && <>{sayGrade(said)} </>}
        {node.lastSeenAt > 0 && <>Performance: {sayPerformance(performanceOf(node))}. </>}
        {node.collector !== null && `Collector ${visibleText(node.collector)}.`}
      </span>
    </p>
  );
}

/** What is held back or not known stands apart from what counts. */
function sayCounts({ total, notChecked, held = 0 }: Pick<Counts, 'total' | 'notChecked'> & { readonly held?: number }): string {
  const apart = [...(held > 0 ? [`${held} held back`] : []), ...(notChecked > 0 ? [`${notChecked} not checked`] : [])];
  return `${countOf(total, 'mapping')}${apart.length === 0 ? '' : ` (${apart.join(', ')})`}`;
}

/** Why this page may be old or empty, and what to look at. */
function Standing({ node, now }: { node: NodeMark; now: number }) {
  if (node.status === 'pending') return <p class="strip">Waiting for approval: what this node says enters no conclusion yet.</p>;
  if (node.mark === 'waiting') {
    return (
      <p class="strip">
        <b>{visibleText(node.name)} is enrolled; its first check-in comes within ten minutes.</b> If it does not come:{' '}
        <code>sexton-collector send</code> on the node says why.
      </p>
    );
  }
  if (node.mark !== 'silent') return null;
  return (
    <p class="strip warning">
      <b>
        {visibleText(node.name)} has been silent for <Ago at={node.lastSeenAt} now={now} bare />.
      </b>{' '}
      What follows is what it last said. Look at <code>systemctl status sexton-collector.timer</code> on the node.
    </p>
  );
}
