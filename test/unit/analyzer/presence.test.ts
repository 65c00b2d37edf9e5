/** Rules about how nodes speak: each finds it, leaves its neighbours alone, says not checked, survives hostile names. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, type ClusterReport, type Contact, type Member, presenceLimits, tellSilence } from '../../../worker/analyzer';
import { clockLevelOf, sayClockLevel } from '../../../worker/analyzer/cluster/clock-level';
import { capturesOf, type FakeNode } from './support/fake-node';
import { accusations, memberOf, now } from './support/judge';
import { localMappings, pve1, pve2, pve3 } from './support/sample-cluster';

const minute = 60_000;
const quiet: Contact = { identitySharedAt: null, clockLevel: 0 };
const heard = (node: FakeNode, minutesAgo = 0, more: Partial<Contact> = {}): Member =>
  memberOf(node.name, capturesOf(node), { lastSeenAt: now - minutesAgo * minute, contact: { ...quiet, ...more } });
const calm: FakeNode = { ...pve1, mappings: localMappings };

function judgeServed(...members: readonly Member[]): ClusterReport {
  return analyse({ clusterId: 'c_test', members, neighbours: [], now });
}

const rulesAbout = /^(node|cluster)\./;
/** `node rule` or `rule` of the cluster. */
function said(report: ClusterReport): readonly string[] {
  const nodes = report.nodes.flatMap(({ node, findings }) => findings.map(({ ruleId }) => `${node} ${ruleId}`));
  return [...nodes, ...report.cluster.findings.map(({ ruleId }) => ruleId)].filter((text) => /(node|cluster)\.[a-z-]+$/.test(text));
}
const sentence = (report: ClusterReport, ruleId: string): string =>
  [...report.nodes, report.cluster].flatMap(({ findings }) => findings).find((finding) => finding.ruleId === ruleId)?.explanation.sentence ?? '';
const statusOf = (report: ClusterReport, ruleId: string, node?: number): string | undefined =>
  (node === undefined ? report.cluster : report.nodes[node])?.outcomes.find((outcome) => outcome.ruleId === ruleId)?.status;

describe('nodes that speak as they should', () => {
  it('are found nothing about', () => expect(said(judgeServed(heard(calm), heard(pve2), heard(pve3)))).toEqual([]));

  it('saved files have no such checks at all', () => {
    const report = analyse({ clusterId: 'offline', members: [memberOf('pve1', capturesOf(pve1))], neighbours: [], now });
    const ids = [...report.nodes, report.cluster].flatMap(({ outcomes }) => outcomes.map(({ ruleId }) => ruleId));
    expect(ids.filter((id) => rulesAbout.test(id))).toEqual([]);
  });

  it('a node that never spoke is waiting, not silent', () => {
    const waiting: Member = {
      nodeId: 'n_pve9',
      name: 'pve9',
      facts: undefined,
      view: undefined,
      lastSeenAt: 0,
      intervalSeconds: 900,
      contact: quiet,
    };
    expect(said(judgeServed(heard(calm), heard(pve2), heard(pve3), waiting))).toEqual([]);
  });
});

describe('node.silent', () => {
  it('begins after three intervals', () => {
    expect(said(judgeServed(heard(calm), heard(pve2), heard(pve3, 45)))).toEqual([]);
    const report = judgeServed(heard(calm), heard(pve2), heard(pve3, 46));
    expect(said(report)).toEqual(['pve3 node.silent']);
    expect(sentence(report, 'node.silent')).toBe('pve3 has been silent since 2026-11-21 08:55 UTC.');
  });

  it('is never found in less than a quarter of an hour', () => {
    const fast = { ...heard(pve3, 14), intervalSeconds: 60 };
    expect(said(judgeServed(heard(calm), heard(pve2), fast))).toEqual([]);
  });

  it('waits while nobody has spoken since: the others may be gone too', () => {
    const report = judgeServed(heard(calm, 40), heard(pve2, 38), heard(pve3, 46));
    expect(said(report)).toEqual([]);
    expect(statusOf(report, 'node.silent', 2)).toBe('unknown');
    const members = [heard(calm, 40), heard(pve2, 38), heard(pve3, 46)];
    expect(presenceLimits({ clusterId: 'c', members, neighbours: [], now })[0]).toBe(now + 5 * minute + 1);
  });

  it('a node that stands alone is its own story', () => {
    const alone = { ...calm, members: [], cluster: '' };
    expect(said(judgeServed(heard(alone, 100)))).toEqual(['pve1 node.silent']);
  });
});

