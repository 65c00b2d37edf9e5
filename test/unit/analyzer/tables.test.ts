/** Live tables and LVM's segments: what is read of them, and what compares. */
import { describe, expect, it } from 'vitest';
import { readSnapshot } from '../../../worker/analyzer';
import { indexCaptures } from '../../../worker/analyzer/parse/captured';
import { parseTables } from '../../../worker/analyzer/parse/dm-table';
import { capturesOf, dmUuid, type FakeMapping, type FakeNode, type FakeVolume, mapped, text } from './support/fake-node';
import { against, group, mappingsOf, name, parse, tableOf, volume } from './support/tables';

describe('dmsetup table --concise', () => {
  it('is read with every escape, and devices without a table', () => {
    const out = 'a\\,b\\;c\\\\x20d,LVM-1\\,2,7,rw,0 8 linear 8:16 2048,8 8 linear 8:32 0;plain,,8,ro;e,,9,rw,0 16 error \n';
    const tables = parse(out);
    if (tables.status === 'unknown') throw new Error('readable');
    expect([...tables.value.values()]).toEqual([
      {
        name: 'a,b;c\\x20d',
        uuid: 'LVM-1,2',
        minor: 7,
        targets: [
          { start: 0, sectors: 8, type: 'linear', parameters: ['8:16', '2048'] },
          { start: 8, sectors: 8, type: 'linear', parameters: ['8:32', '0'] },
        ],
      },
      { name: 'plain', uuid: '', minor: 8, targets: [] },
      { name: 'e', uuid: '', minor: 9, targets: [{ start: 0, sectors: 16, type: 'error', parameters: [] }] },
    ]);
  });

  it('of no devices is known to be empty', () => expect(parse('No devices found\n')).toEqual({ status: 'known', value: new Map() }));

  it.each([
    ['nothing', ''],
    ['a newline alone', '\n'],
    ['no newline at the end', 'a,,1,rw,0 8 linear 8:0 0'],
    ['a second line', 'a,,1,rw,0 8 linear 8:0 0\nb,,2,rw,0 8 linear 8:0 8\n'],
    ['a name twice', 'a,,1,rw,0 8 linear 8:0 0;a,,2,rw,0 8 linear 8:0 8\n'],
    ['no number', 'a,,x,rw,0 8 linear 8:0 0\n'],
    ['no flags', 'a,,1\n'],
    ['no name', ',,1,rw,0 8 linear 8:0 0\n'],
    ['a piece of another device at the end', 'a,,1,rw,0 8 linear 8:0 0;\n'],
  ])('with %s is unparseable, at its line', (_what, out) =>
    expect(parse(out)).toEqual({ status: 'unknown', why: { reason: 'unparseable', capture: 'dm.table', line: 1 } }),
  );

  it('that was cut, failed or was never taken is unknown for its own reason', () => {
    expect(parse('a,,1,rw\n', { length: 99 })).toMatchObject({ why: { reason: 'truncated' } });
    expect(parse('a,,1,rw\n', { status: 'failed', exit: 1 })).toMatchObject({ why: { reason: 'command_failed' } });
    expect(parseTables(indexCaptures([]))).toEqual({ status: 'unknown', why: { reason: 'not_captured', capture: 'dm.table' } });
  });

  it('without it everything else stays as it is', () => {
    const node: FakeNode = {
      name: 'pve1',
      groups: [{ name: 'san', volumes: [{ name: 'vm-1-disk-0' }] }],
      mappings: [mapped('san', 'vm-1-disk-0', 1)],
    };
    const captures = capturesOf(node);
    const [all, some] = [captures, captures.filter(({ id }) => id !== 'dm.table')].map((list) => readSnapshot(list, {}).facts);
    if (all === undefined || some === undefined) throw new Error('two');
    expect(mappingsOf(some)).toEqual(mappingsOf(all).map(({ table: _, ...mapping }) => mapping));
    expect(some.tables).toMatchObject({ why: { reason: 'not_captured' } });
    expect({ ...some, mappings: 0, tables: 0 }).toEqual({ ...all, mappings: 0, tables: 0 });
  });
});

