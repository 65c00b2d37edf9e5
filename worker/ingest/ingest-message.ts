/**
 * A node's message, from signed bytes to the answer: who speaks, is it really them, is it new; store, then report.
 * Cheap checks first. The database failing is an exception here, mapped where all are: the node sends the same bytes
 * again and finds its answer.
 */
import { didReturn } from '../db/rows';
import type { TenantScope } from '../db/scope';
import type { Heard, Speaker } from '../db/tenant/nodes';
import { decodeReading, readingStatements, selectReading } from '../findings/cluster-reading';
import { type ClusterStanding, reportCluster } from '../findings/report-cluster';
import type { Ports } from '../ports';
import type { Problem } from '../problem';
import { err, ok, type Result } from '../result';
import type { SignedRequest } from '../signed-request';
import { type Answer, maxWireBytes } from '../wire/snapshot';
import { answerMessage } from './answer-message';
import { introduceNode, recogniseNode } from './authenticate';
import { followMetadata } from './behind';
import { type ContactNews, hearContact } from './contact';
import { type PreparedMessage, prepareMessage } from './prepare-message';
import type { SignatureClaim } from './read-signature';
import * as refusal from './refusals';
import { storeFull } from './store-full';
import { needsReport, renewReport, storeShort } from './store-short';
import { isStateKnown } from './want-state';

export async function ingestMessage(ports: Ports, request: SignedRequest): Promise<Result<Answer, Problem>> {
  const introduced = await introduceNode(ports, request, maxWireBytes);
  if (!introduced.ok) return introduced;
  const { claim, who, scope } = introduced.value;
  let prepared: Result<PreparedMessage, Problem> | undefined;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const recognised = await recogniseNode(ports, introduced.value, request.body);
    if (!recognised.ok) return recognised;
    const speaker = recognised.value;
    const isRepeated = claim.sequence > 0 && claim.sequence === speaker.sequence && claim.digest === speaker.digest;
    if (!isRepeated && claim.sequence <= speaker.sequence) return err(refusal.sequenceUsed(speaker.sequence));
    prepared ??= await prepareMessage(ports, request.body, { claim, who, speaker, isRepeated });
    if (!prepared.ok) return prepared;

    const visit = { ports, scope, speaker, claim, prepared: prepared.value };
    const stored = await storeAndReport(visit, isRepeated);
    if (stored === 'moved-on') continue;
    return ok(answerMessage({ ...visit, origin: request.origin, tenantId: who.tenantId, standing: stored.standing }));
  }
  return err(refusal.tooBusy);
}

type Visit = {
  readonly ports: Ports;
  readonly scope: TenantScope;
  readonly speaker: Speaker;
  readonly claim: SignatureClaim;
  readonly prepared: PreparedMessage;
};

/** `moved-on`: the node's row is not the one that was read, nothing was stored. A repeated message stores nothing anew. */
async function storeAndReport(visit: Visit, isRepeated: boolean): Promise<{ readonly standing: ClusterStanding | undefined } | 'moved-on'> {
  const { ports, scope, speaker, prepared } = visit;
  const { header, now } = prepared;
  const contact = hearNode(visit);
  const writes = isRepeated ? [] : storeMessage(visit, contact);
  const isNewState = !isRepeated && prepared.read !== undefined;
  const isReportDue =
    speaker.status === 'active' && (isNewState || header.report !== 'none' || (!isRepeated && contact.isNews) || needsReport(speaker, now));
  const renewals = isReportDue && !isNewState ? renewReport(scope, speaker) : [];
  const reads = isReportDue ? selectReading(scope, speaker.clusterId, now) : [];
  const statements = [...writes, ...renewals, ...reads];
  const results = statements.length === 0 ? [] : await scope.db.batch(statements);
  if (!isRepeated && !didReturn(results[0])) return 'moved-on';

  const reading = isReportDue ? decodeReading(results.slice(-readingStatements), now) : undefined;
  if (reading === undefined) return { standing: undefined };
  const by = { who: speaker.nodeId, rawKey: prepared.rawKey };
  return { standing: (await reportCluster(ports, scope, reading, by, 2)).standing };
}

type NodeNews = ContactNews & Pick<Heard, 'behind'>;

/** What the message tells beyond its state: how its node speaks, and whether it keeps up with its volume groups. */
function hearNode({ speaker, claim, prepared: { header, now, read } }: Visit): NodeNews {
  const contact = hearContact(speaker, { bootId: header.bootId, created: claim.created, now });
  const { behind: before, knownSeqno: known, lastSeenAt, intervalSeconds } = speaker;
  // A short message about a state nobody has says nothing of the groups.
  if (read === undefined && !isStateKnown(speaker, header.stateHash)) return { ...contact, behind: before };
  const own = read === undefined ? speaker.ownSeqno : Object.fromEntries(read.groups);
  const metadata = followMetadata({ before, own, known, lastSeenAt, now, intervalSeconds });
  return { ...contact, behind: metadata.behind, isNews: contact.isNews || metadata.isNews };
}

function storeMessage({ scope, speaker, claim, prepared }: Visit, { isNews, ...contact }: NodeNews): D1PreparedStatement[] {
  const { header, now, read, rawKey } = prepared;
  const message = { nodeId: speaker.nodeId, clusterId: speaker.clusterId, sequence: claim.sequence, digest: claim.digest };
  const vitals = JSON.stringify(header.vitals);
  const said: Heard = { now, vitals, collector: header.collector, protocol: header.protocol, bootId: header.bootId, ...contact };
  if (read === undefined) return storeShort(scope, { message, speaker, said, isNews, isStateKnown: isStateKnown(speaker, header.stateHash) });
  const state = { stateHash: header.stateHash, rawKey };
  return storeFull(scope, { message, speaker, said, state, read });
}
