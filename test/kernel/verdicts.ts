/** The tests of expectations.ts on a set of collected bodies: the machine's own of this moment, or saved ones. */
import { beforeAll, describe, expect, it } from 'vitest';
import { analyse, type ClusterReport } from '../../worker/analyzer';
import { rememberSeqno, seqnosOf } from './check-ins';
import {
  behind,
  churnGuests,
  faults,
  healthyMappings,
  healthyVolumes,
  idle,
  inFlight,
  notJudged,
  quietRules,
  rulesAboutMappings,
} from './expectations';
import { judge, listFound, listUnknown, mappingsOf, nameSubjects, openSnapshot, type Said, type Snapshot, volumesOf } from './judge';

/** As the collector printed them: as pve1, as pve2, and as pve1 while volumes came and went. */
export type Bodies = { readonly pve1: string; readonly pve2: string; readonly churn: readonly string[] };

export const sayAll = (said: readonly Said[]) => said.map(({ where, ruleId, name }) => `${where} ${ruleId} ${name}`).sort();

export function describeVerdicts(load: () => Promise<Bodies>): void {
  const now = Date.UTC(2026, 0, 1);
  let bodies: Bodies;
  let pve1: Snapshot;
  let pve2: Snapshot;
  let report: ClusterReport;
  let nameOf: (subject: string) => string;

  beforeAll(async () => {
    bodies = await load();
    pve1 = openSnapshot(bodies.pve1, now);
    pve2 = openSnapshot(bodies.pve2, now);
    nameOf = nameSubjects([pve1, pve2]);
    report = judge([pve1, pve2], now);
  });

  const isFault = ({ ruleId }: Said) => !quietRules.includes(ruleId);
  const foundAbout = (name: string) => listFound(report, nameOf).filter((found) => found.name === name && isFault(found));
  const unknownAbout = (name: string) =>
    listUnknown(report, nameOf).filter(({ name: about, ruleId }) => about === name && ruleId !== 'dm.backing-gone');

  describe('faults on a real kernel', () => {
    it.each(faults)('finds $what ($name) once, by $ruleId', ({ where, ruleId, name, remedy }) => {
      expect(foundAbout(name)).toEqual([{ where, ruleId, name, remedy }]);
    });

    it('are all there is to find', () => {
      expect(sayAll(listFound(report, nameOf).filter(isFault))).toEqual(sayAll(faults));
    });

    it('are not mixed with disks that are active while their guests are stopped', () => {
      const found = listFound(report, nameOf).filter(({ ruleId }) => ruleId === 'dm.idle-activation');
      expect(sayAll(found)).toEqual(idle);
    });

    it('are none of the other member’s', () => {
      expect(mappingsOf(pve2)).toHaveLength(3);
      const { findings = [], outcomes = [], score } = report.nodes.find(({ node }) => node === 'pve2') ?? {};
      expect([findings.filter(({ ruleId }) => !quietRules.includes(ruleId)), score]).toEqual([[], 100]);
      // An older collector, as in the saved captures, does not look at locks.
      const aside = ['dm.autoactivation', 'lvm.commands-hang'];
      const unseen = outcomes.filter(({ ruleId }) => !aside.includes(ruleId));
      const reasons = unseen.flatMap(({ ruleId, notChecked }) => notChecked.map(({ name, why }) => [ruleId, name, why.reason]));
      // Its guest is on its way to the other node.
      expect(reasons).toEqual([['dm.idle-activation', 'san1vg-vm--105--disk--0', 'in_flight']]);
    });
  });

  describe('what is healthy', () => {
    it.each(healthyMappings)('leaves the mapping %s alone', (name) => {
      expect(mappingsOf(pve1)).toContain(name);
      expect(foundAbout(name)).toEqual([]);
      expect(unknownAbout(name)).toEqual([]);
    });

    it.each(healthyVolumes)('leaves the volume %s alone', (name) => {
      expect(volumesOf(pve1)).toContain(name);
      expect(foundAbout(name)).toEqual([]);
      expect(unknownAbout(name)).toEqual([]);
    });
  });

  describe('what cannot be known', () => {
    it.each(notJudged)('is said of what is $what ($name)', ({ name, reason }) => {
      const expected = rulesAboutMappings.map((ruleId) => ({ where: 'pve1', ruleId, name, reason }));
      expect(unknownAbout(name)).toEqual(expect.arrayContaining(expected));
      expect(unknownAbout(name)).toHaveLength(expected.length);
    });

    it('is what old metadata shows; that it stays old is found at the second check-in', () => {
      // Not of the group that volumes came to and went from between the two looks.
      const known = Object.fromEntries(Object.entries(seqnosOf(pve2)).filter(([uuid]) => nameOf(uuid) !== 'san1vg'));
      const member = rememberSeqno(pve1, known, pve2.member.nodeId, now);
      const again = analyse({ clusterId: 'c_kernel', members: [member, pve2.member], neighbours: [], now });
      const wentBack = listFound(again, nameOf).filter(({ ruleId }) => ruleId === 'lvm.metadata-went-back');
      expect(sayAll(wentBack)).toEqual(sayAll(behind.map((name) => ({ where: 'pve1', ruleId: 'lvm.metadata-went-back', name }))));
    });

    it.each(inFlight)('is said of $what ($name)', ({ where, ruleId, name }) => {
      expect(unknownAbout(name).filter((unknown) => unknown.where === where)).toEqual([{ where, ruleId, name, reason: 'in_flight' }]);
    });
  });

  describe('volumes that come, are renamed and go while the collector looks', () => {
    const findIn = (body: string) => {
      const snapshots = [openSnapshot(body, now), pve2];
      return sayAll(listFound(judge(snapshots, now), nameSubjects(snapshots)).filter(isFault));
    };

    it('are in what was captured', () => {
      const caught = bodies.churn.filter((body) =>
        [...mappingsOf(openSnapshot(body, now)), ...volumesOf(openSnapshot(body, now))].some((name) => churnGuests.test(name)),
      );
      expect(caught.length).toBeGreaterThan(0);
    });

    it('are never reported', () => {
      for (const body of bodies.churn) expect(sayAll(faults)).toEqual(expect.arrayContaining(findIn(body)));
    });

    // Two things may rightly fall silent for one check-in: everything, when a mapping goes while dmsetup lists (the listing
    // then fails as a whole); and whose guest lives where, when one comes or goes between the list of guests and their files.
    it('do not keep the faults from being found', () => {
      const steady = sayAll(faults.filter(({ ruleId }) => !['dm.foreign-activation', 'storage.group-missing'].includes(ruleId)));
      expect(bodies.churn.map((body) => findIn(body))).toContainEqual(expect.arrayContaining(steady));
    });
  });
}
