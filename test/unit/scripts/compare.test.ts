/** `npm run bench -- compare FILE`: a small script of our own that behaves as such scripts do, in the sandbox; and how what they print is read. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readVerdicts } from '../../bench/compare/read-verdicts';

const root = resolve(import.meta.dirname, '../../..');
const directory = mkdtempSync(join(tmpdir(), 'sexton-compare-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const outside = join(directory, 'reached');
/** By names alone, and it would remove what it calls an orphan. */
const sample = `#!/bin/bash
[ "$EUID" -eq 0 ] || exit 1
guests=$(qm list | awk 'NR > 1 { print $1 }')
dmsetup info -c --noheadings --separator '|' -o name,open | while IFS='|' read -r name open; do
  id=$(echo "$name" | sed -n 's/.*vm--\\([0-9]*\\)--disk.*/\\1/p')
  [ -n "$id" ] || continue
  if echo "$guests" | grep -qx "$id"; then echo -e "\\033[32mVALID\\033[0m $name ($open)"; else echo "ORPHAN $name"; dmsetup remove "$name"; fi
done
lvs --noheadings -o vg_name,lv_name | grep -c . >/tmp/count
touch ${outside} /usr/reached 2>/dev/null
grep -c . /etc/pve/storage.cfg >/dev/null && curl -s http://127.0.0.1/
`;

function compare(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/bench.mjs', 'compare', ...words], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('compare', () => {
  it('says how to supply a script when there is none', () => {
    for (const words of [[], [join(directory, 'nowhere.sh')], [directory]]) {
      const { status, stderr, stdout } = compare(...words);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain('Usage: npm run bench -- compare FILE');
    }
  });

  it('runs the script where it reaches nothing, or not at all, and says both verdicts of each mapping', () => {
    const file = join(directory, 'sample.sh');
    writeFileSync(file, sample);
    const { status, stdout, stderr } = compare(file);
    expect([existsSync(outside), existsSync('/usr/reached')]).toEqual([false, false]);
    if (status === 1) {
      // No namespaces here: then it must not have been run.
      expect(stderr).toMatch(/^The script was not run: /);
      expect(stdout).toBe('');
      return;
    }
    expect(status, stderr).toBe(0);
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
    const said = (name: string) => rows.find(([mapping]) => mapping === name)?.slice(1);
    expect(said('pve-vm--130--disk--0')).toEqual(['valid', 'in order']);
    expect(said('pve-vm--200--disk--0')).toEqual(['orphan', 'in order']);
    expect(said('san1vg-vm--777--disk--0')).toEqual(['orphan', 'dm.stale-mapping (leftover mapping)']);
    expect(said('san1vg-vm--122--disk--0')).toEqual(['orphan', 'dm.foreign-activation (active on the wrong node)']);
    expect(said('san1vg-vm--778--cloudinit')).toEqual(['nothing said', 'dm.stale-mapping (leftover mapping)']);
    expect(stdout).toMatch(/^the script: [0-9]+ ms, commands of the node started: [0-9]+, ended with /m);
    expect(stdout).toMatch(/^Sexton: +[0-9.]+ ms/m);
    for (const refused of ['dmsetup remove pve-vm--200--disk--0', 'curl -s http://127.0.0.1/']) expect(stdout).toContain(`  ${refused}\n`);
  });
});

describe('what a script prints', () => {
  const names = ['vg-a', 'vg-a-real', 'vg-b', 'vg-c'];
  const read = (text: string) => [...readVerdicts(text, names).values()];

  it.each([
    [
      'a word on the line, whatever its colour',
      '\u001b[31mORPHAN\u001b[0m vg-a\n✅ vg-a-real\nvg-b: Duplicate!\n',
      ['orphan', 'valid', 'duplicate', 'nothing said'],
    ],
    ['a heading and a list below it', 'Tombstoned entries:\n - vg-a\n - vg-b\n\n - vg-c\n', ['orphan', 'nothing said', 'orphan', 'nothing said']],
    ['the worst of what is said twice', 'VALID vg-a\nvg-a is a duplicate\n', ['duplicate', 'nothing said', 'nothing said', 'nothing said']],
    ['that there are none', 'No orphaned entries found\nvg-a is not stale, valid\n', ['valid', 'nothing said', 'nothing said', 'nothing said']],
    ['a longer name is not the shorter one', 'ORPHAN vg-a-real\nORPHAN vg-bb\n', ['nothing said', 'orphan', 'nothing said', 'nothing said']],
    ['"invalid" and an id that is a word', 'invalid vg-a\n', ['nothing said', 'nothing said', 'nothing said', 'nothing said']],
  ])('%s', (_what, text, verdicts) => expect(read(text)).toEqual(verdicts));
});
