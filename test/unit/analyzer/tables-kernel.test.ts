/** Tables and segments a real kernel and real LVM printed: what is healthy compares, and nothing healthy is said to differ. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NodeFacts, readSnapshot } from '../../../worker/analyzer';
import { readings, state } from '../../../worker/wire/snapshot';

const directory = join(import.meta.dirname, '../../fixtures/kernel');
const saved = readdirSync(directory).filter((name) => name.endsWith('.snapshot'));

function factsOf(name: string): NodeFacts {
  const [, stateLine = '', readingsLine = ''] = readFileSync(join(directory, name), 'utf8').split('\n');
  return readSnapshot(state.parse(JSON.parse(stateLine)).captures, {}, readings.parse(JSON.parse(readingsLine))).facts;
}

const mappingsOf = ({ mappings }: NodeFacts) => (mappings.status === 'known' ? mappings.value : []);

describe.each(saved.filter((name) => !name.includes('failed')))('%s', (name) => {
  const facts = factsOf(name);

  it('has the table of every mapping both readings show', () => {
    expect(facts.tables).toEqual({ status: 'known', value: true });
    const agreed = mappingsOf(facts).filter((mapping) => mapping.agreed);
    expect(agreed.length).toBeGreaterThan(2);
    expect(agreed.filter(({ table }) => table === undefined)).toEqual([]);
  });

  it('calls no volume of it moved, grown or shrunk', () => {
    const verdicts = mappingsOf(facts).flatMap(({ table }) => (table?.against === undefined ? [] : [table.against.verdict]));
    expect(verdicts.filter((verdict) => verdict === 'same').length).toBeGreaterThan(2);
    expect(verdicts.filter((verdict) => verdict !== 'same' && verdict !== 'not_compared')).toEqual([]);
  });

  it('costs less than 80 bytes for each mapping that compares', () => {
    const healthy = mappingsOf(facts).filter(({ table }) => table?.against?.verdict === 'same');
    const bytes = healthy.map((mapping) => JSON.stringify(mapping).length - JSON.stringify({ ...mapping, table: undefined }).length);
    expect(Math.max(...bytes)).toBeLessThan(80);
  });
});

it('knows the layers of a snapshot, of a pool, and what is missing', () => {
  const byName = new Map(mappingsOf(factsOf('pve1.snapshot')).map((mapping) => [mapping.name, mapping.table]));
  const against = (name: string) => byName.get(name)?.against;
  expect(against('san1vg-vm--102--disk--0')).toEqual({ verdict: 'not_compared', why: 'snapshot-origin' });
  expect(against('san1vg-vm--102--disk--0-real')).toEqual({ verdict: 'same' });
  expect(against('san1vg-snap_vm--102--disk--0_byhand-cow')).toEqual({ verdict: 'same' });
  expect(against('pve-data_tdata')).toEqual({ verdict: 'same' });
  expect(against('pve-data-tpool')).toEqual({ verdict: 'not_compared', why: 'thin-pool' });
  expect(against('pve-vm--110--disk--0')).toEqual({ verdict: 'same' });
  expect(against('old1vg-vm--170--disk--0')).toEqual({ verdict: 'not_compared', why: 'missing device' });
});

it('sees where a leftover lands: two of them in the volume that was made anew', () => {
  const byName = new Map(mappingsOf(factsOf('pve1.snapshot')).map((mapping) => [mapping.name, mapping.table]));
  const landsIn = [{ group: 'san1vg', volume: 'vm-121-disk-0', sectors: 16_384 }];
  expect(byName.get('san1vg-vm--120--disk--0')).toEqual({ targets: ['linear'], sectors: 16_384, landsIn, overlaps: ['san1vg-vm--121--disk--0'] });
  expect(byName.get('san1vg-vm--121--disk--0')).toEqual({ targets: ['linear'], sectors: 16_384, landsIn, overlaps: ['san1vg-vm--120--disk--0'] });
});
