/** What a case of test/fixtures is, and the short words in which its verdicts are expected. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { analyse, type ClusterReport, type Member, type Neighbour } from '../../../../worker/analyzer';
import { decodeDmName } from '../../../../worker/analyzer/parse/dm-name';
import { openSnapshot } from '../../../kernel/judge';
import { capturesOf, type FakeNode } from './fake-node';
import { memberOf, now } from './judge';

export type Case = {
  /** The truth, as one sentence. */
  readonly title: string;
  /** Where it comes from: a fact of Proxmox VE, LVM or the kernel; a public thread by name and number; "our kernel machine". */
  readonly source: string;
  readonly nodes: readonly (FakeNode | Member)[];
  /** Unix milliseconds; the fake nodes have just spoken then. */
  readonly now?: number;
  readonly neighbours?: readonly Neighbour[];
  readonly expect: {
    /** All of them, and nothing else: `pve1 dm.stale-mapping vm-777-disk-0 remove-mapping`; ` held` at the end: found, but held back. */
    readonly found: readonly string[];
    /**
     * `pve1 dm.stale-mapping vm-777-disk-0 (group_not_whole)`, `*` for everything a rule looks at. Exact for every rule it
     * names; empty: nothing at all is left unchecked; absent: not looked at.
     */
    readonly notChecked?: readonly string[];
  };
};

export const defineCase = (one: Case): Case => one;

export function judgeCase({ nodes, neighbours = [], ...one }: Case): ClusterReport {
  const at = one.now ?? now;
  const members = nodes.map((node) => ('nodeId' in node ? node : memberOf(node.name, capturesOf(node), { lastSeenAt: at })));
  return analyse({ clusterId: 'c_case', members, neighbours, now: at });
}

/** A node as test/fixtures/kernel keeps it: collected on a real kernel. */
export function savedNode(name: string): Member {
  const file = resolve(import.meta.dirname, `../../../fixtures/kernel/${name}.snapshot`);
  return openSnapshot(readFileSync(file, 'utf8'), now).member;
}

export function sayFound(report: ClusterReport, nodes: readonly Member[]): readonly string[] {
  return scopesOf(report)
    .flatMap(({ where, scope }, at) =>
      scope.findings.map(({ ruleId, subject, remedy, heldBack }) =>
        [where, ruleId, nameOf(subject, nodes, at), ...(remedy === null ? [] : [remedy.kind]), ...(heldBack === null ? [] : ['held'])].join(' '),
      ),
    )
    .sort();
}

export function sayNotChecked(report: ClusterReport, nodes: readonly Member[]): readonly string[] {
  return scopesOf(report)
    .flatMap(({ where, scope }, at) =>
      scope.outcomes.flatMap(({ ruleId, notChecked }) =>
        notChecked.map(({ subject, why }) => `${where} ${ruleId} ${subject === null ? '*' : nameOf(subject, nodes, at)} (${why.reason})`),
      ),
    )
    .sort();
}

export const membersOf = ({ nodes }: Case): readonly Member[] =>
  nodes.map((node) => ('nodeId' in node ? node : memberOf(node.name, capturesOf(node))));

export function scopesOf({ nodes, cluster }: ClusterReport) {
  return [...nodes.map((scope) => ({ where: scope.node, scope })), { where: 'cluster', scope: cluster }];
}

/**
 * A subject is the uuid of a mapping, of a group and a volume, or of a group: said by name, as the node at
 * that place calls it. What has none is its own name.
 */
function nameOf(subject: string, members: readonly Member[], at: number): string {
  for (const { facts } of [...members.slice(at, at + 1), ...members]) {
    const mapping = facts?.mappings.status === 'known' ? facts.mappings.value.find(({ uuid }) => uuid === subject) : undefined;
    if (mapping !== undefined) return mapping.uuid.startsWith('LVM-') ? nameOfVolume(mapping.name) : mapping.name;
    for (const group of facts?.groups.status === 'known' ? facts.groups.value : []) {
      if (group.uuid === subject) return group.name;
      const volume = group.volumes.find(({ uuid }) => `${group.uuid}${uuid}` === subject);
      if (volume !== undefined) return volume.name;
    }
  }
  return subject;
}

function nameOfVolume(dmName: string): string {
  const { lv, layer } = decodeDmName(dmName);
  return layer === '' ? lv : `${lv}-${layer}`;
}
