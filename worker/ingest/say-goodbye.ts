/**
 * `POST /v1/goodbye`: the node's root user removes it. Signed like a check-in and consuming a sequence, so that it cannot
 * be replayed; checked in the same order. From then on the key is answered like one that never was.
 */
import { retireByItself } from '../db/tenant/removal';
import type { Ports } from '../ports';
import type { Problem } from '../problem';
import { err, ok, type Result } from '../result';
import type { SignedRequest } from '../signed-request';
import { type Goodbye, type GoodbyeAnswer, goodbye, maxGoodbyeBytes } from '../wire/goodbye';
import { protocol } from '../wire/snapshot';
import { introduceNode, recogniseNode } from './authenticate';
import { otherProtocol } from './other-protocol';
import * as refusal from './refusals';

export async function sayGoodbye(ports: Ports, request: SignedRequest): Promise<Result<GoodbyeAnswer, Problem>> {
  const introduced = await introduceNode(ports, request, maxGoodbyeBytes);
  if (!introduced.ok) return introduced;
  const { claim, scope } = introduced.value;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const recognised = await recogniseNode(ports, introduced.value, request.body);
    if (!recognised.ok) return recognised;
    const speaker = recognised.value;
    if (claim.sequence <= speaker.sequence) return err(refusal.sequenceUsed(speaker.sequence));
    const said = readGoodbye(request.body, ports.config.version);
    if (!said.ok) return said;
    const message = { nodeId: speaker.nodeId, clusterId: speaker.clusterId, sequence: claim.sequence, digest: claim.digest };
    if (await retireByItself(scope, message, speaker, { now: ports.now(), source: request.source })) return ok({ removed: true });
  }
  return err(refusal.tooBusy);
}

function readGoodbye(body: Uint8Array, offered: string): Result<Goodbye, Problem> {
  const said = goodbye.safeParse(parseJson(body));
  if (!said.success)
    return err({ reason: 'bad_request', detail: 'A goodbye is {"protocol":1}. Nothing was removed.', inside: { why: 'goodbye_malformed' } });
  return said.data.protocol === protocol ? ok(said.data) : err(otherProtocol(said.data.protocol, offered));
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}
