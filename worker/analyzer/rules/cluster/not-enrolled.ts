/** Members the cluster itself lists that do not speak here: what is open on them is not known. */
import type { ClusterInputs } from '../../cluster/cluster-inputs';
import { type Detection, defineRule } from '../../rule';
import { listNames } from '../../words';

type Detail = { readonly name: string; readonly cluster: string; readonly members: readonly string[] };

export const notEnrolled = defineRule<ClusterInputs>()({
  id: 'cluster.not-enrolled',
  title: 'Members of this cluster are not enrolled',
  brief: 'members not enrolled',
  severity: 'info',
  counts: 'none',
  doesNotApply: 'A node that stands alone has no other members.',
  reference: {
    what: 'Members the cluster itself lists are not enrolled here.',
    why: 'What is active or open on them is not known, so checks that need the word of every member stay open.',
    how: 'The members of /etc/pve/.members against the nodes enrolled here.',
    evidence: ['pve.members'],
    guards: ['A node that waits for approval counts as not enrolled: its word enters no conclusion.'],
    remedy: 'None: enrol them.',
    sources: ['pmxcfs(8); pvecm(1)'],
  },
  isAboutCheckIns: true,
  holdMinutes: 0,
  needs: ['roll'],
  detect({ roll: { cluster, missing } }): Detection<Detail> {
    const members = missing.slice(0, 32);
    const detail = { name: listNames(missing), cluster: cluster ?? '', members };
    return {
      applies: cluster !== null,
      found: missing.length === 0 ? [] : [{ subject: 'cluster/members', guests: [], evidence: [], detail }],
      notChecked: [],
    };
  },
  explain: ({ name, cluster, members }) => ({
    sentence: `${name} ${members.length === 1 ? 'is a member' : 'are members'} of "${cluster}" and not enrolled here, or waiting for approval.`,
    breaks: 'What is active or open there is not known: checks that need the word of every member stay open.',
    messages: [],
    because: 'The enrolled nodes list them in /etc/pve/.members.',
    todo: 'Enrol them with a token of this cluster (Enrol nodes). If they are gone for good, the cluster still counts them: look at its members.',
    commands: ['pvecm nodes'],
  }),
  remedy: () => undefined,
});
