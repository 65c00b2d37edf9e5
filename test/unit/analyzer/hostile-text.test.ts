/** Names are hostile text, and words must be true: what a person reads or copies. */
import { describe, expect, it } from 'vitest';
import { type ClusterReport, sayUnknown } from '../../../worker/analyzer';
import { calm, find, findingsOf, task } from './support/change-node';
import { dmUuid, type FakeNode, mapped, uuidOf } from './support/fake-node';
import { foundIn, judge } from './support/judge';
import { localMappings, pve1, pve2, pve3, san } from './support/sample-cluster';

describe('nothing hostile is ever printed as something to type', () => {
  const shell = /[;$`|<>(){}\n"\\!*?~#]/;
  const commandsOf = (report: ClusterReport) => findingsOf(report).flatMap(({ explanation }) => explanation.commands);

  it('a mapping uuid that carries a command after its suffix', () => {
    const evil = mapped('san1vg', 'vm-777-disk-0', 21, { uuid: `${dmUuid('san1vg', 'vm-777-disk-0')}-x;reboot` });
    const report = judge({ ...calm, mappings: [...localMappings, evil] });
    expect(commandsOf(report).filter((command) => shell.test(command))).toEqual([]);
    expect(findingsOf(report).filter(({ remedy }) => shell.test(JSON.stringify(remedy).replace(/["{}]/g, '')))).toEqual([]);
  });

  it('a volume whose name carries a command', () => {
    const report = judge({ ...calm, groups: [{ ...san, volumes: [...san.volumes, { name: 'vm-131-$(reboot)' }] }] });
    expect(commandsOf(report).filter((command) => shell.test(command))).toEqual([]);
  });

  it('a group whose name carries a command', () => {
    const storages = 'lvm: evil\n\tvgname x;reboot\n';
    const report = judge({ ...calm, storages, groups: [{ name: 'x;reboot', volumes: [{ name: 'vm-131-disk-0' }] }] });
    expect(commandsOf(report).filter((command) => shell.test(command))).toEqual([]);
  });

  it('a mapping name in the sentence that says what to look at', () => {
    const evil = { ...mapped('san1vg', 'vm-122-disk-0', 24), name: 'san1vg-vm--122--old;reboot' };
    const report = judge({ ...calm, mappings: [...localMappings, { ...evil, open: 1 }] });
    expect(find(report, 'dm.stale-name')?.explanation.todo ?? '').not.toMatch(/dmsetup info [^ ]*;reboot/);
  });

  it('a group name in the sentence that says why something was not checked', () => {
    expect(sayUnknown({ reason: 'group_not_whole', group: 'x;reboot', says: 'partial' })).not.toContain('vgs x;reboot');
  });
});

describe('the words are true', () => {
  it('a container is not called a VM', () => {
    const volumes = [...san.volumes.filter(({ name }) => name !== 'vm-200-disk-1'), { name: 'vm-200-disk-1', uuid: uuidOf('made anew') }];
    const report = judge({
      ...calm,
      groups: [{ ...san, volumes }],
      mappings: [mapped('san1vg', 'vm-200-disk-1', 27)],
      tasks: task('vzstart', '200'),
    });
    const finding = find(report, 'dm.impostor-mapping');
    expect(finding).toBeDefined();
    expect(`${JSON.stringify(finding?.explanation)} ${finding?.heldBack}`).not.toContain('VM 200');
  });

  it('nobody is told about VM 0', () => {
    const report = judge({ ...calm, mappings: [mapped('san1vg', 'scratch', 27)], tasks: 'garbage\n' });
    expect(find(report, 'dm.stale-mapping')?.heldBack).toBeTruthy();
    expect(find(report, 'dm.stale-mapping')?.heldBack).not.toContain('VM 0');
  });

  it("a container's disk is looked for with pct, and its owner is not called a VM", () => {
    const report = judge({ ...calm, groups: [{ ...san, volumes: [...san.volumes, { name: 'vm-200-disk-9' }] }] });
    const finding = findingsOf(report).find(({ guests: [vmid] }) => vmid === 200);
    expect(finding?.explanation.commands).toContain('pct rescan --vmid 200');
    expect(finding?.explanation.breaks).not.toMatch(/\bVM\b/);
  });

  it('a namesake in another group is said to be there', () => {
    const old = { ...san, name: 'san1old', uuid: uuidOf('san1vg'), volumes: [] };
    const fresh = { name: 'san1vg', uuid: uuidOf('the new san1vg'), device: '8:32', volumes: [{ name: 'vm-100-disk-0', uuid: uuidOf('new') }] };
    const finding = find(judge({ ...calm, groups: [old, fresh], mappings: [mapped('san1vg', 'vm-100-disk-0', 20)] }), 'dm.impostor-mapping');
    expect(finding?.explanation.because).not.toContain('san1old/vm-100-disk-0 is');
    expect(finding?.explanation.breaks).not.toContain('/dev/san1old/vm-100-disk-0');
  });

  it('a leftover of a renamed group is not said to block a name in the renamed one', () => {
    const old = { ...san, name: 'san1old', uuid: uuidOf('san1vg'), volumes: [] };
    const finding = find(judge({ ...calm, groups: [old], mappings: [mapped('san1vg', 'vm-777-disk-0', 20)] }), 'dm.stale-mapping');
    expect(finding?.explanation.messages.join('\n')).not.toContain("lvcreate 'san1old/vm-777-disk-0'");
  });

  it('never say unknown, orphan, tenant or foreign', () => {
    const reasons = [judge({ ...pve1, groups: [{ ...san, vg: { lv_count: '' } }] }), judge({ ...pve1, groups: [{ ...san, vg: { pv_count: '' } }] })]
      .flatMap(({ nodes }) => nodes.flatMap(({ outcomes }) => outcomes.flatMap(({ notChecked }) => notChecked)))
      .map(({ why }) => sayUnknown(why));
    const texts = findingsOf(judge(pve1, pve2, pve3)).map(({ explanation, title, brief, heldBack }) =>
      JSON.stringify([explanation, title, brief, heldBack]),
    );
    const forbidden = /\b(?:tenant|orphan|unknown|foreign|impostor|receipt|remedy|please|simply|just|oops)\b/i;
    expect([...reasons, ...texts].filter((line) => forbidden.test(line.replace(/dm\.[a-z-]+/g, '')))).toEqual([]);
  });
});

describe('mappings made by hand', () => {
  const hand = (name: string): FakeNode => ({ ...calm, groups: [], mappings: [...localMappings, { name, uuid: '', minor: 70 }] });
  it.each(['san1vg-vm--100--data', 'san1vg-snap_vm--100--disk--0_s1.qcow2', 'san1vg-del--vm--100--disk--0', 'san1vg-base--100--disk--0'])(
    'are found under every name a guest volume can have: %s',
    (name) => expect(foundIn(judge(hand(name))).filter((line) => line.startsWith('dm.'))).toEqual([`dm.unmanaged-name ${name}`]),
  );

  it('say which guest they are about, also when the name is not written as LVM would', () => {
    expect(find(judge(hand('san1vg-vm-100-disk-0')), 'dm.unmanaged-name')?.guests).toEqual([100]);
  });
});
