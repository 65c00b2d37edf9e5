/** One finding in full, with the raw lines it rests on. */
import { readFinding } from '../../db/tenant/findings';
import type { StaffCall } from '../../http/call';
import type { FindingId } from '../../ids';
import { type RawEvidence, readRawEvidence, type ShownLine } from '../../ingest/raw-evidence';
import { seeTenant } from '../../people/scope';
import { visibleLines, visibleText } from '../../text/visible';
import { seeCluster } from '../cluster/read-cluster';
import { nameCluster } from '../fleet/cluster-rows';
import { Sign } from '../frame/glyphs';
import { Crumbs, renderPage } from '../frame/layout';
import { Ago, fullTime } from '../frame/time';
import { notFound, problemPage } from '../problem-page';
import { Body } from './finding-list';

export async function showFinding({ ports, person, params, requestId }: StaffCall): Promise<Response> {
  const now = ports.now();
  const own = await seeTenant(ports.db, person, params.tenant ?? '');
  const row = own && (await readFinding(own.scope, (params.id ?? '') as FindingId));
  const seen = own && row && (await seeCluster(ports.db, person, { tenantId: own.tenant.tenantId, clusterId: row.clusterId }, now));
  const finding = seen?.findings.find(({ id }) => id === row?.findingId);
  // What is closed has no lines any more that say so.
  if (own === undefined || row === undefined || seen === undefined || finding === undefined) return problemPage(notFound, requestId, person);
  const raw = await readRawEvidence(ports, own.scope, row);
  const { card, tenant } = seen;
  const nameOf = (nodeId: string) => card.nodes.find((node) => node.nodeId === nodeId)?.name ?? 'a removed node';
  return renderPage({
    title: `${finding.number} ${finding.title}`,
    person,
    children: (
      <>
        <Crumbs tenant={tenant} between={[nameCluster(card.name), `/t/${tenant.tenantId}/clusters/${card.clusterId}`]} />
        <h1>
          {visibleText(finding.title)} <Sign mark={finding.severity} />
        </h1>
        <p class="lede">
          <span class="number">{finding.number}</span> {visibleText(finding.nodeName || 'the whole cluster')}. Open for{' '}
          <Ago at={finding.openedAt} now={now} bare />. <span class="mono quiet">{finding.rule}</span>
        </p>
        <section class="card pad">
          <Body finding={finding} />
        </section>
        <h2>Lines it rests on</h2>
        <Evidence raw={raw} nameOf={nameOf} />
      </>
    ),
  });
}

function Evidence({ raw: { lines, isKept }, nameOf }: { raw: RawEvidence; nameOf: (nodeId: string) => string }) {
  if (lines.length === 0) return <p>None: it rests on what the server observed.</p>;
  return (
    <>
      {!isKept && <p class="strip">This installation keeps no raw check-ins: which line of which capture, without its text.</p>}
      {lines.map((line) => (
        <>
          <p class="aside">
            {visibleText(nameOf(line.node))}, <span class="mono">{visibleText(line.capture)}</span>, line {line.line}
            {sayWhere(line, isKept)}
          </p>
          {line.text !== undefined && <pre class="said">{visibleLines(line.text)}</pre>}
        </>
      ))}
    </>
  );
}

function sayWhere({ text, at }: ShownLine, isKept: boolean): string {
  if (text !== undefined && at !== null) return `, in the check-in of ${fullTime(at)}`;
  if (!isKept) return '';
  return at === null
    ? '. Its text is no longer kept.'
    : `. The check-in of ${fullTime(at)} does not have it any more; the text it was found in is no longer kept.`;
}
