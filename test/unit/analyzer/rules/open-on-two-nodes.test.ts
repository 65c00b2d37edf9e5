/** dm.open-on-two-nodes: what proves it, what never does, what it says. The orders of real messages: test/worker/open-on-two-nodes.test.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, type ClusterReport, type Member, openLimits } from '../../../../worker/analyzer';
import { doInterleave, type Interval } from '../../../../worker/analyzer/cluster/open-on-nodes';
import { findInUse, listOpenVolumes } from '../../../../worker/analyzer/node/open-volumes';
import { task } from '../support/change-node';
import { heard, opened, pair, san, vm } from '../support/corpus-parts';
import { capturesOf, type FakeMapping, type FakeNode, mapped } from '../support/fake-node';
import { memberOf, now } from '../support/judge';

const name = 'vm-140-disk-1';
const disk = mapped('san1vg', name, 17, { open: 1 });
const ruleId = 'dm.open-on-two-nodes';
const config = `scsi0: san-prod:${name}\n`;

type Change = { readonly both?: Partial<FakeNode>; readonly here?: Partial<FakeNode>; readonly there?: Partial<FakeNode> };
/** Seen on pve1 16 minutes and 1 minute ago, on pve2 8 minutes ago: proven, unless told otherwise. */
function proven({ both = {}, here = {}, there = {} }: Change = {}, owner = '140@pve1'): readonly Member[] {
  const [a, b] = pair({ guests: [vm(140, 'pve1', config)], groups: [san(name)], mappings: [disk], ...both }, here, there);
  return [opened(heard(a, 1), `san1vg/${name}`, 16, '140@pve1'), opened(heard(b, 8), `san1vg/${name}`, 8, owner)];
}
const judgeMembers = (members: readonly Member[]): ClusterReport => analyse({ clusterId: 'c', members, neighbours: [], now });
const outcomeOf = (report: ClusterReport) => report.cluster.outcomes.find((outcome) => outcome.ruleId === ruleId);
const findingOf = (report: ClusterReport) => report.cluster.findings.find((finding) => finding.ruleId === ruleId);

it('says where, of whom, and what to look at, and offers nothing', () => {
  const finding = findingOf(judgeMembers(proven({ here: { runsSince: { 140: 9000 } } })));
  expect(finding).toMatchObject({ severity: 'critical', remedy: null, guests: [140], title: 'One disk is open on two nodes' });
  expect(finding?.explanation.sentence).toBe('vm-140-disk-1 is in use on pve1 (where VM 140 lives) and on pve2 at the same time.');
  expect(finding?.explanation.because).toContain('Open on pve1: by a process of VM 140. Open on pve2: holder not found.');
  expect(finding?.explanation.commands).toEqual(expect.arrayContaining(['lsof /dev/dm-17', 'ls /sys/block/dm-17/holders']));
  expect(finding?.evidence.map(({ node }) => node)).toEqual(['n_pve1', 'n_pve2']);
});

describe('not checked, and neither found nor clean,', () => {
  const undecided: readonly (readonly [string, readonly Member[], string])[] = [
    ['when the two were seen for different homes', proven({}, '140@pve2'), 'seen_open_twice'],
    ['when something was under way at one of them', proven({}, ''), 'seen_open_twice'],
    ['while its guest is locked', proven({ both: { guests: [vm(140, 'pve1', `${config}lock: migrate\n`)] } }), 'in_flight'],
    ['while a task of it runs', proven({ there: { tasks: task('qmigrate', '140') } }), 'in_flight'],
    ['while HA moves it', proven({ both: { ha: '{"service_status":{"vm:140":{"node":"pve2","state":"migrate"}}}' } }), 'in_flight'],
    ['while members disagree where it lives', proven({ there: { guests: [vm(140, 'pve2', config)] } }), 'in_flight'],
    ['when something else names it', proven({ here: { mentions: `/dev/san1vg/${name}\n` } }), 'seen_open_twice'],
    ['when only one of them lists it: a local group made from the same image', proven({ there: { groups: [] } }), 'seen_open_twice'],
    [
      'when one of the two is silent',
      [opened(heard(pairOf()[0], 1), `san1vg/${name}`, 60, 'x'), opened(heard(pairOf()[1], 46), `san1vg/${name}`, 50, 'x')],
      'silent',
    ],
    ['of saved files: one look at each', proven().map(({ open: _, contact: __, ...member }) => member), 'seen_open_twice'],
  ];
  it.each(undecided)('%s', (_case, members, reason) => {
    const report = judgeMembers(members);
    expect(findingOf(report)).toBeUndefined();
    expect(outcomeOf(report)).toMatchObject({ status: 'unknown' });
    expect(outcomeOf(report)?.notChecked.find((hole) => hole.name === name)?.why.reason).toBe(reason);
  });
});

