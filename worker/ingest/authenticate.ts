/**
 * Who speaks, and is it really them? Outside, every "no" looks alike: one status, one text, and the same work once the
 * headers are readable (one read, one Ed25519 check, one digest), so that an answer tells nobody whether a node exists.
 * What is left: the read of a row that exists takes a little longer than one that finds none. Ids are 160 random bits, so
 * only somebody who was told one could measure that, and learns no more than that it is still enrolled.
 */
import { type TenantScope, tenantScope } from '../db/scope';
import { readSpeaker, type Speaker } from '../db/tenant/nodes';
import type { NodeId, TenantId } from '../ids';
import type { Ports } from '../ports';
import type { Problem } from '../problem';
import { err, ok, type Result } from '../result';
import type { SignedRequest } from '../signed-request';
import { parseKeyid } from './keyid';
import { readSignature, type SignatureClaim } from './read-signature';
import * as refusal from './refusals';
import { verifySignature } from './verify-request';

export type Introduced = {
  readonly claim: SignatureClaim;
  readonly who: { readonly tenantId: TenantId; readonly nodeId: NodeId };
  /** Only the node's own row is read through it until the signature has vouched for it. */
  readonly scope: TenantScope;
};

/** The headers alone, and how often this node comes: nothing is read from the database yet. */
export async function introduceNode(ports: Ports, request: SignedRequest, maxBytes: number): Promise<Result<Introduced, Problem>> {
  if (request.body.length > maxBytes) return err(refusal.tooLarge);
  const claim = readSignature(request);
  if (!claim.ok) return err(refusal.notAuthentic(claim.error));
  const { keyid } = claim.value;
  const who = parseKeyid(keyid);
  if (who === undefined) return err(refusal.notAuthentic('keyid_malformed'));
  // With the address: whoever knows a node's id from elsewhere does not use up what the node may send.
  if (!(await ports.limiter(`${keyid} ${request.source}`))) return err(refusal.tooMany(keyid));
  return ok({ claim: claim.value, who, scope: tenantScope(ports.db, who.tenantId, 'node-key') });
}

/** Any valid key does, this one is of RFC 8032, 7.1: whether it matches counts for nothing where no row was found. */
const someKey = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

/** The node's row, when the body was signed by the key in it. */
export async function recogniseNode(ports: Ports, { claim, who, scope }: Introduced, body: Uint8Array): Promise<Result<Speaker, Problem>> {
  const found = await readSpeaker(scope, who.nodeId);
  const genuine = await verifySignature(claim, body, found.ok ? found.value.publicKey : someKey);
  if (!found.ok) return err(refusal.notAuthentic(found.error, claim.keyid));
  if (!genuine.ok) return err(refusal.notAuthentic(genuine.error, claim.keyid));
  // Once more by the key alone: where nothing in front sets the address, a node may claim another one each time.
  if (!(await ports.limiter(claim.keyid))) return err(refusal.tooMany(claim.keyid));
  return found;
}
