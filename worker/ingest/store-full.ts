/** The statements of a full message: the node's row, its facts, its view of the cluster, what must be remembered of both. */
import { createHash } from 'node:crypto';
import { factsVersion, type NodeFacts, readReadings, readSnapshot } from '../analyzer';
import type { TenantScope } from '../db/scope';
import { encodeStored } from '../db/stored-text';
import { raiseRevision } from '../db/tenant/clusters';
import type { StoredMessage } from '../db/tenant/guards';
import { growMembership, rememberSeqnos } from '../db/tenant/memory';
import { acceptFull, type Heard, type NewState, type Speaker, sampleVitals } from '../db/tenant/nodes';
import { saveState } from '../db/tenant/states';
import { raiseNeighbours, raiseWithNeighbours, saveGroups, saveView } from '../db/tenant/views';
import type { Problem } from '../problem';
import { err, ok, type Result } from '../result';
import type { Capture } from '../wire/snapshot';
import { writeOpenVolumes } from './open-volumes';
import type { FullPart } from './unpack-message';
import { wasAway } from './was-away';

export type ReadState = {
  readonly facts: string;
  readonly view: string;
  readonly viewDigest: string;
  readonly captures: string;
  readonly readings: string;
  /** JSON, as ingest/open-volumes.ts writes it. */
  readonly openVolumes: string;
  /** Group uuid -> vg_seqno. */
  readonly groups: readonly (readonly [group: string, seqno: number])[];
  /** What the node says its PVE cluster is; undefined: it stands alone, or could not tell. */
  readonly grown: { readonly cluster: string; readonly members: readonly string[] } | undefined;
};

/** Local groups count too; a node that shows more than this is not a Proxmox VE host anybody runs. */
const maxGroups = 500;

/** Parses the state and makes it fit for the database. */
export function readState({ state, readings }: FullPart, knownSeqno: Readonly<Record<string, number>>): Result<ReadState, Problem> {
  const { facts, view } = readSnapshot(state.captures, knownSeqno, readings);
  const texts = { facts: encodeStored(facts), view: encodeStored(view) };
  if (texts.facts === undefined || texts.view === undefined) {
    const which = texts.facts === undefined ? 'mappings and volumes' : 'guest configurations';
    return err({
      reason: 'too_large',
      detail: `The ${which} of this node do not fit into one row of the database (2 MB, compressed). Its last check-in stays.`,
      inside: { why: 'facts_too_large' },
    });
  }
  // The version is part of it: the same view in an older shape is another row.
  const viewDigest = createHash('sha256').update(`${factsVersion}\n`).update(texts.view).digest('base64url');
  return ok({
    facts: texts.facts,
    view: texts.view,
    viewDigest,
    captures: listCaptures(state.captures, readings),
    readings: JSON.stringify(readReadings(state.captures, readings)),
    openVolumes: writeOpenVolumes(facts, view),
    groups: groupsOf(facts),
    grown: clusterOf(facts),
  });
}

function clusterOf({ membership }: NodeFacts): ReadState['grown'] {
  if (membership.status === 'unknown' || membership.value.cluster === null) return undefined;
  return { cluster: membership.value.cluster, members: membership.value.members };
}

function groupsOf({ groups }: NodeFacts): [string, number][] {
  if (groups.status === 'unknown') return [];
  return groups.value.slice(0, maxGroups).map(({ uuid, seqno }) => [uuid, seqno]);
}

function listCaptures(captures: readonly Capture[], readings: FullPart['readings']): string {
  const bytesOf = ({ out, files }: Capture) => (out?.length ?? 0) + (files ?? []).reduce((sum, file) => sum + (file.out?.length ?? 0), 0);
  const line = (capture: Capture) => [capture.id, { status: capture.status, bytes: bytesOf(capture), ms: readings.ms[capture.id] ?? null }] as const;
  return JSON.stringify(Object.fromEntries([...captures, ...readings.captures].map(line)));
}

export type FullWrite = {
  readonly message: StoredMessage;
  readonly speaker: Speaker;
  readonly said: Heard;
  readonly state: NewState;
  readonly read: ReadState;
};

/** The first statement answers a row when the message is in. A pending node is kept and enters no conclusion. */
export function storeFull(scope: TenantScope, { message, speaker, said, state, read }: FullWrite): D1PreparedStatement[] {
  const statements = [acceptFull(scope, message, speaker, said, state)];
  const isActive = speaker.status === 'active';
  // Right behind: what arrives twice at the same moment is stored, and raises, once.
  if (isActive) statements.push(wasAway(speaker, said.now) ? raiseWithNeighbours(scope, message) : raiseRevision(scope, message));
  const sample = sampleVitals(scope, message, speaker.lastSeenAt, said);
  if (sample !== undefined) statements.push(sample);
  // These two compare with the state that is about to be replaced.
  if (isActive) {
    const uuids = read.groups.map(([uuid]) => uuid);
    statements.push(saveGroups(scope, message, uuids), raiseNeighbours(scope, message, read));
  }
  statements.push(
    saveState(scope, message, { ...read, at: said.now, factsVersion, seqnos: JSON.stringify(Object.fromEntries(read.groups)) }),
    saveView(scope, message, { digest: read.viewDigest, version: factsVersion, at: said.now, text: read.view }),
  );
  if (!isActive) return statements;
  if (read.grown !== undefined) statements.push(growMembership(scope, message, read.grown, said.now));
  const risen = read.groups.filter(([uuid, seqno]) => Number.isSafeInteger(seqno) && seqno > (speaker.knownSeqno[uuid]?.seqno ?? -1));
  if (risen.length > 0) statements.push(rememberSeqnos(scope, message, risen, said.now));
  return statements;
}