function pairOf(both: Partial<FakeNode> = {}) {
  return pair({ guests: [vm(140, 'pve1', config)], groups: [san(name)], mappings: [disk], ...both });
}

describe('clean', () => {
  const clean: readonly (readonly [string, readonly Member[]])[] = [
    ['when one of them has closed it', proven({ there: { mappings: [{ ...disk, open: 0 }] } })],
    ['when two guests share it, each at home', proven({ both: { guests: [vm(140, 'pve1', config), vm(141, 'pve2', config)] } })],
    ['when no guest uses it: a cluster file system mounted by hosts', proven({ both: { guests: [] } })],
    ['when it is a template, which is only read', proven({ both: { guests: [vm(140, 'pve1', `${config}template: 1\n`)] } })],
  ];
  it.each(clean)('%s', (_case, members) => {
    expect(outcomeOf(judgeMembers(members))).toMatchObject({ status: 'clean', notChecked: [] });
  });

  it('and does not apply to one saved file, or where no group is shared', () => {
    expect(outcomeOf(judgeMembers([memberOf('pve1', capturesOf(pairOf()[0]))]))?.status).toBe('not_applicable');
    const local = pairOf({ groups: [], mappings: [], storages: 'dir: local\n' }).map((node) => heard(node));
    expect(outcomeOf(judgeMembers(local))?.status).toBe('not_applicable');
  });
});

describe('two intervals interleave', () => {
  const at = (since: number, until: number): Interval => ({ since, until });
  it.each([
    [at(1, 3), at(2, 2), true],
    [at(1, 3), at(2, 9), true],
    [at(1, 1), at(2, 9), false],
    [at(1, 2), at(2, 9), false],
    [at(1, 3), at(3, 3), false],
    [at(1, 3), at(4, 9), false],
    [at(1, 9), at(1, 9), false],
    [at(1, 9), at(1, 4), true],
  ])('%j and %j: %s, whichever is named first', (a, b, expected) => {
    expect([doInterleave(a, b), doInterleave(b, a)]).toEqual([expected, expected]);
  });
});

/** What a server remembers of one node, as saveState writes it. */
type Memory = { readonly owner: string; readonly since: number; readonly until: number };
function hear(before: Memory | undefined, owner: string | undefined, time: number): Memory | undefined {
  if (owner === undefined) return undefined;
  return before !== undefined && before.owner === owner ? { ...before, until: time } : { owner, since: time, until: time };
}

it('a guest that is open on one node at a time is never accused, however it moves and whoever speaks when', () => {
  const step = fc.record({ speaker: fc.nat(1), isMove: fc.boolean(), minutes: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory: (Memory | undefined)[] = [undefined, undefined];
      let home = 0;
      let time = 0;
      for (const { speaker, isMove, minutes } of steps) {
        time += minutes;
        if (isMove) home = 1 - home;
        memory[speaker] = hear(memory[speaker], home === speaker ? `140@pve${home}` : undefined, time);
        const [a, b] = memory;
        expect(a !== undefined && b !== undefined && a.owner === b.owner && doInterleave(a, b)).toBe(false);
      }
    }),
    { numRuns: 2000 },
  );
});

