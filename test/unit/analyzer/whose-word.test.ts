/**
 * Whose word a fact needs (docs/architecture.md), as a table: one member is not heard, not whole or not one of us, and what
 * that leaves undecided about another node, about itself and about the cluster. Everything else goes on.
 */
import { describe, expect, it } from 'vitest';
import { analyse, type ClusterReport, type Member } from '../../../worker/analyzer';
import { nodeRules } from '../../../worker/analyzer/catalogue';
import { without } from './support/change-node';
import { heard } from './support/corpus-parts';
import { capturesOf, type FakeNode } from './support/fake-node';
import { memberOf, now } from './support/judge';
import { pve1, pve2, pve3 } from './support/sample-cluster';

const minute = 60_000;
const contact = { identitySharedAt: null, clockLevel: 0 };
const others: readonly Member[] = [heard(pve1), heard(pve2)];
const judgeWith = (third: readonly Member[]) => analyse({ clusterId: 'c_test', members: [...others, ...third], neighbours: [], now });
const half = (...ids: readonly string[]): Member => memberOf('pve3', without(capturesOf(pve3), ...ids), { contact });

type Scope = ClusterReport['cluster'];
const holes = (scope: Scope | undefined) =>
  (scope?.outcomes ?? []).flatMap(({ ruleId, notChecked }) => notChecked.map(({ why, name }) => `${ruleId} ${why.reason} ${name}`.trim())).sort();
const all = judgeWith([heard(pve3)]);
const whole = { here: holes(all.nodes[0]), there: holes(all.nodes[2]), cluster: holes(all.cluster) };
const beyond = (now: readonly string[], before: readonly string[]) => now.filter((line) => !before.includes(line));
const rulesOf = (lines: readonly string[]) => [...new Set(lines.map((line) => line.split(' ')[0]))];

/** Rules that judge a node by what it says; how it speaks is known of every node. */
const byItsWord = nodeRules.filter(({ id }) => !id.startsWith('node.')).map(({ id }) => id);

type Row = {
  readonly what: string;
  readonly third: readonly Member[];
  /** Rules undecided about pve1 now. */
  readonly here: readonly string[];
  /** About the member itself; `all`: whatever is judged by its word. Absent: it is no member. */
  readonly there?: 'all' | readonly string[];
  /** Of the whole cluster, with the reason and the name. */
  readonly cluster: readonly string[];
};

const table: readonly Row[] = [
  {
    what: 'is silent',
    third: [heard(pve3, 46)],
    here: [],
    there: 'all',
    cluster: ['dm.open-on-two-nodes silent pve3'],
  },
  { what: 'is not enrolled', third: [], here: [], cluster: ['dm.open-on-two-nodes member_unheard pve3'] },
  {
    what: 'is enrolled and has not spoken yet',
    third: [{ nodeId: 'n_pve3', name: 'pve3', facts: undefined, view: undefined, lastSeenAt: 0, intervalSeconds: 900, contact }],
    here: [],
    there: 'all',
    cluster: ['dm.open-on-two-nodes member_unheard pve3', 'dm.unreferenced-volume no_state pve3'],
  },
  {
    what: 'is two machines',
    third: [heard(pve3, 0, { identitySharedAt: now - minute })],
    here: [],
    there: 'all',
    cluster: ['dm.open-on-two-nodes silent pve3'],
  },
  {
    what: 'has no quorum',
    third: [heard({ ...pve3, quorate: false })],
    here: [],
    there: ['dm.foreign-activation', 'dm.foreign-open'],
    cluster: [],
  },
  {
    what: 'belongs to another cluster',
    third: [heard({ ...pve3, cluster: 'lab', members: ['pve3'] })],
    here: [
      'dm.foreign-activation',
      'dm.foreign-open',
      'dm.idle-activation',
      'dm.missing-mapping',
      'guest.dangling-volume',
      'storage.group-missing',
      'storage.thin-pool-down',
      'storage.thin-pool-full',
    ],
    there: ['dm.foreign-activation', 'dm.foreign-open'],
    cluster: [
      'cluster.not-enrolled mixed_enrolment',
      'dm.open-on-two-nodes mixed_enrolment',
      'dm.unreferenced-volume mixed_enrolment',
      'storage.shared-wrong mixed_enrolment',
    ],
  },
  {
    what: 'could not read its mappings',
    third: [half('dm.info.2')],
    here: [],
    there: ['dm.foreign-activation', 'dm.foreign-open', 'dm.impostor-mapping', 'dm.stale-mapping', 'dm.stale-name'],
    cluster: ['dm.open-on-two-nodes not_captured pve3', 'dm.unreferenced-volume not_captured vm-131-disk-0'],
  },
  {
    what: 'could not read its groups',
    third: [half('lvm.report')],
    here: [],
    there: [],
    cluster: ['dm.unreferenced-volume not_captured pve3'],
  },
  {
    what: 'could not read the guests of the cluster',
    third: [half('pve.guests')],
    here: [],
    there: ['dm.foreign-activation', 'dm.foreign-open'],
    cluster: [],
  },
];

