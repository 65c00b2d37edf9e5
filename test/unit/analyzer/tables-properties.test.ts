/** Tables for every volume, and for every text: what holds always, what never throws, what grows no faster than its input. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSnapshot } from '../../../worker/analyzer';
import type { Capture } from '../../../worker/wire/snapshot';
import { millisecondsOf } from './support/change-node';
import { capturesOf, type FakeNode, mapped, text } from './support/fake-node';
import { against, group, mappingsOf, parse, volume } from './support/tables';

describe('for every volume', () => {
  /** Pieces of a volume on two devices: extents that do not overlap, in any order, joined or not. */
  const layout = fc
    .array(fc.record({ device: fc.constantFrom(0, 1), extents: fc.integer({ min: 1, max: 9 }), skip: fc.integer({ min: 0, max: 3 }) }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((list) => {
      const next = [0, 0];
      return list.map(({ device, extents, skip }) => {
        const first = (next[device] ?? 0) + skip;
        next[device] = first + extents;
        return { device, first, extents };
      });
    });
  type Part = { readonly device: number; readonly first: number; readonly extents: number };
  const extentsOf = (parts: readonly Part[]) => parts.reduce((sum, { extents }) => sum + extents, 0);
  const devices = ['8:16', '8:32'];

  const tableFor = (parts: readonly Part[]) =>
    parts
      .map(({ device, first, extents }, at) => {
        const start = extentsOf(parts.slice(0, at)) * 8192;
        return `${start} ${extents * 8192} linear ${devices[device]} ${2048 + first * 8192}`;
      })
      .join(',');

  function verdictOf(parts: readonly Part[], table: string) {
    const told = {
      ...volume,
      sectors: extentsOf(parts) * 8192,
      segments: parts.map(({ device, first, extents }, at) => ({
        seg_start_pe: String(extentsOf(parts.slice(0, at))),
        seg_size_pe: String(extents),
        seg_pe_ranges: `/dev/sd${device === 0 ? 'b' : 'c'}:${first}-${first + extents - 1}`,
      })),
    };
    const node: FakeNode = { name: 'pve1', groups: [group(told)], mappings: [mapped('san', 'vm-100-disk-0', 1, { table })] };
    const captures = capturesOf(node).map((one) => (one.id === 'lvm.report' ? withSecondDevice(one) : one));
    return mappingsOf(readSnapshot(captures, {}).facts)[0]?.table?.against?.verdict;
  }

  it('the table made from its segments is the same; cut anywhere it is grown; with more behind it shrunk', () => {
    fc.assert(
      fc.property(layout, fc.double({ min: 0, max: 1, noNaN: true }), (parts, share) => {
        expect(verdictOf(parts, tableFor(parts))).toBe('same');
        const kept = parts.slice(0, Math.floor(share * (parts.length - 1)) + 1);
        const last = kept.at(-1);
        if (last === undefined) return;
        const cut = last.extents > 1 ? [...kept.slice(0, -1), { ...last, extents: last.extents - 1 }] : kept;
        expect(verdictOf(parts, tableFor(cut))).toBe(extentsOf(cut) === extentsOf(parts) ? 'same' : 'grown');
        expect(verdictOf(cut, tableFor([...cut, { device: 1, first: 5000, extents: 2 }]))).toBe('shrunk');
        expect(verdictOf(parts, tableFor(parts.map((part, at) => (at === kept.length - 1 ? { ...part, first: part.first + 4000 } : part))))).toBe(
          'moved',
        );
      }),
      { numRuns: 150 },
    );
  });

  function withSecondDevice(report: Capture): Capture {
    const second =
      '{"pv_name":"/dev/sdc", "pv_uuid":"x", "pv_major":"8", "pv_minor":"32", "pe_start":"2048", "pv_pe_count":"9999", "pv_missing":"", "pv_duplicate":"", "dev_size":"1"}';
    return text('lvm.report', (report.out ?? '').replace(/("pv": \[\n *)(\{)/, `$1${second},\n$2`), { err: '', errLength: 0 });
  }
});

describe('hostile text', () => {
  const words = fc.constantFrom(
    'a',
    ',',
    ';',
    '\\',
    '0 8 linear 8:16 0',
    '0 8 thin 253:3 1',
    'LVM-',
    'rw',
    '1',
    '\n',
    ' ',
    '9'.repeat(40),
    'striped 99999999 1',
    '\u{fffd}',
  );
  it('never throws and never makes a comparison', () => {
    const node: FakeNode = { name: 'pve1', groups: [group(volume)], mappings: [mapped('san', 'vm-100-disk-0', 1)] };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.array(words, { maxLength: 40 }).map((list) => list.join('')),
        ),
        (out) => {
          const captures = capturesOf(node).map((one) => (one.id === 'dm.table' ? text('dm.table', out) : one));
          const [mapping] = mappingsOf(readSnapshot(captures, {}).facts);
          expect(mapping?.table).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of segments never makes a table stale', () => {
    const columns = fc.dictionary(
      fc.constantFrom('segtype', 'seg_start_pe', 'seg_size_pe', 'seg_pe_ranges', 'thin_id', 'lv_uuid'),
      fc.stringMatching(/^[ -!#-[\]-~]{0,20}$/),
      {
        minKeys: 1,
      },
    );
    fc.assert(
      fc.property(fc.array(columns, { minLength: 1, maxLength: 3 }), (segments) => {
        const verdict = against('0 65536 linear 8:16 2048', { ...volume, segments })?.verdict;
        expect(['same', 'not_compared', 'unknown']).toContain(verdict);
      }),
      { numRuns: 300 },
    );
  });

  it('of megabytes takes no longer than megabytes of tables', () => {
    for (const unit of [';', ',', '\\', 'a,,1,rw,;', '0 8 linear 8:16 0,', `a,,1,rw,0 8 linear ${'8:1 '.repeat(50)};`]) {
      const ms = millisecondsOf(() => parse(`${unit.repeat(Math.floor(4_000_000 / unit.length))}\n`));
      expect(ms, unit).toBeLessThan(5000);
    }
    const ranges = '/dev/sdb:0-1 '.repeat(300_000).trim();
    expect(millisecondsOf(() => against('0 65536 linear 8:16 2048', { ...volume, segments: [{ seg_pe_ranges: ranges }] }))).toBeLessThan(5000);
  });
});