describe('what counts as open', () => {
  const ownersOf = (node: FakeNode) => {
    const { facts, view } = memberOf('pve1', capturesOf(node));
    return facts === undefined || view === undefined ? [] : listOpenVolumes(facts, view).map(({ owner }) => owner);
  };
  const [here] = pairOf();

  it('is told by owner, home, device and boot', () => {
    const { facts, view } = memberOf('pve1', capturesOf(here));
    if (facts === undefined || view === undefined) throw new Error('a node with facts');
    expect(listOpenVolumes(facts, view)).toMatchObject([{ owner: '140@pve1', device: '11111111-2222-3333-4444-555555555555 253:17' }]);
  });

  const nobodys: readonly (readonly [string, Partial<FakeNode>])[] = [
    ['at one reading only', { mappingsBefore: [{ ...disk, open: 0 }] }],
    ['under a name LVM does not have', { mappings: [{ ...disk, name: 'san1vg-vm--140--disk--9' }] }],
    ['of a group that is not seen', { groups: [] }],
    ['while its guest is locked', { guests: [vm(140, 'pve1', `${config}lock: backup\n`)] }],
    ['without quorum', { quorate: false }],
    ['while tasks are not known', { tasks: 'garbage\n' }],
    [
      'only through a closed mapping on top',
      {
        mappings: [
          { ...disk, holders: 'p1' },
          { name: 'p1', uuid: `part1-${disk.uuid}`, minor: 18, uses: '253:17' },
        ],
      },
    ],
  ];
  it.each(nobodys)('and proves nothing %s', (_case, more) => expect(ownersOf({ ...here, ...more })).toEqual(['']));

  it('also through mappings on top that something has open, in linear time and whatever lies on what', () => {
    const top: FakeMapping = { name: 'p1', uuid: `part1-${disk.uuid}`, minor: 18, uses: '253:17', open: 1 };
    expect(ownersOf({ ...here, mappings: [{ ...disk, holders: 'p1' }, top] })).toEqual(['140@pve1']);
    const base = { uuid: '', major: 253, suspended: false, tables: 'Live', uses: [], agreed: true, line: 1, staysOpen: true as const };
    const ring = ['a', 'b', 'c'].map((one, minor) => ({ ...base, name: one, minor, open: 1, holders: [['a', 'b', 'c'][(minor + 1) % 3] ?? ''] }));
    expect([...findInUse(ring)]).toEqual([]);
    expect([...findInUse([...ring, { ...base, name: 'd', minor: 9, open: 2, holders: ['a'] }])]).toEqual(['d']);
  });
});

describe('when it is looked at again', () => {
  const members = proven().map((member) => ({ ...member, lastSeenAt: now - 8 * 60_000 }));
  const report = judgeMembers(members.map((member) => opened(member, `san1vg/${name}`, 8)));

  it('is when the next check-in is due, and only while that can decide it', () => {
    const evidence = { clusterId: 'c', members, neighbours: [], now };
    expect(outcomeOf(report)?.notChecked[0]?.why).toMatchObject({ isPending: true });
    expect(openLimits(evidence, report.cluster)).toEqual([now + 7 * 60_000 + 30_000, now + 7 * 60_000 + 30_000]);
    expect(openLimits(evidence, judgeMembers(proven({}, '')).cluster)).toEqual([]);
  });

  it('is never in the past, however late the nodes are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 44 * 60_000 }), fc.integer({ min: 1, max: 3600 }), (ago, intervalSeconds) => {
        const late = members.map((member) => ({ ...member, lastSeenAt: now - ago, intervalSeconds }));
        for (const limit of openLimits({ clusterId: 'c', members: late, neighbours: [], now }, report.cluster)) expect(limit).toBeGreaterThan(now);
      }),
    );
  });
});

it('hostile names reach no command', () => {
  const hostile = 'vm-140-disk-1$(reboot)';
  const both = {
    guests: [vm(140, 'pve1', `scsi0: san-prod:${hostile}\n`)],
    groups: [san(hostile)],
    mappings: [mapped('san1vg', hostile, 17, { open: 1 })],
  };
  const [a, b] = pairOf(both);
  const report = judgeMembers([opened(heard(a, 1), `san1vg/${hostile}`, 16), opened(heard(b, 8), `san1vg/${hostile}`, 8)]);
  expect(findingOf(report)?.explanation.commands.join(' ')).not.toContain('reboot');
});
