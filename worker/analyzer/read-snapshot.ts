/** From one node's captures to its facts and its view of /etc/pve. Total: whatever the captures hold, there is an answer. */
import type { Capture, Readings } from '../wire/snapshot';
import { known, whenKnown } from './evidence';
import type { ClusterView, NodeFacts } from './facts';
import { type Captures, indexCaptures, outputOf } from './parse/captured';
import { parseMembership, parseMovedGuests, parseTasks } from './parse/cluster-state';
import { parseClusterView } from './parse/cluster-view';
import { parseMappings } from './parse/dm-info';
import { parseTables } from './parse/dm-table';
import { parseFailedTasks } from './parse/failed-tasks';
import { parseGoneDevices } from './parse/gone-devices';
import { parseRunningFor } from './parse/guest-processes';
import { parseCookies, parseLvmLocks } from './parse/lvm-locks';
import { parseGroups } from './parse/lvm-report';
import { parseMentions } from './parse/mentions';
import { parseRunningGuests } from './parse/running-guests';
import { parseThinPools } from './parse/thin-pools';
import { joinTables } from './tables/join-tables';
import { readLayouts } from './tables/layouts';

export type ReadSnapshot = { readonly facts: NodeFacts; readonly view: ClusterView };

/** What changes by itself and was read along; a saved file may have none. */
type ReadAlong = Pick<Readings, 'captures' | 'stuck'>;

/** `knownSeqno`: highest vg_seqno known per group uuid when the snapshot was received; empty offline. */
export function readSnapshot(
  captures: readonly Capture[],
  knownSeqno: Readonly<Record<string, number>>,
  readings: ReadAlong = { captures: [] },
): ReadSnapshot {
  const indexed = indexCaptures([...captures, ...readings.captures], readings.stuck);
  const tables = parseTables(indexed);
  const listed = parseMappings(indexed);
  const groups = parseGroups(indexed);
  const membership = parseMembership(indexed);
  const seen = new Set(groups.status === 'known' ? groups.value.map(({ uuid }) => uuid) : []);
  return {
    facts: {
      node: membership.status === 'known' ? membership.value.node : lineOf(indexed, 'host.name'),
      bootId: lineOf(indexed, 'host.boot-id'),
      membership,
      mappings: whenKnown(listed, (mappings) =>
        known(tables.status === 'known' ? joinTables(mappings, tables.value, readLayouts(indexed)) : mappings),
      ),
      tables: whenKnown(tables, () => known(true as const)),
      groups,
      knownSeqno: Object.fromEntries(Object.entries(knownSeqno).filter(([uuid]) => seen.has(uuid))),
      tasks: parseTasks(indexed),
      movedGuests: parseMovedGuests(indexed),
      mentions: parseMentions(indexed),
      running: parseRunningGuests(indexed),
      runningFor: parseRunningFor(indexed),
      goneDevices: parseGoneDevices(indexed, listed),
      thinPools: parseThinPools(indexed),
      failedTasks: parseFailedTasks(indexed),
      cookies: parseCookies(indexed),
      lvmLocks: parseLvmLocks(indexed),
      pve: { manager: packageVersion(indexed, 'pve-manager'), kernel: lineOf(indexed, 'host.kernel') },
    },
    view: parseClusterView(indexed),
  };
}

/** One line of text for people; empty when there is none. */
function lineOf(captures: Captures, id: string): string {
  const text = outputOf(captures, id);
  return text.status === 'known' ? (text.value.split('\n')[0] ?? '').trim().slice(0, 128) : '';
}

/** dpkg-query exits 1 when one of the packages is not installed and still prints the others. */
function packageVersion(captures: Captures, name: string): string {
  const lines = (captures.get('host.packages')?.out ?? '').split('\n');
  return (
    lines
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1, 64)
      .trim() ?? ''
  );
}
