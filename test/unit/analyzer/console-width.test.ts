/** Whatever a node calls its things: never wider than 80 columns, never an escape sequence, and a command is still that command. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cell, columnsOf, cutTo, wrapCommand, wrapTerminal } from '../../../worker/analyzer/report/terminal-text';
import { analyseSaved } from '../../../worker/offline';
import { capturesOf, type FakeNode, mapped, uuidOf } from './support/fake-node';
import { now } from './support/judge';
import { localMappings, pve1, pve2 } from './support/sample-cluster';

const forms = ['ascii', 'terminal'] as const;
const escapeCharacter = String.fromCharCode(27);
const colours = new RegExp(`${escapeCharacter}\\[(?:1;31|33|0)m`, 'g');
const name = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.constantFrom('漢字'.repeat(40), '👩‍👩‍👧‍👦'.repeat(20), 'x'.repeat(127), '[CRITICAL]', '\u001b[1;31m[CRITICAL]\u001b[0m', '\u202e\u0007'),
);

function textOf(nodes: readonly FakeNode[], form: (typeof forms)[number], all: boolean): string {
  const saved = nodes.map((node) => ({ file: node.name, text: JSON.stringify({ captures: capturesOf(node) }) }));
  const result = analyseSaved(saved, now, form, all);
  return result.ok ? result.value.text : result.error.join('\n');
}

/** @see Unicode Standard Annex 11, EastAsianWidth.txt: the wide ones between the Jamo and the radicals. */
const wideSymbols =
  '231a-231b 2329-232a 23e9-23ec 23f0 23f3 25fd-25fe 2614-2615 2630-2637 2648-2653 267f 268a-268f 2693 26a1 26aa-26ab 26bd-26be 26c4-26c5 26ce 26d4 ' +
  '26ea 26f2-26f3 26f5 26fa 26fd 2705 270a-270b 2728 274c 274e 2753-2755 2757 2795-2797 27b0 27bf 2b1b-2b1c 2b50 2b55';
const wideRanges = wideSymbols.split(' ').map((range) => range.split('-').map((code) => Number.parseInt(code, 16)));
const isSymbol = (code: number) => wideRanges.some(([from = 0, to = from]) => code >= from && code <= to);
const isNarrow = (code: number) => (code < 0x1100 || (code >= 0x1160 && code < 0x2e80)) && !isSymbol(code);

/** Another count of columns than the one that is tested: what a terminal of the widest kind would take. */
const widest = (line: string): number => {
  let columns = 0;
  for (const character of line) columns += isNarrow(character.codePointAt(0) ?? 0) ? 1 : 2;
  return columns;
};

describe('a report', () => {
  it.each(forms)('is at most 80 columns wide whatever things are called (%s)', (form) => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        ([guest = '', group = '', cluster = '', mapping = '', volume = '', node = ''], all) => {
          const plain = (text: string) => text.replaceAll(/[\s|"\\]/g, '_');
          const hostile: FakeNode = {
            ...pve1,
            cluster: plain(cluster),
            members: ['pve1', plain(node), 'x'.repeat(63)],
            guests: [{ vmid: 122, node: 'pve1', config: `name: ${guest.replaceAll('\n', '')}\nscsi0: san-prod:vm-122-disk-0\n` }],
            groups: [{ name: plain(group), uuid: uuidOf('g'), volumes: [{ name: plain(volume) }, { name: 'vm-1000000-disk-0' }] }],
            mappings: [
              ...localMappings,
              { ...mapped('g', 'vm-777-disk-0', 30), uuid: `LVM-${uuidOf('g')}${uuidOf('gone')}-missing_0_0` },
              { name: `${plain(mapping)}-vm--122--disk--0`, uuid: '', minor: 71 },
            ],
          };
          const lines = textOf([hostile], form, all).replaceAll(colours, '').split('\n');
          expect(lines.filter((line) => widest(line) > 80 || columnsOf(line) > 80 || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(line))).toEqual([]);
          if (form === 'ascii') expect(lines.filter((line) => line.length > 80 || /[^ -~]/.test(line))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('colours only its own bracketed words', () => {
    const evil = {
      ...pve2,
      guests: [{ vmid: 777, node: 'pve2', config: 'name: [CRITICAL] [!]\n' }],
      mappings: [mapped('san1vg', 'vm-777-disk-0', 5)],
    };
    const text = textOf([pve1, evil], 'terminal', false);
    expect([...new Set(text.match(new RegExp(`${escapeCharacter}\\[[0-9;]+m[^${escapeCharacter}]+${escapeCharacter}\\[0m`, 'g')))].sort()).toEqual([
      '\u001b[1;31m[!]\u001b[0m',
      '\u001b[1;31m[CRITICAL]\u001b[0m',
      '\u001b[33m[WARNING]\u001b[0m',
    ]);
    expect(text).toContain(`\n777      [CRITICAL] [!]            running   ${escapeCharacter}[1;31m[!]`);
  });
});

describe('text in columns', () => {
  it('is cut and filled to exactly its width', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 8, max: 80 }), fc.constantFrom(...forms), (text, columns, form) => {
        expect(columnsOf(cutTo(text, columns, form))).toBeLessThanOrEqual(columns);
        expect(columnsOf(cell(text, columns, form))).toBe(columns);
      }),
    );
  });

  it('is wrapped without losing anything', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 8, max: 80 }), (text, columns) => {
        const lines = wrapTerminal(text, columns, 'ascii');
        expect(lines.every((line) => line.length <= columns)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(wrapTerminal(text, 1000, 'ascii').join('').replaceAll(' ', ''));
      }),
    );
  });

  it('is a command that a shell reads as the same one, however it had to be broken', () => {
    const token = fc.stringMatching(/^[A-Za-z0-9+_.][A-Za-z0-9+_.@=-]{0,200}$/);
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 5 }),
        fc.array(
          token.filter(({ length }) => length < 60),
          { minLength: 1, maxLength: 3 },
        ),
        (words, quoted) => {
          const command = `printf %s\\\\n ${words.join(' ')} -S '${quoted.join(' && ')}'`;
          const lines = wrapCommand(command, 13, 'ascii');
          expect(lines.filter((line) => line.length > 80)).toEqual([]);
          const run = (text: string) => execFileSync('/bin/sh', ['-c', text]).toString().replaceAll(/\s+/g, ' ');
          expect(run(lines.join('\n'))).toBe(run(command));
        },
      ),
      { numRuns: 40 },
    );
  });
});
