/** Everything that is done once per message, however often its storing is tried: unpack, parse, keep the raw bytes. */
import { createHash } from 'node:crypto';
import type { Speaker } from '../db/tenant/nodes';
import type { NodeId, TenantId } from '../ids';
import type { Ports } from '../ports';
import type { Problem } from '../problem';
import { ok, type Result } from '../result';
import type { Header } from '../wire/snapshot';
import type { SignatureClaim } from './read-signature';
import { type ReadState, readState } from './store-full';
import { unpackMessage } from './unpack-message';

export type PreparedMessage = {
  readonly header: Header;
  /** When it was received. */
  readonly now: number;
  readonly isFull: boolean;
  /** Undefined: a short message, or one that is stored already. */
  readonly read: ReadState | undefined;
  /** Null: not kept. */
  readonly rawKey: string | null;
};

export type Arrival = {
  readonly claim: SignatureClaim;
  readonly who: { readonly tenantId: TenantId; readonly nodeId: NodeId };
  readonly speaker: Speaker;
  readonly isRepeated: boolean;
};

export async function prepareMessage(
  ports: Ports,
  body: Uint8Array,
  { claim, who, speaker, isRepeated }: Arrival,
): Promise<Result<PreparedMessage, Problem>> {
  const now = ports.now();
  const message = await unpackMessage(body, claim.sequence, ports.config.version);
  if (!message.ok) return message;
  const { header, full } = message.value;
  const prepared = { header, now, isFull: full !== undefined, read: undefined, rawKey: null };
  if (full === undefined) return ok(prepared);
  // What its report still has to tell is shown by the copy the first try kept.
  if (isRepeated) return ok({ ...prepared, rawKey: speaker.rawKey });
  // The digest too: two messages may claim one number, and a node with a new key counts from the beginning.
  const name = `${claim.sequence}-${createHash('sha256').update(claim.digest).digest('hex').slice(0, 12)}`;
  const key = `s/${new Date(now).toISOString().slice(0, 10)}/${who.tenantId}/${who.nodeId}/${name}.json.gz`;
  const kept = keepRaw(ports, key, body);
  const read = readState(full, Object.fromEntries(Object.entries(speaker.knownSeqno).map(([group, { seqno }]) => [group, seqno])));
  const rawKey = await kept;
  return read.ok ? ok({ ...prepared, read: read.value, rawKey }) : read;
}

/** A bucket that takes longer is not waited for: the collector has a deadline of its own. */
const rawPatienceMs = 4000;

/** The bucket failing, or being slow, costs the raw copy and not the message: the state is asked for again at the next one. */
async function keepRaw({ raw }: Ports, key: string, body: Uint8Array): Promise<string | null> {
  if (raw === undefined) return null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), rawPatienceMs);
  });
  const kept = (async () => {
    await raw.put(key, body);
    return key;
  })().catch(() => null);
  try {
    return await Promise.race([kept, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
