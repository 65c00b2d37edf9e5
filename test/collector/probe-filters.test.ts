/** Whatever the text, the probe lets through what the collector lets through: hundreds of texts in each run of each awk. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../collector/captures/catalogue';
import type { CaptureEntry } from '../../collector/captures/entry';
import { toWireCapture } from '../../collector/look/wire-capture';
import { readGroupNames } from '../../collector/redact/complaints';
import { readKnownNames } from '../../collector/redact/mentions';
import { redactCapture } from '../../collector/redact/redact';
import type { Capture } from '../../worker/wire/snapshot';
import { filterWith, type Kept, readFilters } from './support/probe-filters';
import { comparable } from './support/probe-on-fake-node';
import { cases, documents } from './support/probe-texts';

const awks: readonly (readonly [string, ...string[]])[] = [['mawk'], ['gawk'], ['busybox', 'awk']];

const lvmNames =
  '  {"lv_name":"vm-100-disk-0", "lv_uuid":"x"},\n  {"lv_name":"[pool_tmeta]"},{"lv_name":"pm-1a2b3c4d_00000"}\n  {"vg_name":"san1vg"},{"pv_name":"/dev/sda3"}\n';
const dmNames = 'san1vg-vm--100--disk--0|LVM-x|252|1|0|L--w|Active|Writeable|Live|1|252:0|\nodd\\x20name|||||||||||\n';
const names: readonly Kept[] = [
  { id: 'lvm.report', redaction: 'lvm-report', text: lvmNames, complaints: 'state' },
  { id: 'dm.info.1', redaction: 'dm-info', text: dmNames },
];
const known = readKnownNames(lvmNames, [dmNames]);
const context = { known, complained: new Set([...known, ...readGroupNames(lvmNames)]), startOf: () => 'cannot-tell' as const, storageConfig: '' };

const entryOf = (id: string): CaptureEntry => {
  const entry = catalogue.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`no ${id}`);
  return entry;
};

/** What the collector says of the same text. */
function expected(entry: CaptureEntry, { id, text, status = 'ok', err = '', path }: Kept): Capture {
  const out = Buffer.from(text, 'latin1');
  const raw =
    path === undefined
      ? { status, exit: status === 'ok' ? 0 : 1, out, err: Buffer.from(err, 'latin1'), ms: 0 }
      : { status: 'ok' as const, files: [{ path, status: 'ok' as const, out }], ms: 0 };
  const source = path === undefined ? ({ kind: 'command', argv: ['x'] } as const) : ({ kind: 'files', patterns: ['/pattern/*'] } as const);
  return { ...toWireCapture({ ...entry, source }, redactCapture({ ...entry, source }, raw, context)), id };
}

let filters: Awaited<ReturnType<typeof readFilters>>;
beforeAll(async () => {
  filters = await readFilters();
});

describe.each(awks.map((awk) => ({ awk, name: awk.join(' ') })))('the filters of the probe in $name', ({ awk }) => {
  it('let through what those of the collector let through', () => {
    fc.assert(
      fc.property(fc.array(cases, { minLength: 300, maxLength: 400 }), (some) => {
        const kept: readonly Kept[] = some.map((one, index) => {
          const entry = entryOf(one.id);
          return { ...one, id: `x.${one.id}.${index}`, redaction: entry.redaction, complaints: entry.stderr ?? '-' };
        });
        const printed = comparable(filterWith(awk, filters, [...names, ...kept]).slice(names.length));
        expect(printed).toEqual(comparable(kept.map((one, index) => expected(entryOf(some[index]?.id ?? ''), one))));
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 120_000);

  const ids = { members: 'pve.members', vmlist: 'pve.vmlist.1', ha: 'pve.ha.1' } as const;

  it('let through of the cluster’s JSON what those of the collector let through, or nothing', () => {
    let same = 0;
    fc.assert(
      fc.property(fc.array(documents, { minLength: 300, maxLength: 400 }), (some) => {
        const kept = some.map(({ redaction, text }, index) => ({ id: `x.${index}`, redaction, text, path: `/pattern/${index}.x` }));
        const printed = filterWith(awk, filters, kept);
        for (const [index, { redaction, text }] of some.entries()) {
          const [file] = printed[index]?.files ?? [];
          const [theirs] = expected(entryOf(ids[redaction]), { ...(kept[index] ?? { id: '', redaction, path: '' }), text }).files ?? [];
          if (file?.status !== 'ok') continue;
          const content = JSON.parse(file.out ?? '');
          if (theirs?.status === 'ok') {
            expect(
              redaction === 'ha' ? { service_status: {}, ...content } : redaction === 'vmlist' ? { ids: {}, ...content } : content,
              text,
            ).toEqual(JSON.parse(theirs.out ?? ''));
            same += 1;
          } else expect(text).toBe('');
        }
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(same).toBeGreaterThan(100);
  }, 120_000);
});
