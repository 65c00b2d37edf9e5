/** Where a mapping leads today, and which mappings share sectors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dmUuid, type FakeMapping, mapped } from './support/fake-node';
import { sectorOf } from './support/fake-tables';
import { factsOf, group, mappingsOf, tableOf } from './support/tables';

describe('where a mapping leads', () => {
  const san = group({ name: 'a' }, { name: 'data', attr: 'twi-XXtz--' }, { name: '[data_tdata_rimage_0]' }, { name: 'b' });
  const left = (table: string) => mapped('san', 'gone', 9, { table });
  const landsIn = (table: string) => tableOf({ name: 'pve1', groups: [san], mappings: [left(table)] }, 'san-gone')?.landsIn;

  it('is told by the volumes that own its sectors, the largest share first, a pool by its own name', () => {
    const start = sectorOf(san, '[data_tdata_rimage_0]') - 8192;
    expect(landsIn(`0 81920 linear 8:16 ${start}`)).toEqual([
      { group: 'san', volume: 'data', sectors: 65_536 },
      { group: 'san', volume: 'a', sectors: 8192 },
      { group: 'san', volume: 'b', sectors: 8192 },
    ]);
  });

  it('is not told where the sectors are nobody’s, on another device, or its own', () => {
    expect(landsIn('0 65536 linear 8:16 9000000')).toBeUndefined();
    expect(landsIn('0 65536 linear 8:99 2048')).toBeUndefined();
    expect(
      tableOf({ name: 'pve1', groups: [san], mappings: [mapped('san', 'a', 1, { table: '0 131072 linear 8:16 2048' })] }, 'san-a')?.landsIn,
    ).toEqual([{ group: 'san', volume: 'data', sectors: 65_536 }]);
  });

  it('names at most eight, however many there are', () => {
    const many = group(...Array.from({ length: 40 }, (_, at) => ({ name: `v${at}` })));
    const table = tableOf({ name: 'pve1', groups: [many], mappings: [left('0 9000000 linear 8:16 2048')] }, 'san-gone');
    expect(table?.landsIn).toHaveLength(8);
  });
});

describe('mappings on the same sectors', () => {
  const overlapsOf = (...mappings: readonly FakeMapping[]) =>
    mappingsOf(factsOf({ name: 'pve1', groups: [], mappings })).map((mapping) => [mapping.name, mapping.table?.overlaps] as const);
  const at = (volumeName: string, minor: number, table: string, suffix = '') => ({
    ...mapped('san', volumeName, minor, { table }),
    name: `san-${volumeName}${suffix === '' ? '' : `-${suffix}`}`,
    uuid: dmUuid('san', volumeName, suffix),
  });

  it('name each other; touching, another device, and layers are none', () => {
    expect(overlapsOf(at('a', 1, '0 100 linear 8:16 0'), at('b', 2, '0 100 linear 8:16 99'))).toEqual([
      ['san-a', ['san-b']],
      ['san-b', ['san-a']],
    ]);
    const apart = [at('a', 1, '0 100 linear 8:16 0'), at('b', 2, '0 100 linear 8:16 100'), at('c', 3, '0 100 linear 8:32 0')];
    const layers = [at('a', 4, '0 100 linear 8:16 0', 'real'), at('d', 5, '0 100 linear 8:16 0', 'cow')];
    const byHand = { name: 'rescue', uuid: '', minor: 6, table: '0 100 linear 8:16 0' };
    expect(overlapsOf(...apart, ...layers, byHand).filter(([, overlaps]) => overlaps !== undefined)).toEqual([]);
  });

  it('stay few and quick when thousands share one sector, and each still names another', () => {
    const crowd = Array.from({ length: 5000 }, (_, n) => at(`v${n}`, n + 1, `0 ${1000 + n} linear 8:16 ${n % 7}`));
    const began = performance.now();
    const overlaps = overlapsOf(...crowd);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(overlaps.filter(([own, others]) => others === undefined || others.length > 8 || others.includes(own))).toEqual([]);
  });

  it('are the same, whatever the order of lines', () => {
    const spans = fc.array(fc.record({ from: fc.integer({ min: 0, max: 60 }), length: fc.integer({ min: 1, max: 20 }) }), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(spans, (list) => {
        const mappings = list.map(({ from, length }, n) => at(`v${n}`, n + 1, `0 ${length} linear 8:16 ${from}`));
        const found = new Map(overlapsOf(...mappings).map(([own, others]) => [own, [...(others ?? [])].sort()]));
        const expected = list.map((one, n) => [
          `san-v${n}`,
          list
            .flatMap((other, m) => (m !== n && one.from < other.from + other.length && other.from < one.from + one.length ? [`san-v${m}`] : []))
            .sort(),
        ]);
        expect([...found]).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
