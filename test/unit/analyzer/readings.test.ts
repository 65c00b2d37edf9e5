import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReadings } from '../../../worker/analyzer/parse/readings';
import { type Capture, type Readings, readings as readingsShape } from '../../../worker/wire/snapshot';

const capture = (id: string, out: string): Capture => ({ id, status: 'ok', out, length: out.length });
const taken = (captures: Readonly<Record<string, string>>, more: Partial<Readings> = {}): Readings => ({
  captures: Object.entries(captures).map(([id, out]) => capture(id, out)),
  ms: {},
  stderr: {},
  ...more,
});

const report = `{
 "report": [ { "vg": [
  {"vg_name":"pve", "vg_uuid":"x", "vg_extent_size":"8192", "vg_free_count":"100"} ],
 "pv": [
  {"pv_name":"/dev/sda3", "pv_pe_count":"300"},
  {"pv_name":"/dev/sdb", "pv_pe_count":"100"} ] },
 { "vg": [
  {"vg_name":"san", "vg_extent_size":"8192", "vg_free_count":"0"} ],
 "pv": [
  {"pv_name":"/dev/sdc", "pv_pe_count":"50"} ] } ] }
`;

describe('readReadings', () => {
  it('reads capacities, rates and processes of a node', () => {
    const texts = {
      'host.stat.2': 'cpu  1 2 3 4\nbtime 1795100000\n',
      'host.processor': '8 4 Intel(R) Xeon(R) E-2234 CPU @ 3.60GHz\n',
      'host.file-systems': '4096 4095711 2815626 2602131 /\n4096 1000000 250000 200000 local\n',
      'dm.thin-pool': 'pve-data-tpool: 0 104857600 thin-pool 4 420/4096 81920/819200 - rw discard_passdown queue_if_no_space - 1024 \n',
      'zfs.pools': 'rpool\t479559942144\t105428029440\t374131912704\n',
    };
    const rates: Readings['rates'] = { seconds: 900, cpu: 3, network: [['eno1', 1000, 2000]], busiest: [['kvm', 4711, 104, 87.5]] };
    const stuck: Readings['stuck'] = [{ command: 'lvm fullreport', pid: 99, state: 'D', wchan: 'io_schedule', since: 1 }];
    const packages: Capture = { ...capture('host.packages', 'pve-manager 9.1.4\nqemu-server 9.1.2\n'), status: 'failed', exit: 1 };
    const state = [capture('lvm.report', report), capture('host.kernel', '6.14.11-2-pve\n'), packages];
    expect(readReadings(state, taken(texts, { rates, stuck }))).toEqual({
      boot: 1795100000,
      processor: { threads: 8, cores: 4, model: 'Intel(R) Xeon(R) E-2234 CPU @ 3.60GHz' },
      system: { pve: '9.1.4', kernel: '6.14.11-2-pve' },
      spaces: [
        ['root', '/', 5000, 15999],
        ['storage', 'local', 2930, 3906],
        ['group', 'pve', 1200, 1600],
        ['group', 'san', 200, 200],
        ['thin', 'pve/data', 5120, 51200],
        ['meta', 'pve/data', 2, 16],
        ['zfs', 'rpool', 100544, 457344],
      ],
      seconds: 900,
      network: [['eno1', 1000, 2000]],
      busiest: [['kvm', 4711, 104, 87.5]],
      stuck: [['lvm fullreport', 99, 'D', 'io_schedule', 1]],
    });
  });

  it('has nothing to say where nothing was captured', () => {
    expect(readReadings([], taken({}))).toEqual({ spaces: [], network: [], busiest: [], stuck: [] });
  });

  it('stays below 4 KB and plain ASCII, whatever is sent and however much of it', () => {
    const ids = ['host.stat.2', 'host.processor', 'host.file-systems', 'dm.thin-pool', 'zfs.pools', 'lvm.report'] as const;
    const line = fc.oneof(
      fc.string({ maxLength: 200, unit: 'binary' }),
      fc.constantFrom(
        '4096 99999 1 1 /',
        `1 9 1 1 ${'ä'.repeat(60)}`,
        `${'x'.repeat(120)}\t99\t1\t1`,
        '{"vg_name":"',
        `{"vg_name":"${'"'.repeat(9)}`,
      ),
      fc.nat().map((number) => `4096 999999999 1 1 storage-${number}-${'y'.repeat(100)}`),
      fc.nat().map((number) => `a--b-c${number}-tpool: 0 99999999 thin-pool 1 1/2 3/4 - rw`),
      fc.nat().map((number) => `{"vg_name":"${number}${'v'.repeat(200)}","vg_extent_size":"8192","vg_free_count":"1","pv_pe_count":"9"}`),
    );
    const text = fc.array(line, { maxLength: 200 }).map((lines) => lines.join('\n'));
    const rates = fc.record({
      seconds: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      network: fc.array(fc.tuple(fc.string({ maxLength: 15 }), fc.nat(), fc.nat()), { maxLength: 32 }),
      busiest: fc.array(fc.tuple(fc.string({ maxLength: 64, unit: 'binary' }), fc.nat(), fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true })), {
        maxLength: 10,
      }),
    });
    const stuck = fc.array(
      fc.record({
        command: fc.string({ maxLength: 200 }),
        pid: fc.integer({ min: 1 }),
        state: fc.string({ maxLength: 1 }),
        wchan: fc.string({ maxLength: 64 }),
        since: fc.nat(),
      }),
      { maxLength: 64 },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...ids), text), { maxLength: 6 }), rates, stuck, (texts, rate, hanging) => {
        const sent = readingsShape.parse(taken(Object.fromEntries(texts), { rates: rate, stuck: hanging }));
        const json = JSON.stringify(readReadings(sent.captures, sent));
        expect(json.length).toBeLessThanOrEqual(4096);
        expect(json).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 150 },
    );
  });

  it('takes no longer for megabytes of nonsense than for megabytes of a report', () => {
    for (const unit of ['{"vg_name":"', '"pv_pe_count":"', '\n', 'x', '{"vg_name":"a","vg_extent_size":"8192"}\n']) {
      const began = performance.now();
      readReadings([capture('lvm.report', unit.repeat(Math.floor(8_000_000 / unit.length)))], taken({ 'dm.thin-pool': unit.repeat(100_000) }));
      expect(performance.now() - began, unit).toBeLessThan(5000);
    }
  });
});
