/** dmsetup itself as the oracle of the name decoder. `dmsetup splitname` asks no kernel, so this runs on any machine that has it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDmName, encodeDmName } from '../../worker/analyzer/parse/dm-name';

const run = promisify(execFile);

/** One shell for many names: they are its arguments, never its text. */
async function splitNames(names: readonly string[]): Promise<readonly string[]> {
  const each = `for name; do dmsetup splitname --noheadings --separator '|' -o vg_name,lv_name,lv_layer -- "$name" LVM || exit; done`;
  const { stdout } = await run('bash', ['-c', each, 'bash', ...names], {
    maxBuffer: 16 * 1024 * 1024,
    env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' },
  });
  return stdout.trimEnd().split('\n');
}

const decode = (name: string) => Object.values(decodeDmName(name)).join('|');
const lettersOf = (alphabet: string) => fc.constantFrom(...alphabet.split(''));

// Mostly hyphens: they are what the encoding is about. Then the other characters device-mapper leaves as they are.
const anyName = fc.string({ unit: lettersOf('--ab_.+@:=#0A'), minLength: 1, maxLength: 60 });
// What LVM itself allows: no hyphen in front.
const component = fc.tuple(lettersOf('ab0_.+A'), fc.string({ unit: lettersOf('--ab0_.+A'), maxLength: 30 })).map((parts) => parts.join(''));
const layer = fc.constantFrom('', 'real', 'cow', 'tpool', 'part1');

describe('the decoder of device-mapper names', () => {
  it('says what dmsetup splitname says about 1,000 names of any kind', async () => {
    const names = fc.sample(anyName, 1000);
    expect(names.map(decode)).toEqual(await splitNames(names));
  });

  it('gets back group, volume and layer of 500 names as dmsetup does, and as they went in', async () => {
    const parts = fc.sample(fc.tuple(component, component, layer), 500);
    const names = parts.map(([vg, lv, suffix]) => encodeDmName(vg, lv, suffix));
    expect(names.map(decode)).toEqual(parts.map((part) => part.join('|')));
    expect(await splitNames(names)).toEqual(parts.map((part) => part.join('|')));
  });
});
