/**
 * Which Proxmox VE cluster the members of an enrolled cluster say they are. Wrong grouping is the most dangerous false
 * orphan: two clusters taken for one would each call the other's disks unused.
 */

import { type Evidence, known, unknown } from '../evidence';
import type { FreshMember } from './cluster-evidence';

type Said = { readonly node: string; readonly cluster: string | null; readonly members: readonly string[] };

/** `names`: they name different clusters. `lists`: one name, but not each on the other's list. `twins`: one node name twice. */
export type Mixture = {
  readonly kind: 'names' | 'lists' | 'twins';
  readonly parts: readonly { readonly cluster: string | null; readonly nodes: readonly string[] }[];
};

export type Grouping = {
  /** Known: one cluster, its members naming each other, or a single node. */
  readonly oneCluster: Evidence<true>;
  readonly mixture: Mixture | undefined;
  /** Whom the fresh members list; undefined: none of them could say. */
  readonly listed: readonly string[] | undefined;
  /** As the fresh members call their cluster; null: a standalone node. */
  readonly name: string | null;
};

/** A silent member may be from before another joined: only its cluster's name counts. */
export function groupMembers(fresh: readonly FreshMember[], silent: readonly FreshMember[]): Grouping {
  const said = sayMemberships(fresh);
  const all = [...said, ...sayMemberships(silent)];
  const mixture = all.length < 2 ? undefined : findMixture(said, all);
  const clusters = [...new Set(all.map(({ cluster, node }) => cluster ?? node))].sort();
  return {
    oneCluster: mixture === undefined ? known(true) : unknown({ reason: 'mixed_enrolment', clusters }),
    mixture,
    listed: said.length === 0 ? undefined : [...new Set(said.flatMap(({ members }) => members))].sort(),
    name: said[0]?.cluster ?? null,
  };
}

function findMixture(said: readonly Said[], all: readonly Said[]): Mixture | undefined {
  const isNamed = all.every(({ cluster }) => cluster !== null) && new Set(all.map(({ cluster }) => cluster)).size === 1;
  const isMutual = said.every(({ members }) => said.every(({ node }) => members.includes(node)));
  const isDistinct = new Set(said.map(({ node }) => node)).size === said.length;
  if (isNamed && isMutual && isDistinct) return undefined;
  return {
    kind: !isNamed ? 'names' : !isDistinct ? 'twins' : 'lists',
    parts: isNamed ? splitBy(said, ({ members }) => [...members].sort()) : splitBy(all, ({ cluster, node }) => [cluster ?? `\u0000${node}`]),
  };
}

/** Members that say the same are one part. */
function splitBy(said: readonly Said[], keyOf: (one: Said) => readonly string[]): Mixture['parts'] {
  const parts = new Map<string, { cluster: string | null; nodes: string[] }>();
  for (const one of said) {
    const key = JSON.stringify(keyOf(one));
    const part = parts.get(key) ?? { cluster: one.cluster, nodes: [] };
    parts.set(key, part);
    part.nodes.push(one.node);
  }
  return [...parts.values()]
    .map(({ cluster, nodes }) => ({ cluster, nodes: nodes.sort() }))
    .sort((a, b) => ((a.nodes[0] ?? '') < (b.nodes[0] ?? '') ? -1 : 1));
}

function sayMemberships(members: readonly FreshMember[]): readonly Said[] {
  return members.flatMap(({ facts, name }) => {
    if (facts.membership.status === 'unknown') return [];
    const { cluster, members: listed } = facts.membership.value;
    return [{ node: facts.node || name, cluster, members: listed }];
  });
}