describe.each(table)('a member that $what', ({ third, here, there, cluster }) => {
  const report = judgeWith(third);

  it('leaves undecided about another node only what needs its word', () => {
    expect(rulesOf(beyond(holes(report.nodes[0]), whole.here))).toEqual(here);
  });

  it('leaves found on another node what needs only that node', () => {
    const foundHere = (one: ClusterReport) =>
      one.nodes[0]?.findings.map(({ ruleId, subject }) => `${ruleId} ${subject}`).filter((line) => !here.some((rule) => line.startsWith(rule)));
    expect(foundHere(report)).toEqual(foundHere(all));
  });

  it('is itself judged by nothing it did not say', () => {
    const own = report.nodes.find(({ node }) => node === 'pve3');
    if (there === undefined) expect(own).toBeUndefined();
    else if (there === 'all') {
      expect(byItsWord.filter((id) => own?.outcomes.find(({ ruleId }) => ruleId === id)?.status !== 'unknown')).toEqual([]);
      expect(own?.findings.filter(({ ruleId }) => byItsWord.includes(ruleId))).toEqual([]);
    } else expect(rulesOf(beyond(holes(own), whole.there))).toEqual(expect.arrayContaining([...there]));
  });

  it('is named where the cluster as a whole cannot be told, and nothing else is undecided', () => {
    expect(beyond(holes(report.cluster), whole.cluster)).toEqual(cluster);
  });
});

describe('what a silent member said last', () => {
  const unused = (report: ClusterReport) => report.cluster.findings.find(({ ruleId }) => ruleId === 'dm.unreferenced-volume');

  it('does not keep an unused disk from being found: the text says where nobody looked', () => {
    expect(unused(judgeWith([heard(pve3, 46)]))?.explanation.because).toContain('Not checked whether it is open on pve3.');
  });

  it('counts where it says that something is in use, and never against', () => {
    const open: FakeNode = { ...pve3, mappings: [{ name: 'san1vg-vm--131--disk--0', uuid: '', minor: 3, open: 1 }] };
    const named = heard({ ...open, mentions: '/dev/san1vg/vm-131-disk-0\n' }, 46);
    expect(unused(judgeWith([named]))).toBeUndefined();
  });
});

it('two powered-off members blind nobody who still speaks', () => {
  const report = analyse({ clusterId: 'c_test', members: [heard(pve1), heard(pve2, 600), heard(pve3, 600)], neighbours: [], now });
  expect(report.nodes[0]?.findings.map(({ ruleId }) => ruleId)).toEqual(all.nodes[0]?.findings.map(({ ruleId }) => ruleId));
  expect(report.cluster.findings.map(({ ruleId }) => ruleId)).toContain('dm.unreferenced-volume');
});
