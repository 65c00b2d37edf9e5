/**
 * Metadata that does not catch up. Every change of a volume group raises its number (vg_seqno), and each node reads it from
 * the disks themselves: a node that was merely overtaken shows the new number at its next look. Pure, stored with the message.
 */
import { type Behind, hasStayedBehind } from '../analyzer';
import type { KnownSeqnos } from '../db/tenant/nodes';

/** A node that shows more groups than this with old metadata is not believed about the rest either: they are old all the same. */
const maxGroups = 50;

export type MetadataNews = {
  readonly behind: Behind;
  /** The cluster's report says something else now. */
  readonly isNews: boolean;
};

export type MetadataSaid = {
  /** As the node's row had it before this message. */
  readonly before: Behind;
  /** Group uuid -> vg_seqno, of the state this message speaks of. */
  readonly own: Readonly<Record<string, number>>;
  /** What was known of the cluster's groups when the message came. */
  readonly known: KnownSeqnos;
  /** Unix milliseconds: of the message before, and of this one. */
  readonly lastSeenAt: number;
  readonly now: number;
  readonly intervalSeconds: number;
};

/** An entry stays for as long as the node is below what was known when the entry was made; then it is made anew, or goes. */
export function followMetadata({ before, own, known, lastSeenAt, now, intervalSeconds }: MetadataSaid): MetadataNews {
  const entries = Object.entries(own)
    .filter(([group, seqno]) => seqno < (known[group]?.seqno ?? 0))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, maxGroups)
    .map(([group, seqno]) => {
      const entry = before[group];
      return [group, entry !== undefined && seqno < entry[0] ? entry : ([known[group]?.seqno ?? 0, now, known[group]?.by ?? ''] as const)] as const;
    });
  const behind = Object.fromEntries(entries);
  const isProvenNow = Object.values(behind).some(
    ([, since]) => hasStayedBehind(since, now, intervalSeconds) && !hasStayedBehind(since, lastSeenAt, intervalSeconds),
  );
  return { behind, isNews: isProvenNow || JSON.stringify(behind) !== JSON.stringify(before) };
}
