/** Collected bodies as check-ins a server received, with what it remembers between them: one kernel cannot be two nodes at once. */
import { type Member, readSnapshot } from '../../worker/analyzer';
import { listOpenVolumes } from '../../worker/analyzer/node/open-volumes';
import type { Snapshot } from './judge';

const intervalMs = 900_000;
const contact = { identitySharedAt: null, clockLevel: 0 };

/** Open at the last check-in, and at those before it since `since`: the same device, for the same owners. Unix milliseconds. */
export function rememberOpen({ member }: Snapshot, since: number, at: number, before: readonly Snapshot[] = []): Member {
  const open = before.map(openOf).reduce(keepBoth, openOf({ member }));
  return { ...member, lastSeenAt: at, open: new Map([...open].map(([uuid, { owner }]) => [uuid, { owner, since }])) };
}

/** The groups another member has shown further on, one interval before this check-in. Uuid -> the number known then. */
export function rememberSeqno({ member, captures }: Snapshot, known: Readonly<Record<string, number>>, by: string, at: number): Member {
  const { facts, view } = readSnapshot(captures, known);
  const groups = facts.groups.status === 'known' ? facts.groups.value : [];
  const behind = groups.flatMap(({ uuid, seqno }) => {
    const highest = known[uuid] ?? 0;
    return seqno < highest ? [[uuid, [highest, at - intervalMs, by] as const] as const] : [];
  });
  return { ...member, facts, view, lastSeenAt: at, contact: { ...contact, behind: Object.fromEntries(behind) } };
}

export function seqnosOf({ member: { facts } }: Snapshot): Readonly<Record<string, number>> {
  return Object.fromEntries(facts?.groups.status === 'known' ? facts.groups.value.map(({ uuid, seqno }) => [uuid, seqno]) : []);
}

type Open = ReadonlyMap<string, { readonly device: string; readonly owner: string }>;

function openOf({ member: { facts, view } }: Pick<Snapshot, 'member'>): Open {
  const volumes = facts === undefined || view === undefined ? [] : listOpenVolumes(facts, view);
  return new Map(volumes.map(({ uuid, ...open }) => [uuid, open]));
}

function keepBoth(kept: Open, open: Open): Open {
  return new Map(
    [...kept].filter(([uuid, { device, owner }]) => {
      const earlier = open.get(uuid);
      return earlier?.device === device && earlier.owner === owner;
    }),
  );
}