describe('a table against the segments of its volume', () => {
  const two = (first: string, second: string): FakeVolume => ({
    ...volume,
    segments: [
      { seg_size_pe: '4', seg_pe_ranges: first },
      { seg_start_pe: '4', seg_size_pe: '4', seg_pe_ranges: second },
    ],
  });

  it('is the same, whole or in pieces that continue each other, on either side', () => {
    const same = { verdict: 'same' };
    expect(against('0 65536 linear 8:16 2048')).toEqual(same);
    expect(against('0 32768 linear 8:16 2048,32768 32768 linear 8:16 34816')).toEqual(same);
    expect(against('0 65536 linear 8:16 2048', two('/dev/sdb:0-3', '/dev/sdb:4-7'))).toEqual(same);
    expect(against('0 32768 linear 8:16 83968,32768 32768 linear 8:16 2048', two('/dev/sdb:10-13', '/dev/sdb:0-3'))).toEqual(same);
    const striped = { ...volume, segments: [{ segtype: 'striped', stripes: '2', seg_pe_ranges: '/dev/sdb:0-3 /dev/sdb:8-11' }] };
    expect(against('0 65536 striped 2 128 8:16 2048 8:16 67584', striped)).toEqual(same);
  });

  it('is grown when it is exactly the beginning, shrunk when the volume is, and moved otherwise', () => {
    const stale = (verdict: string) => ({ verdict, volumeSectors: 65_536 });
    expect(against('0 8192 linear 8:16 2048')).toEqual(stale('grown'));
    expect(against('0 131072 linear 8:16 2048')).toEqual(stale('shrunk'));
    expect(against('0 65536 linear 8:16 4096')).toEqual(stale('moved'));
    expect(against('0 65536 linear 8:32 2048')).toEqual(stale('moved'));
    expect(against('0 8192 linear 8:16 4096')).toEqual(stale('moved'));
    expect(against('0 32768 linear 8:16 2048,32768 65536 linear 8:16 999424')).toEqual(stale('moved'));
    expect(against('0 65536 striped 2 128 8:16 2048 8:16 34816')).toEqual(stale('moved'));
  });

  it.each([
    ['raid', '0 65536 raid raid1 3 0 region_size 4096 2 - 8:16 - 8:32', volume, 'raid'],
    ['a snapshot', '0 65536 snapshot 253:7 253:8 P 8', volume, 'snapshot'],
    ['an origin', '0 65536 snapshot-origin 253:7', volume, 'snapshot-origin'],
    ['a merge', '0 65536 snapshot-merge 253:7 253:8 P 8', volume, 'snapshot-merge'],
    ['cache', '0 65536 cache 8:16 8:32 8:48 128 0 default 0', volume, 'cache'],
    ['writecache', '0 65536 writecache s 8:16 8:32 4096 0', volume, 'writecache'],
    ['encryption', '0 65536 crypt 8:16', volume, 'crypt'],
    ['a wiped table', '0 65536 error ', volume, 'error'],
    ['a mirror in metadata', '0 65536 linear 8:16 2048', { ...volume, segments: [{ segtype: 'mirror' }] }, 'mirror'],
    ['pvmove', '0 65536 linear 253:9 0', { ...volume, segments: [{ seg_pe_ranges: 'pvmove0:0-7' }] }, 'pvmove'],
    ['a missing device', '0 65536 linear 253:9 0', { ...volume, segments: [{ seg_pe_ranges: '[unknown]:0-7' }] }, 'missing device'],
    ['a hidden volume below', '0 65536 linear 253:9 0', { ...volume, segments: [{ seg_pe_ranges: 'vm-100-disk-0_corig:0-7' }] }, 'layered'],
  ] as const)('is not compared for %s', (_what, table, told, why) => expect(against(table, told)).toEqual({ verdict: 'not_compared', why }));

  // lvconvert --cachevol: two mappings in one volume, each of a part of it.
  it.each(['cdata', 'cmeta'])('is not compared for the layer %s of a cache volume', (suffix) => {
    const layer = mapped('san', 'vm-100-disk-0', 1, { table: '0 8192 linear 253:9 0' });
    const named = { ...layer, name: `${name}-${suffix}`, uuid: `${layer.uuid}-${suffix}` };
    expect(tableOf({ name: 'pve1', groups: [group(volume)], mappings: [named] }, named.name)?.against).toEqual({
      verdict: 'not_compared',
      why: 'cache',
    });
  });

  it.each([
    ['a gap in the table', '0 8192 linear 8:16 2048,16384 8192 linear 8:16 18432', volume, 'dm.table'],
    ['a line the filter took away', '?', volume, 'dm.table'],
    [
      'numbers beyond any disk',
      '0 65536 linear 8:16 2048',
      { ...volume, segments: [{ seg_pe_ranges: '/dev/sdb:999999999999992-999999999999999' }] },
      'lvm.report',
    ],
    ['no segments', '0 65536 linear 8:16 2048', { ...volume, segments: [] }, 'lvm.report'],
    [
      'segments of another size',
      '0 65536 linear 8:16 2048',
      { ...volume, segments: [{ seg_size_pe: '7', seg_pe_ranges: '/dev/sdb:0-6' }] },
      'lvm.report',
    ],
    ['a range that is none', '0 65536 linear 8:16 2048', { ...volume, segments: [{ seg_pe_ranges: '/dev/sdb:7-0' }] }, 'lvm.report'],
    ['a column that is missing', '0 65536 linear 8:16 2048', { ...volume, segments: [{ seg_start_pe: 'x' }] }, 'lvm.report'],
  ] as const)('is unknown with %s', (_what, table, told, capture) => expect(against(table, told)).toEqual({ verdict: 'unknown', capture }));

  it('of a volume made of zeros on purpose is what LVM asks for', () => {
    expect(against('0 65536 zero ', { ...volume, segments: [{ segtype: 'zero', seg_pe_ranges: '' }] })).toEqual({ verdict: 'same' });
    expect(against('0 65536 error ', { ...volume, segments: [{ segtype: 'zero', seg_pe_ranges: '' }] })).toEqual({
      verdict: 'not_compared',
      why: 'error',
    });
  });

  it('of an origin is that of its lower layer', () => {
    const origin = mapped('san', 'vm-100-disk-0', 1, { uses: '253:2' });
    const real = {
      ...mapped('san', 'vm-100-disk-0', 2, { table: '0 8192 linear 8:16 2048' }),
      name: `${name}-real`,
      uuid: dmUuid('san', 'vm-100-disk-0', 'real'),
    };
    const node: FakeNode = { name: 'pve1', groups: [group(volume)], mappings: [origin, real] };
    expect(tableOf(node, name)?.against).toEqual({ verdict: 'not_compared', why: 'snapshot-origin' });
    expect(tableOf(node, `${name}-real`)?.against).toEqual({ verdict: 'grown', volumeSectors: 65_536 });
  });

  it('counts only where both readings and the table agree on name, uuid and number', () => {
    const now = mapped('san', 'vm-100-disk-0', 1);
    const node: FakeNode = { name: 'pve1', groups: [group(volume)], mappings: [now] };
    const withTable = (out: string) =>
      mappingsOf(
        readSnapshot(
          capturesOf(node).map((one) => (one.id === 'dm.table' ? text('dm.table', out) : one)),
          {},
        ).facts,
      )[0]?.table;
    expect(withTable(`${now.name},${now.uuid},1,rw,0 65536 linear 8:16 2048\n`)).toBeDefined();
    expect(withTable(`${now.name},${now.uuid},2,rw,0 65536 linear 8:16 2048\n`)).toBeUndefined();
    expect(withTable(`${now.name},LVM-x,1,rw,0 65536 linear 8:16 2048\n`)).toBeUndefined();
    expect(withTable(`${now.name},${now.uuid},1,rw\n`)).toBeUndefined();
    expect(tableOf({ ...node, mappingsBefore: [] }, now.name)).toBeUndefined();
  });
});

