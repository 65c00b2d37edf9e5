import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalText } from '../../../worker/analyzer';
import { analyseSaved } from '../../../worker/offline';
import { capturesOf, type FakeNode, mapped, uuidOf } from './support/fake-node';
import { now } from './support/judge';
import { localMappings, pve1, pve2, pve3 } from './support/sample-cluster';

const save = (node: FakeNode) => ({ file: `${node.name}.snapshot`, text: `${JSON.stringify({ captures: capturesOf(node) })}\n` });

function textOf(nodes: readonly FakeNode[], form: 'json' | 'ascii' | 'terminal' = 'ascii', all = false): string {
  const result = analyseSaved(nodes.map(save), now, form, all);
  return result.ok ? result.value.text : result.error.join('\n');
}

describe('the console report', () => {
  const text = textOf([pve1, pve2, pve3]);

  it('tells each finding once, worst first', () => {
    const severities = [...text.matchAll(/^(CRITICAL|WARNING|INFO) /gm)].map(([, severity]) => severity);
    expect(severities).toEqual(['CRITICAL', 'CRITICAL', 'WARNING', 'WARNING', 'WARNING', 'INFO']);
  });

  it('tells the findings of the whole cluster once', () => expect(text.match(/^INFO {6}Disk no guest uses/gm)).toHaveLength(1));

  it('ends with one of the closing lines', () => {
    const clean = (node: FakeNode) => ({ ...node, storages: 'dir: local\n' });
    expect(text).toContain('\n6 issues. 3 can be cleaned by a script, 3 need a look.\n');
    expect(textOf([pve2, pve3].map(clean))).toMatch(/\nNo issues\. (\d+) of \1 checks done\.\n/);
    expect(textOf([{ ...pve2, storages: 'dir: local\n', groups: [] }])).toMatch(
      /\nNo issues found, but \d+ of \d+ checks could not be done: see NOT CHECKED\.\n/,
    );
  });

  it('says what was not checked, why, and where to look', () => {
    const lagging = '  WARNING: ignoring metadata seqno 4 on /dev/loop1 for seqno 5 on /dev/loop0 for VG san1vg.\n';
    expect(textOf([{ ...pve1, lvmSays: lagging }])).toMatch(
      /NOT CHECKED[\s\S]+volume group san1vg was not seen\s+whole: LVM says:[\s\S]+Look at vgs\s+san1vg/,
    );
  });

  it('with everything asked for, tells each finding in full with the lines it rests on', () => {
    const all = textOf([pve1, pve2, pve3], 'ascii', true);
    expect(all.match(/^ {3}Rests on {2}/gm)).toHaveLength(6);
    expect(all.replaceAll(/\n +/g, '')).toContain('san1vg-vm--777--disk--0|LVM-');
  });
});

describe('hostile names', () => {
  const evil = '\u001b]0;owned\u0007\u202e\r';
  const node: FakeNode = {
    ...pve1,
    guests: [{ vmid: 122, node: 'pve1', config: `name: ${evil}<script>\nscsi0: san-prod:vm-122-disk-0\n` }],
    mappings: [
      ...localMappings,
      { name: `x-vm--122--disk--0`, uuid: '', minor: 70 },
      { name: `${evil.replace('\r', '')}-vm--122--disk--0`, uuid: '', minor: 71 },
    ],
  };

  it.each(['ascii', 'terminal'] as const)('never reach a terminal as they are (%s)', (form) => {
    const text = textOf([node], form);
    const colours = form === 'ascii' ? [] : ['1;31', '33', '36', '0'].map((code) => `\u001b[${code}m`);
    const bare = colours.reduce((rest, colour) => rest.replaceAll(colour, ''), text).replaceAll('\n', '');
    expect(bare).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('\\u{1b}');
  });

  it('are never printed as something to type', () => expect(textOf([node])).toContain('dmsetup info -j 253 -m 71'));

  it('whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (name) => !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(terminalText(name, 'terminal')) && /^[\x20-\x7e]*$/.test(terminalText(name, 'ascii')),
      ),
    );
  });
});

