/**
 * The raw lines an open finding rests on, from the newest check-in the raw store has of each node. Bounded: a few nodes, one
 * object each, unpacked as ingest does. What is not there, or says something else by now, is said to be so.
 */
import { type EvidenceLine, findRawLines, marksOf } from '../analyzer';
import type { TenantScope } from '../db/scope';
import { readRawKey } from '../db/tenant/nodes';
import type { Ports } from '../ports';
import type { Capture } from '../wire/snapshot';
import { unpackMessage } from './unpack-message';

export type ShownLine = EvidenceLine & {
  /** Undefined: not kept, or it is not there any more. */
  readonly text: string | undefined;
  /** When the check-in that shows it arrived; null: it is not kept. */
  readonly at: number | null;
};

export type RawEvidence = { readonly lines: readonly ShownLine[]; readonly isKept: boolean };

const maxNodes = 3;
const maxLines = 20;

export async function readRawEvidence(
  { raw, config }: Pick<Ports, 'raw' | 'config'>,
  scope: TenantScope,
  finding: { readonly subject: string; readonly detail: string; readonly evidence: string },
): Promise<RawEvidence> {
  const lines = (JSON.parse(finding.evidence) as readonly EvidenceLine[]).slice(0, maxLines);
  const marks = marksOf(finding.subject, JSON.parse(finding.detail));
  const nodes = [...new Set(lines.map(({ node }) => node))].slice(0, raw === undefined ? 0 : maxNodes);
  const kept = new Map<string, Awaited<ReturnType<typeof readNewest>>>();
  // One after the other: a check-in may be large, and so only one is held unpacked.
  for (const node of nodes) kept.set(node, await readNewest(node));
  return {
    lines: lines.map((line): ShownLine => {
      const newest = kept.get(line.node);
      const found = newest?.find(line, marks);
      return found === undefined ? { ...line, text: undefined, at: newest?.at ?? null } : { ...line, ...found, at: newest?.at ?? null };
    }),
    isKept: raw !== undefined,
  };

  async function readNewest(nodeId: string) {
    const newest = await readRawKey(scope, nodeId);
    if (raw === undefined || newest?.rawKey == null) return undefined;
    const captures = await readCaptures(raw, newest.rawKey, config.version);
    return captures && { at: newest.at, find: findRawLines(captures) };
  }
}

/** Undefined: it is gone, cannot be reached, or is not what was put there. */
async function readCaptures(raw: NonNullable<Ports['raw']>, key: string, version: string): Promise<readonly Capture[] | undefined> {
  const bytes = await raw.get(key).catch(() => undefined);
  // The number of the message is in its name: see prepare-message.ts.
  const [, sequence] = /\/([0-9]+)-[0-9a-f]+\.json\.gz$/.exec(key) ?? [];
  const message = bytes && (await unpackMessage(bytes, Number(sequence), version));
  if (message?.ok !== true || message.value.full === undefined) return undefined;
  const { state, readings } = message.value.full;
  return [...state.captures, ...readings.captures];
}
