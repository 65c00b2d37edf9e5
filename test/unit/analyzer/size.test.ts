/** Sizes no honest node has: whatever a snapshot holds, reading it takes time in its length. */
import { describe, expect, it } from 'vitest';
import { redactGuestConfig } from '../../../collector/redact/guest-config';
import { findMentions } from '../../../collector/redact/mentions';
import { redactStorageConfig } from '../../../collector/redact/storage-config';
import type { ClusterReport } from '../../../worker/analyzer';
import { calm, millisecondsOf, withCapture } from './support/change-node';
import { capturesOf, type FakeNode, mapped } from './support/fake-node';
import { judge, memberOf } from './support/judge';
import { pve2, san } from './support/sample-cluster';

describe('size', () => {
  const blanks = ' '.repeat(400_000);
  /** What grows with the square of these takes minutes; what grows with their length takes milliseconds, on any machine. */
  const soon = 5000;

  it.each([
    ['a line of colons', `${':'.repeat(400_000)} x y`],
    ['an option that ends in blanks', `lvm: aa\n\tx${blanks}\n`],
  ])('storage.cfg is read in linear time: %s', (_what, out) => {
    expect(millisecondsOf(() => withCapture(calm, 'pve.storage', () => out))).toBeLessThan(soon);
  });

  it('a guest configuration is read in linear time', () => {
    const node: FakeNode = { ...calm, guests: [{ vmid: 100, node: 'pve1', config: `name: x${blanks}y\n` }] };
    expect(millisecondsOf(() => memberOf('pve1', capturesOf(node)))).toBeLessThan(soon);
  });

  it("LVM's standard error is read in linear time", () => {
    const node: FakeNode = { ...calm, lvmSays: `${'.'.repeat(400_000)}x\n` };
    expect(millisecondsOf(() => memberOf('pve1', capturesOf(node)))).toBeLessThan(soon);
  });

  it('the collector filters in linear time', () => {
    expect(millisecondsOf(() => redactGuestConfig('qemu', `args: x${blanks}y\n`, new Set(['a'])))).toBeLessThan(soon);
    expect(millisecondsOf(() => redactStorageConfig(`lvm: aa\n\tx${blanks}\n`))).toBeLessThan(soon);
    expect(millisecondsOf(() => findMentions('vm-1 '.repeat(20_000), new Set(['vm-1'])))).toBeLessThan(soon);
  });

  it('a mapping name no kernel can have costs the cluster nothing', () => {
    const name = `x${'-vm-100-state-a'.repeat(10_000)}!`;
    const member = memberOf('pve1', capturesOf({ ...calm, mappings: [{ name, uuid: '', minor: 70 }] }));
    expect(millisecondsOf(() => judge(member))).toBeLessThan(soon);
  });

  const tower = (height: number) =>
    Array.from({ length: height }, (_, at) => mapped('san1vg', `vm-777-disk-${at}`, at, { uses: at === 0 ? '8:16' : `253:${at - 1}` }));

  it('thousands of mappings on top of each other are judged in linear time', () => {
    const member = memberOf('pve1', capturesOf({ ...calm, mappings: tower(30_000) }));
    expect(millisecondsOf(() => judge(member))).toBeLessThan(soon);
  });

  it('a tower of mappings higher than the stack does not cost the cluster its report', () => {
    const member = memberOf('pve1', capturesOf({ ...calm, mappings: tower(30_000).reverse() }));
    expect(() => judge(member, pve2)).not.toThrow();
  });

  it('ten thousand volumes nobody uses and ten thousand leftovers are judged in seconds, and every mapping counts once', () => {
    const count = 10_000;
    const volumes = Array.from({ length: count }, (_, at) => ({ name: `vm-888-disk-${at}` }));
    const mappings = Array.from({ length: count }, (_, at) => mapped('san1vg', `vm-777-disk-${at}`, at));
    const member = memberOf('pve1', capturesOf({ ...calm, groups: [{ ...san, volumes }], mappings }));
    let report: ClusterReport | undefined;
    const run = () => {
      report = judge(member);
    };
    expect(millisecondsOf(run)).toBeLessThan(20_000);
    expect(report?.nodes[0]?.counts).toMatchObject({ total: count, valid: 0, duplicate: 0, tombstoned: count, notChecked: 0 });
  });
});
