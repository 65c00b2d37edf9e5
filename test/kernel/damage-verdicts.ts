/** The tests of damage-expectations.ts on a set of collected bodies: the machine's own of this moment, or saved ones. */
import { beforeAll, describe, expect, it } from 'vitest';
import { analyse, type ClusterReport } from '../../worker/analyzer';
import type { Mapping } from '../../worker/analyzer/facts';
import { rememberOpen } from './check-ins';
import { damaged, intruding, notJudgedLayers, overlapping, pools, standingStill, tables, wellBuilt } from './damage-expectations';
import { judge, listFound, listUnknown, nameSubjects, openSnapshot, type SaidFound, type Snapshot } from './judge';

/** As the collector printed them: as pve1 in three moments, and as pve2. */
export type DamageBodies = Readonly<Record<'damage' | 'intruders' | 'stuck' | 'pve2', string>>;
type Look = 'damage' | 'intruders' | 'stuck';

const now = Date.UTC(2026, 0, 1);
const sayFound = (found: readonly SaidFound[]) => found.map(({ where, ruleId, name, remedy }) => `${where} ${ruleId} ${name} ${remedy}`).sort();

export function describeDamage(load: () => Promise<DamageBodies>): void {
  let looks: Readonly<Record<Look | 'pve2', Snapshot>>;
  const reports: Partial<Record<Look, ClusterReport>> = {};
  let nameOf: (subject: string) => string;

  beforeAll(async () => {
    const bodies = await load();
    const open = (name: keyof DamageBodies) => openSnapshot(bodies[name], now);
    looks = { damage: open('damage'), intruders: open('intruders'), stuck: open('stuck'), pve2: open('pve2') };
    for (const look of ['damage', 'intruders', 'stuck'] as const) reports[look] = judge([looks[look], looks.pve2], now);
    nameOf = nameSubjects([looks.stuck, looks.damage, looks.intruders, looks.pve2]);
  });

  const reportOf = (look: Look): ClusterReport => {
    const report = reports[look];
    if (report === undefined) throw new Error('not judged');
    return report;
  };
  const found = (look: Look) => listFound(reportOf(look), nameOf);
  const unknown = (look: Look) => listUnknown(reportOf(look), nameOf);

  describe('damage on a real kernel', () => {
    it.each(damaged)('finds $what ($name) on $where once, by $ruleId', ({ where, ruleId, name, remedy }) => {
      expect(found('damage').filter((one) => one.name === name && one.where === where)).toEqual([{ where, ruleId, name, remedy }]);
    });

    it('is all there is to find', () => expect(sayFound(found('damage'))).toEqual(sayFound(damaged)));

    it.each(wellBuilt)('has nothing to do with %s', (name) => {
      expect(mappingIn(looks.damage, name)).toBeDefined();
      expect(found('damage').filter((one) => one.name === name)).toEqual([]);
      expect(unknown('damage').filter((one) => one.name === name)).toEqual([]);
    });

    it.each(notJudgedLayers)('leaves $name alone: $reason', ({ name, reason }) => {
      expect(found('damage').filter((one) => one.name === name)).toEqual([]);
      expect([...new Set(unknown('damage').flatMap((one) => (one.name === name ? [one.reason] : [])))]).toEqual([reason]);
    });
  });

  describe('tables of a real kernel', () => {
    it.each(tables)('$name is $verdict', ({ name, verdict }) => {
      const against = mappingIn(looks.damage, name)?.table?.against;
      expect(against?.verdict === 'not_compared' ? `not compared: ${against.why}` : against?.verdict).toBe(verdict);
    });
  });

  describe('thin pools of a real kernel', () => {
    it('say how they are', () => {
      const facts = looks.damage.member.facts?.thinPools;
      const said = facts?.status === 'known' ? facts.value.map(({ line: _, ...pool }) => pool) : [];
      expect(said).toEqual(pools);
    });
  });

  describe('what the host opened inside of guests’ disks', () => {
    it.each(intruding)('finds $what ($name) by $ruleId', ({ where, ruleId, name, remedy }) => {
      expect(found('intruders')).toContainEqual({ where, ruleId, name, remedy });
    });

    it('is all that comes in addition', () => {
      const before = new Set(sayFound(found('damage')));
      expect(sayFound(found('intruders')).filter((one) => !before.has(one))).toEqual(sayFound(intruding));
    });
  });

  describe('one disk open on two nodes', () => {
    const minutes = 60_000;
    const openTwice = (report: ClusterReport) => listFound(report, nameOf).filter(({ ruleId }) => ruleId === 'dm.open-on-two-nodes');

    it('is proven by check-ins that interleave', () => {
      const pve1 = rememberOpen(looks.intruders, now - 15 * minutes, now, [looks.damage]);
      const pve2 = rememberOpen(looks.pve2, now - 5 * minutes, now - 5 * minutes);
      expect(openTwice(analyse({ clusterId: 'c_kernel', members: [pve1, pve2], neighbours: [], now }))).toEqual([
        { where: 'cluster', ruleId: 'dm.open-on-two-nodes', name: 'san1vg/vm-341-disk-0', remedy: null },
      ]);
    });

    it('is not proven by one look at each', () => {
      const pve1 = rememberOpen(looks.damage, now - 15 * minutes, now - 15 * minutes);
      const pve2 = rememberOpen(looks.pve2, now, now);
      expect(openTwice(analyse({ clusterId: 'c_kernel', members: [pve1, pve2], neighbours: [], now }))).toEqual([]);
    });
  });

  describe('what stands still', () => {
    it('keeps everybody from asking LVM, and is found without it', () => {
      expect(looks.stuck.captures.find(({ id }) => id === 'lvm.report')).toMatchObject({ status: 'skipped' });
      expect(sayFound(found('stuck').filter(({ ruleId }) => ruleId !== 'dm.duplicate-mapping'))).toEqual(sayFound(standingStill));
    });

    // Which mapping of a pair has the finding is left to their uuids.
    it('leaves mappings over the same blocks to be found as such', () => {
      const twice = found('stuck').flatMap(({ ruleId, name }) => (ruleId === 'dm.duplicate-mapping' ? [name] : []));
      for (const over of overlapping) expect(over.some((name) => twice.includes(name))).toBe(true);
      expect(twice.filter((name) => !overlapping.flat().includes(name))).toEqual([]);
    });
  });
}

function mappingIn({ member: { facts } }: Snapshot, name: string): Mapping | undefined {
  return facts?.mappings.status === 'known' ? facts.mappings.value.find((mapping) => mapping.name === name) : undefined;
}
