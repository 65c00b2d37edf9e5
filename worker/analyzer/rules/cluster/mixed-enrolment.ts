/**
 * Nodes that are not one Proxmox VE cluster are enrolled as one: a token used twice, a cluster split or joined since.
 * Nothing that needs more than one node is judged then.
 */
import type { ClusterInputs } from '../../cluster/cluster-inputs';
import type { Mixture } from '../../cluster/membership';
import { type Detection, defineRule } from '../../rule';
import { listNames } from '../../words';

type Detail = Mixture & { readonly name: string };

export const mixedEnrolment = defineRule<ClusterInputs>()({
  id: 'cluster.mixed-enrolment',
  title: 'Nodes of different clusters are enrolled as one',
  brief: 'clusters mixed up',
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'Only one node has been heard: there is nothing that could be mixed up.',
  reference: {
    what: 'Nodes that are not one Proxmox VE cluster are enrolled as one.',
    why: 'Taken for one, each would call the disks of the other unused; so nothing is judged that needs more than one node.',
    how: 'What each node says in /etc/pve/.members about its cluster and its members does not fit together.',
    evidence: ['pve.members'],
    guards: ['A node that joined or left lately: it ends when every member has checked in again.'],
    remedy: 'None: the nodes that do not belong here are enrolled with a token of their own.',
    sources: ['pmxcfs(8); pve-cluster status.c, cfs_create_memberlist_msg'],
  },
  isAboutCheckIns: true,
  holdMinutes: 0,
  needs: ['grouping'],
  detect({ grouping: { mixture, heard } }): Detection<Detail> {
    const shown = mixture && { kind: mixture.kind, parts: mixture.parts.slice(0, 8).map((part) => ({ ...part, nodes: part.nodes.slice(0, 16) })) };
    const name = listNames((shown?.parts ?? []).flatMap(({ cluster, nodes }) => (cluster === null ? nodes : [cluster])));
    return {
      applies: heard > 1,
      found: shown === undefined ? [] : [{ subject: 'cluster/enrolment', guests: [], evidence: [], detail: { ...shown, name } }],
      notChecked: [],
    };
  },
  explain: ({ kind, parts }) => ({
    sentence: `${sayMixture(kind, parts)} They are enrolled here as one cluster.`,
    breaks: 'Nothing is judged that needs more than one node: taken for one, each would call the disks of the other unused.',
    messages: [],
    because: 'Every node says in /etc/pve/.members which cluster it belongs to and who its members are; these do not fit together.',
    todo:
      'On the nodes that do not belong here: sexton-collector unenroll, then enrol them with a token of their own cluster. ' +
      'A node that joined or left lately: this ends when every member has checked in again.',
    commands: ['cat /etc/pve/.members'],
  }),
  remedy: () => undefined,
});

function sayMixture(kind: Mixture['kind'], parts: Mixture['parts']): string {
  const nodes = parts.flatMap((part) => part.nodes);
  if (kind === 'twins') return `Two nodes here have one name: ${listNames(nodes.filter((name, index) => nodes.indexOf(name) !== index))}.`;
  if (kind === 'lists') return `${listNames(parts.map((part) => part.nodes.join(', ')))} name the same cluster but not each other as members.`;
  const say = ({ cluster, nodes: inside }: Mixture['parts'][number]) =>
    `${listNames(inside)} ${inside.length === 1 ? 'says it is' : 'say they are'} ${cluster === null ? 'standalone' : `in "${cluster}"`}`;
  return `${parts.map(say).join('; ')}.`;
}
