/** The raw text behind a finding: its own line, cut around what it is about, and nothing of another node. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRawLines, indexRawLines, marksOf } from '../../../worker/analyzer';
import { maxRawLength } from '../../../worker/analyzer/report/raw-lines';
import { dmUuid, hyphenated, text, uuidOf } from './support/fake-node';

const uuid = dmUuid('san1vg', 'vm-777-disk-0');
const marks = marksOf(uuid, { uuid, name: 'san1vg-vm--777--disk--0', volume: 'vm-777-disk-0' });
const entry = (name: string, of: string) => `${name},${of},20,rw,0 65536 linear 8:16 2048`;
const concise = [
  ...Array.from({ length: 3000 }, (_, at) => entry(`san1vg-vm--${at}--disk--0`, dmUuid('san1vg', `v${at}`))),
  entry('san1vg-vm--777--disk--0', uuid),
  ...Array.from({ length: 3000 }, (_, at) => entry(`san2vg-vm--${at}--disk--0`, dmUuid('san2vg', `v${at}`))),
].join(';');
const line = (capture: string, at: number) => ({ node: 'n_1', capture, line: at });

describe('a raw line', () => {
  it('of a table that is one line for all mappings is the entry it is about', () => {
    const shown = indexRawLines('n_1', [text('dm.table', concise)])(line('dm.table', 1), marks) ?? '';
    expect(shown.startsWith(`…${entry('san1vg-vm--777--disk--0', uuid)}`)).toBe(true);
    expect(shown.length).toBeLessThanOrEqual(maxRawLength + 2);
  });

  it('is found by the uuid in either spelling, the group’s too', () => {
    const report = `{"vg_name":"san1vg", "vg_uuid":"${hyphenated(uuidOf('san1vg'))}"}\n{"lv_uuid":"${hyphenated(uuidOf('san1vg/vm-777-disk-0'))}"}`;
    const find = findRawLines([text('lvm.report', report)]);
    expect(find(line('lvm.report', 1), marks)).toEqual({ line: 1, text: report.split('\n')[0] });
    expect(find(line('lvm.report', 2), marks)).toEqual({ line: 2, text: report.split('\n')[1] });
  });

  it('that moved is found where it is now; one that is gone is not replaced by another', () => {
    const find = (out: string) => findRawLines([text('dm.info.2', out)])(line('dm.info.2', 1), marks);
    expect(find(`other|x\nsan1vg-vm--777--disk--0|${uuid}|253`)).toMatchObject({ line: 2 });
    expect(find('other|x\nanother|y')).toBeUndefined();
    expect(find('')).toBeUndefined();
  });

  it('of another node, another capture or beyond the end is none', () => {
    const read = indexRawLines('n_2', [text('dm.info.2', 'a\nb')]);
    expect(read(line('dm.info.2', 1), marks)).toBeUndefined();
    expect(indexRawLines('n_1', [text('dm.info.2', 'a\nb')])(line('dm.info.2', 9), marks)).toBeUndefined();
    expect(indexRawLines('n_1', [])(line('dm.info.2', 1), marks)).toBeUndefined();
  });

  it('is bounded and never throws, whatever it holds and whatever is looked for', () => {
    const any = fc.string({ unit: 'binary', maxLength: 2000 });
    fc.assert(
      fc.property(any, any, fc.integer({ min: -2, max: 5 }), fc.jsonValue(), (out, subject, at, detail) => {
        const captures = [text('dm.info.2', out)];
        const sought = marksOf(subject, detail);
        const shown =
          indexRawLines('n_1', captures)(line('dm.info.2', at), sought) ?? findRawLines(captures)(line('dm.info.2', at), sought)?.text ?? '';
        expect(shown.length).toBeLessThanOrEqual(maxRawLength + 2);
      }),
    );
  });
});