describe('cluster.silent', () => {
  it('is one story for all nodes, with how close together they fell silent', () => {
    const report = judgeServed(heard(calm, 131), heard(pve2, 130), heard(pve3, 132));
    expect(said(report)).toEqual(['cluster.silent']);
    expect(sentence(report, 'cluster.silent')).toBe('All 3 nodes of prod fell silent within 2 minutes (2026-11-21 07:31 UTC).');
    expect(report.cluster.findings.find(({ ruleId }) => ruleId === 'cluster.silent')?.explanation.todo).toContain("the site's line");
  });

  it('blames no line when they fell silent days apart', () => {
    const report = judgeServed(heard(calm, 3000), heard(pve2, 130), heard(pve3, 132));
    expect(sentence(report, 'cluster.silent')).toBe('All 3 nodes of prod are silent, the last one since 2026-11-21 07:31 UTC.');
  });

  it('ends with the first node that speaks again', () => {
    expect(said(judgeServed(heard(calm, 131), heard(pve2, 0), heard(pve3, 132)))).toEqual(['pve1 node.silent', 'pve3 node.silent']);
  });

  it('neither closes nor opens what is said of single nodes', () => {
    const report = judgeServed(heard(calm, 131), heard(pve2, 130), heard(pve3, 132));
    expect([0, 1, 2].map((node) => statusOf(report, 'node.silent', node))).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('does not count nodes that never spoke', () => {
    expect(
      tellSilence(
        [
          { name: 'a', lastSeenAt: 0, intervalSeconds: 900 },
          { name: 'b', lastSeenAt: 1, intervalSeconds: 900 },
        ],
        now,
      ),
    ).toBeUndefined();
  });
});

describe('node.identity-shared', () => {
  const shared = heard(pve1, 0, { identitySharedAt: now - 10 * minute });

  it('takes all its word from the node, and nobody else the theirs', () => {
    const report = judgeServed(shared, heard(pve2), heard(pve3));
    expect(said(report)).toEqual(['pve1 node.identity-shared']);
    expect(report.nodes[0]?.outcomes.filter(({ ruleId }) => ruleId.startsWith('dm.')).every(({ status }) => status === 'unknown')).toBe(true);
    expect(report.nodes[0]?.outcomes[0]?.notChecked[0]?.why).toEqual({ reason: 'identity_shared', node: 'pve1' });
    expect(report.nodes.slice(1).every(({ complete }) => complete)).toBe(true);
  });

  it('leaves no remedy and accuses nothing that was not accused before', () => {
    const before = new Set(accusations(judgeServed(heard(pve1), heard(pve2), heard(pve3))));
    const after = accusations(judgeServed(shared, heard(pve2), heard(pve3))).filter((text) => !text.includes('node.identity-shared'));
    expect(after.filter((text) => text.startsWith('remedy'))).toEqual([]);
    expect(after.every((text) => before.has(text))).toBe(true);
  });

  it('ends when one machine alone has spoken for an hour, and says when to look again', () => {
    const members = [shared, heard(pve2), heard(pve3)];
    expect(presenceLimits({ clusterId: 'c', members, neighbours: [], now })).toEqual([now + 50 * minute]);
    expect(said(judgeServed(heard(calm, 0, { identitySharedAt: now - 60 * minute }), heard(pve2), heard(pve3)))).toEqual([]);
  });
});

describe('node.clock-skew', () => {
  it('says how far and in which direction', () => {
    const report = judgeServed(heard(calm, 0, { clockLevel: 3 }), heard(pve2, 0, { clockLevel: -4 }), heard(pve3));
    expect(said(report)).toEqual(['pve1 node.clock-skew', 'pve2 node.clock-skew']);
    expect(sentence(report, 'node.clock-skew')).toBe('The clock of pve1 is more than 5 minutes ahead.');
  });

  it('is not known of a silent node', () => {
    const report = judgeServed(heard(calm), heard(pve2), heard(pve3, 60, { clockLevel: 3 }));
    expect(statusOf(report, 'node.clock-skew', 2)).toBe('unknown');
  });

  it.each([
    [0, 0],
    [5, 0],
    [6, 1],
    [31, 2],
    [301, 3],
    [3601, 4],
    [86_401, 5],
    [1e12, 5],
    [-10, 0],
    [-16, 0],
    [-17, -1],
    [-100, -2],
    [-1e9, -5],
  ])('a signature %i s from now is level %i', (seconds, level) => expect(clockLevelOf(now / 1000 + seconds, now)).toBe(level));

  it('has words for every level and none for a right clock', () => {
    expect([-5, -1, 0, 1, 5].map(sayClockLevel)).toEqual([
      'more than a day behind',
      'more than 5 seconds behind',
      undefined,
      'more than 5 seconds ahead',
      'more than a day ahead',
    ]);
  });
});

describe('cluster.mixed-enrolment', () => {
  it('names who says what, and nothing is judged across nodes', () => {
    const lab: FakeNode = { ...pve2, name: 'lab1', cluster: 'lab', members: ['lab1'] };
    const report = judgeServed(heard(pve1), heard(pve3), heard(lab));
    expect(said(report)).toEqual(['cluster.mixed-enrolment']);
    expect(sentence(report, 'cluster.mixed-enrolment')).toBe(
      'lab1 says it is in "lab"; pve1 and pve3 say they are in "prod". They are enrolled here as one cluster.',
    );
    expect(report.cluster.findings.map(({ ruleId }) => ruleId)).not.toContain('dm.unreferenced-volume');
    expect(statusOf(report, 'dm.unreferenced-volume')).toBe('unknown');
    expect(statusOf(report, 'cluster.not-enrolled')).toBe('unknown');
  });

  it('notices two clusters of one name, and two nodes of one name', () => {
    const other: FakeNode = { ...pve2, name: 'pve8', members: ['pve8', 'pve9'] };
    expect(sentence(judgeServed(heard(pve1), heard(other)), 'cluster.mixed-enrolment')).toContain('name the same cluster but not each other');
    const twin = { ...heard(pve1), nodeId: 'n_twin' };
    expect(sentence(judgeServed(heard(pve1), twin), 'cluster.mixed-enrolment')).toContain('Two nodes here have one name: pve1.');
  });

  it('does not apply to a node that stands alone', () => {
    const alone = { ...calm, members: [], cluster: '' };
    expect(statusOf(judgeServed(heard(alone)), 'cluster.mixed-enrolment')).toBe('not_applicable');
  });
});

describe('cluster.not-enrolled', () => {
  it('names the members that do not speak here', () => {
    const report = judgeServed(heard(calm));
    expect(said(report)).toEqual(['cluster.not-enrolled']);
    expect(sentence(report, 'cluster.not-enrolled')).toBe('pve2 and pve3 are members of "prod" and not enrolled here, or waiting for approval.');
    expect(report.cluster.findings[0]?.severity).toBe('info');
  });

  it('does not name a silent one', () => expect(said(judgeServed(heard(calm), heard(pve2), heard(pve3, 100)))).toEqual(['pve3 node.silent']));

  it('is not known while no member can say', () => {
    expect(statusOf(judgeServed(heard(calm, 100), heard(pve2, 100)), 'cluster.not-enrolled')).toBe('unknown');
  });
});

it('hostile names change no word and no bound', () => {
  const bad = `p\u202e<b>${'x'.repeat(300)}`;
  const captures = capturesOf({ ...calm, cluster: bad, members: ['pve1', ...Array.from({ length: 200 }, (_, index) => `n${index}`)] });
  const report = judgeServed(memberOf(bad, captures, { contact: { identitySharedAt: null, clockLevel: 9 } }));
  expect(said(report).length).toBeGreaterThan(0);
  for (const finding of [...report.nodes, report.cluster].flatMap(({ findings }) => findings)) {
    expect(finding.explanation.commands.join('\n')).not.toContain(bad);
    expect(finding.explanation.sentence.length).toBeLessThan(1500);
  }
});

describe('whatever members do', () => {
  const fakes: readonly FakeNode[] = [calm, pve2, pve3];
  const someContact = fc.record({
    minutesAgo: fc.oneof(fc.nat(100), fc.nat(10_000)),
    never: fc.boolean(),
    sharedMinutesAgo: fc.option(fc.nat(200)),
    clockLevel: fc.integer({ min: -6, max: 6 }),
    cluster: fc.constantFrom('prod', 'prod', 'prod', 'lab'),
  });
  const someMembers = fc.tuple(someContact, someContact, someContact).map((all) =>
    all.map(({ minutesAgo, never, sharedMinutesAgo, clockLevel, cluster }, index): Member => {
      const identitySharedAt = sharedMinutesAgo === null ? null : now - sharedMinutesAgo * minute;
      const member = heard({ ...(fakes[index] ?? calm), cluster }, minutesAgo, { identitySharedAt, clockLevel });
      return never ? { ...member, facts: undefined, view: undefined, lastSeenAt: 0 } : member;
    }),
  );
  const worst = new Set(accusations(judgeServed(...fakes.map((fake) => heard(fake)))));

  it('the order they are read in changes nothing', () => {
    const sorted = (members: readonly Member[]) => [...said(judgeServed(...members))].sort();
    fc.assert(
      fc.property(someMembers, (members) => {
        expect(sorted(members)).toEqual(sorted([...members].reverse()));
      }),
    );
  });

  it('a silent site is told once, and nobody is accused of more than when all speak', () => {
    fc.assert(
      fc.property(someMembers, (members) => {
        const report = judgeServed(...members);
        const told = said(report);
        if (told.includes('cluster.silent')) expect(told.filter((text) => text.endsWith('node.silent'))).toEqual([]);
        expect(accusations(report).filter((text) => !/(^|\s)(node|cluster)[./]/.test(text) && !worst.has(text))).toEqual([]);
      }),
    );
  });

  it('a report is due again only later than now', () => {
    fc.assert(
      fc.property(someMembers, (members) => {
        expect(presenceLimits({ clusterId: 'c', members, neighbours: [], now }).filter((at) => at <= now)).toEqual([]);
      }),
    );
  });
});
