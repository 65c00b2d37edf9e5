/** A leftover says whose blocks it leads to today. */
import { expect, it } from 'vitest';
import { encodeDetail } from '../../../../worker/findings/shorten-detail';
import { group, pair, san, vm } from '../support/corpus-parts';
import { dmUuid, type FakeNode, mapped } from '../support/fake-node';
import { judge } from '../support/judge';

const only = (mapping: ReturnType<typeof mapped>, both: Partial<FakeNode>) => {
  const [finding] = judge(...pair({ guests: [vm(140, 'pve2', '')], ...both }, { mappings: [mapping] })).nodes[0]?.findings ?? [];
  return finding;
};

it('in words, largest first, another group by its name', () => {
  const groups = [san({ name: 'vm-140-disk-1', sectors: 25_165_824 }), group('other', '8:32', 'vm-2-disk-0')];
  const table = '0 25165824 linear 8:16 2048,25165824 65536 linear 8:32 2048';
  const stale = only(mapped('san1vg', 'vm-777-disk-0', 1, { table, uses: '8:16' }), { groups });
  expect(stale?.explanation.breaks).toMatch(
    /Whoever opens it by hand reads and writes its old blocks; 12 GiB of them now belong to vm-140-disk-1, 32 MiB to other\/vm-2-disk-0\.$/,
  );
  const impostor = only({ ...mapped('san1vg', 'vm-140-disk-1', 1, { table }), uuid: dmUuid('san1vg', 'before') }, { groups });
  expect(impostor?.explanation.breaks).toMatch(
    /by hand reads and writes the old blocks; 12 GiB of them now belong to vm-140-disk-1, 32 MiB to other\/vm-2-disk-0\.$/,
  );
});

it('not at all where the blocks are nobody’s, or no table was read', () => {
  for (const table of ['0 65536 linear 8:16 9000000', null]) {
    const finding = only(mapped('san1vg', 'vm-777-disk-0', 1, { table }), { groups: [san('vm-140-disk-1')] });
    expect(finding?.ruleId).toBe('dm.stale-mapping');
    expect(finding?.detail).not.toHaveProperty('landsIn');
    expect(finding?.explanation.breaks).not.toContain('belong');
  }
});

it('never beyond what a finding may store, whatever the names', () => {
  const volumes = Array.from({ length: 20 }, (_, at) => `${'x'.repeat(120)}${String(at).padStart(4, '0')}`);
  const finding = only(mapped('san1vg', 'vm-777-disk-0', 1, { table: '0 1310720 linear 8:16 2048' }), { groups: [san(...volumes)] });
  expect(finding?.detail).toMatchObject({ landsIn: { length: 8 } });
  expect(JSON.stringify(finding?.detail).length).toBeLessThan(4096);
  expect(JSON.parse(encodeDetail(finding?.detail))).toEqual(finding?.detail);
});