describe('a thin volume', () => {
  const pool = [
    { name: 'data', attr: 'twi-XXtz--' },
    { name: '[data_tdata]', attr: 'Twi-XX----' },
    { name: 'vm-100-disk-0', attr: 'Vwi-XXtz--', pool: 'data', thinId: 5 },
  ];
  const tpool = { ...mapped('san', 'data', 3, { uses: '8:16,8:32' }), name: 'san-data-tpool', uuid: dmUuid('san', 'data', 'tpool') };
  const judgeThin = (table: string, ...more: readonly FakeMapping[]) =>
    tableOf({ name: 'pve1', groups: [group(...pool)], mappings: [mapped('san', 'vm-100-disk-0', 1, { uses: '253:3', table }), ...more] }, name)
      ?.against;

  it('is compared by pool, number and size', () => {
    expect(judgeThin('0 65536 thin 253:3 5', tpool)).toEqual({ verdict: 'same' });
    expect(judgeThin('0 8192 thin 253:3 5', tpool)).toEqual({ verdict: 'grown', volumeSectors: 65_536 });
    expect(judgeThin('0 131072 thin 253:3 5', tpool)).toEqual({ verdict: 'shrunk', volumeSectors: 65_536 });
    expect(judgeThin('0 65536 thin 253:3 6', tpool)).toEqual({ verdict: 'moved', volumeSectors: 65_536 });
    expect(judgeThin('0 65536 thin 253:9 5', tpool)).toEqual({ verdict: 'moved', volumeSectors: 65_536 });
  });

  it('is not compared without its pool, or with an origin of its own', () => {
    expect(judgeThin('0 65536 thin 253:3 5')).toEqual({ verdict: 'not_compared', why: 'thin without its pool' });
    expect(judgeThin('0 65536 thin 253:3 5 253:8', tpool)).toMatchObject({ verdict: 'not_compared' });
    expect(judgeThin('0 65536 thin 253:3 x', tpool)).toEqual({ verdict: 'unknown', capture: 'dm.table' });
  });
});
