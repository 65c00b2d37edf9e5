/**
 * Lets a node in: the key it brings signs the request, the token says where it belongs, one conditional write takes the
 * token's use. The private key never leaves the node. The one request whose body is read before it is believed: the key
 * that signed it stands in it; 16 KB of JSON, not compressed.
 */
import { findTenantByKey, type Tenant } from '../db/installation/tenants';
import { type TenantScope, tenantScope } from '../db/scope';
import { readTokenAndNodes, readTokenUses, type TokenRead, takeTokenForNode } from '../db/tenant/enrolment-tokens';
import type { NodeId, TenantId } from '../ids';
import { otherProtocol } from '../ingest/other-protocol';
import { readSignature } from '../ingest/read-signature';
import { fingerprintKey, verifySignature } from '../ingest/verify-request';
import type { Ports } from '../ports';
import type { Problem } from '../problem';
import { err, ok, type Result } from '../result';
import type { SignedRequest } from '../signed-request';
import { type EnrolmentAnswer, type EnrolmentRequest, enrolmentRequest, maxEnrolmentBytes } from '../wire/enrolment';
import { protocol } from '../wire/snapshot';
import { type Entry, judgeEnrolment } from './judge-enrolment';
import { listNames } from './judge-membership';
import { hashTokenSecret, parseToken, type TokenParts } from './token-text';

/** A loop over a cluster enrols all its nodes at once, and each round lets one in. */
const maxAttempts = 20;

/** Whether customer, token or secret is wrong is told to nobody. */
const tokenUnknown = (why: 'token_malformed' | 'customer_unknown' | 'token_unknown' | 'token_secret_wrong'): Problem => ({
  reason: 'token_unknown',
  detail: 'This token is not known here. Check it letter by letter, or make a new one under Enrol nodes. Nothing was changed here.',
  inside: { why },
});

/** Nobody's: a customer's key is short and could be tried, so one that does not exist costs the same reads. */
const nobody = 't_' as TenantId;

export async function enrollNode(ports: Ports, signed: SignedRequest): Promise<Result<EnrolmentAnswer, Problem>> {
  if (signed.body.length > maxEnrolmentBytes) return err({ reason: 'too_large', detail: `An enrolment may be ${maxEnrolmentBytes / 1024} KB.` });
  if (!(await ports.limiter(`enroll:${signed.source}`)))
    return err({ reason: 'too_many', detail: 'Too many enrolments from this address. Try again in a minute.', retryAfterSeconds: 60 });
  const request = await readRequest(signed, ports.config.version);
  if (!request.ok) return request;
  const token = parseToken(request.value.token);
  if (token === undefined) return err(tokenUnknown('token_malformed'));
  const tenant = await findTenantByKey(ports.db, token.tenantKey);
  const scope = tenantScope(ports.db, tenant?.tenantId ?? nobody, 'enrolment-token');
  if (tenant === undefined) {
    await Promise.all([readTokenAndNodes(scope, token.tokenId, request.value.publicKey), hashTokenSecret(token.secret)]);
    return err(tokenUnknown('customer_unknown'));
  }
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const answer = await tryEnrolment({ ports, scope, tenant, token, request: request.value, source: signed.source });
    if (answer !== 'moved-on') return answer;
  }
  return err({
    reason: 'conflict',
    detail: 'Several nodes enrolled with this token at the same moment. Run the same command again.',
    retryAfterSeconds: 5,
  });
}

/** Shape and signature: the key speaks for itself, with its fingerprint as keyid and sequence 0. */
async function readRequest(signed: SignedRequest, offered: string): Promise<Result<EnrolmentRequest, Problem>> {
  const claim = readSignature(signed);
  if (!claim.ok || claim.value.sequence !== 0)
    return err({
      reason: 'bad_signature',
      detail: 'The signature headers are not the ones this server reads. Is the collector as new as the server?',
      inside: { why: claim.ok ? 'sequence_not_zero' : claim.error },
    });
  const read = enrolmentRequest.safeParse(parseJson(signed.body));
  if (!read.success)
    return err({
      reason: 'bad_request',
      inside: { why: 'enrolment_malformed' },
      detail: `The enrolment is not as expected at "${(read.error.issues[0]?.path ?? []).map(String).join('.').slice(0, 100)}".`,
    });
  const { publicKey } = read.data;
  const genuine = await verifySignature(claim.value, signed.body, publicKey);
  if (!genuine.ok || claim.value.keyid !== (await fingerprintKey(publicKey))) {
    return err({
      reason: 'bad_signature',
      detail: 'The signature does not match the key this node brought. Nothing was enrolled.',
      inside: { why: genuine.ok ? 'keyid_not_its_key' : genuine.error },
    });
  }
  if (read.data.protocol !== protocol) return err(otherProtocol(read.data.protocol, offered));
  return ok(read.data);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}