describe('saved snapshots', () => {
  const indented = { file: 'a', text: [{ captures: capturesOf(pve1) }].map((document) => JSON.stringify(document, null, 2)).join('\n') };

  it('are read indented, as a terminal shows them', () => expect(analyseSaved([indented], now, 'ascii', false).ok).toBe(true));

  it('are read whatever separates lines inside a name', () => {
    const captures = [...capturesOf(pve1), { id: 'host.name', status: 'ok', out: 'a\u2028b\u2029c', length: 5 }];
    expect(analyseSaved([{ file: 'a', text: `${JSON.stringify({ captures })}\n` }], now, 'ascii', false).ok).toBe(true);
  });

  const make =
    "Make one on the node: sexton-collector collect > x.snapshot\nOr without installing anything: ssh root@NODE 'sh -s' < sexton-probe.sh > x.snapshot";

  it.each([
    ['garbage', '\u0000\u0001', `x.snapshot: not a saved snapshot. ${make}`],
    ['a cut one', indented.text.slice(0, 4000), `x.snapshot: not a saved snapshot. ${make}`],
    ['another document', '{"captures":[{"id":"NO"}]}', `x.snapshot: not a saved snapshot. ${make}`],
    ['what ssh said', 'root@pve1: Permission denied (publickey).\n', `x.snapshot: what ssh said, and no snapshot: it did not get in. ${make}`],
    ['the probe itself', '#!/bin/sh\n# sexton-probe.sh 0.2.0\nprobe\n', `x.snapshot: the probe itself, not what it printed. ${make}`],
    ['nothing', '\n', 'x.snapshot is empty. The probe printed nothing: did ssh reach the node as root?'],
    ['a probe’s first line', 'sexton-probe 1 0.2.0\n', 'x.snapshot: the output of the probe ends before anything was said. Run it again.'],
    [
      'of a newer probe',
      'sexton-probe 2 9.0.0\n',
      'x.snapshot: made by a newer sexton-probe.sh (form 2): update this project, or use its own sexton-probe.sh.',
    ],
  ])('say what to do when they are %s', (_what, text, says) => {
    expect(analyseSaved([{ file: 'x.snapshot', text }], now, 'ascii', false)).toEqual({ ok: false, error: [says] });
  });

  it('of one node twice are refused', () => expect(textOf([pve1, pve1])).toBe('Two snapshots of pve1: give one per node.'));

  it('give the documented JSON', () => {
    const report = JSON.parse(textOf([pve1, pve2], 'json'));
    expect(Object.keys(report)).toEqual(['nodes', 'cluster', 'insight']);
    const [node] = report.nodes;
    expect(node).toMatchObject({ node: 'pve1', grade: 'F', score: 45, complete: true });
    expect(node.outcomes).toContainEqual({ ruleId: 'dm.stale-mapping', status: 'found', missing: {} });
    for (const finding of node.findings)
      expect(Object.keys(finding)).toEqual(
        expect.arrayContaining(['ruleId', 'severity', 'subject', 'fingerprint', 'explanation', 'evidence', 'remedy', 'heldBack']),
      );
    expect(node.findings.find((finding: { ruleId: string }) => finding.ruleId === 'dm.stale-mapping')).toMatchObject({
      heldBack: 'seen once',
      remedy: { kind: 'remove-mapping' },
      evidence: [{ node: 'pve1', capture: 'dm.info.2' }, { capture: 'lvm.report' }],
    });
  });
});

describe('a node whose mappings could not be read', () => {
  const blind = { file: 'pve1.snapshot', text: JSON.stringify({ captures: capturesOf(pve1).filter(({ id }) => id !== 'dm.info.1') }) };

  it('is not graded, and its mappings are not counted as none', () => {
    const result = analyseSaved([blind], now, 'ascii', false);
    expect(result.ok && result.value.text).toContain('   Device mapper entries:       not checked, see below\n');
    expect(result.ok && result.value.text).toContain('   Health:      not graded, incomplete  Performance: not measured\n');
  });
});

describe('findings of one rule that are mended differently', () => {
  it('are told apart', () => {
    const name = (guest: number) => `vm-${guest}-disk-0`;
    const renamed = (guest: number) => ({ name: `snap_vm-${guest}-disk-0_x`, uuid: uuidOf(`san1vg/${name(guest)}`) });
    const homes = [140, 141].map((vmid, index) => ({ vmid, node: `pve${index + 1}`, config: `scsi0: san-prod:${name(vmid)}\n` }));
    const node: FakeNode = {
      ...pve1,
      guests: homes,
      groups: [{ name: 'san1vg', volumes: [renamed(140), renamed(141)] }],
      mappings: [mapped('san1vg', name(140), 1), mapped('san1vg', name(141), 2)],
    };
    const text = textOf([node], 'ascii', true);
    expect(text).toContain('lvchange --refresh -S');
    expect(text).toContain('lvchange -an -S');
    expect(text.match(/A disk was renamed elsewhere/g)).toHaveLength(2);
  });
});