type Attempt = {
  readonly ports: Ports;
  readonly scope: TenantScope;
  readonly tenant: Tenant;
  readonly token: TokenParts;
  readonly request: EnrolmentRequest;
  readonly source: string;
};

/** `moved-on`: another node took the token, or came in, between reading and writing. */
async function tryEnrolment({ ports, scope, tenant, token, request, source }: Attempt): Promise<Result<EnrolmentAnswer, Problem> | 'moved-on'> {
  const now = ports.now();
  const { token: row, nodes } = await readTokenAndNodes(scope, token.tokenId, request.publicKey);
  const isSecretRight = row?.secretHash === (await hashTokenSecret(token.secret));
  if (row === undefined || !isSecretRight) return err(tokenUnknown(row === undefined ? 'token_unknown' : 'token_secret_wrong'));
  const judged = judgeEnrolment({ token: row, nodes, tenantName: tenant.name, now }, request);
  if (!judged.ok) return err(judged.error.reason === 'used_up' ? await sayUsedUp(scope, row) : judged.error.problem);

  const inside = nodes.filter(({ clusterId, status }) => clusterId === row.clusterId && status !== 'retired').length;
  const clusterName = row.clusterName || request.membership.cluster || request.node;
  const finish = (nodeId: NodeId, status: 'active' | 'pending', enrolled: number) =>
    ok(answerOf(ports, { tenant, row, clusterName, request, nodeId, status, enrolled }));
  const entry = judged.value;
  if (entry.kind === 'again') return finish(entry.node.nodeId, entry.node.status === 'active' ? 'active' : 'pending', inside);

  const nodeId = entry.kind === 'new-key' ? entry.nodeId : (ports.newId('n') as NodeId);
  const taken = await takeTokenForNode(scope, { ...enrolmentOf(entry, request), token: row, nodeId, clusterName, source, now });
  if (!taken) return 'moved-on';
  const before = nodes.find((node) => node.nodeId === nodeId)?.status;
  const status = (before ?? (row.autoApprove === 1 ? 'active' : 'pending')) === 'active' ? 'active' : 'pending';
  return finish(nodeId, status, entry.kind === 'new' ? inside + 1 : inside);
}

function enrolmentOf(entry: Extract<Entry, { membership: unknown }>, { node, publicKey, machineId, collector, protocol: spoken }: EnrolmentRequest) {
  const replaces = entry.kind === 'replaces' ? entry.old : undefined;
  return {
    replacesKey: entry.kind === 'new-key',
    replaces,
    membership: entry.membership,
    name: node,
    publicKey,
    machineId,
    collector,
    protocol: spoken,
  };
}

async function sayUsedUp(scope: TenantScope, { tokenId }: TokenRead): Promise<Problem> {
  const { uses, names } = await readTokenUses(scope, tokenId);
  const made = `This token was made for ${uses === 1 ? '1 node' : `${uses} nodes`}`;
  return { reason: 'token_used_up', detail: `${made} and ${names.length} ${names.length === 1 ? 'has' : 'have'} used it: ${listNames(names)}.` };
}

type Admission = {
  readonly tenant: Tenant;
  readonly row: TokenRead;
  readonly clusterName: string;
  readonly request: EnrolmentRequest;
  readonly nodeId: NodeId;
  readonly status: 'active' | 'pending';
  readonly enrolled: number;
};

function answerOf({ config }: Ports, { tenant, row, clusterName, request, nodeId, status, enrolled }: Admission): EnrolmentAnswer {
  return {
    tenant: tenant.tenantId,
    tenantName: tenant.name,
    cluster: row.clusterId,
    clusterName,
    node: nodeId,
    keyid: `${tenant.tenantId}.${nodeId}`,
    status,
    serverKey: config.signingPublicKey,
    serverKeyFingerprint: config.signingFingerprint,
    intervalSeconds: 900,
    enrolled,
    members: request.membership.members.length,
  };
}
