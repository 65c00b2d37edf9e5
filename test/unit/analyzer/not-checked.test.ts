/** Why a command was left out on purpose, in people's words: what could not be seen, and what to do. */
import { expect, it } from 'vitest';
import { readSnapshot, sayUnknown } from '../../../worker/analyzer';

const skipped = (says: string, capture = 'lvm.report') => sayUnknown({ reason: 'skipped', capture, says });

it.each([
  [
    'multipath map mpathc has no working path: LVM commands would hang',
    'lvm fullreport was not run on purpose: multipath map mpathc has no working path, so LVM commands would hang. It runs again when a path is back: multipath -l.',
  ],
  [
    'multipath maps a, b and 2 more have no working path: LVM commands would hang',
    'lvm fullreport was not run on purpose: multipath maps a, b and 2 more have no working path, so LVM commands would hang. It runs again when a path is back: multipath -l.',
  ],
  [
    'mapping x is suspended: LVM commands would hang',
    'lvm fullreport was not run on purpose: mapping x is suspended, so LVM commands would hang. It runs again when nothing is suspended: dmsetup info, dmsetup udevcookies.',
  ],
  [
    'lvm fullreport hangs in the kernel',
    'lvm fullreport was not run on purpose: lvm fullreport hangs in the kernel. It runs again when the storage answers: sexton-collector status, dmesg -T | tail.',
  ],
  ['too large for one message', 'lvm fullreport was not run on purpose: too large for one message.'],
  ['', 'lvm fullreport was not run on purpose.'],
])('%s', (says, said) => {
  expect(skipped(says)).toBe(said);
});

it('says of a guest that hangs, and of /etc/pve, where to look', () => {
  expect(skipped('a virtual machine hangs in the kernel: qm and pct would wait for it', 'qm.list')).toMatch(
    /^qm list was not run on purpose: a virtual machine hangs in the kernel, so qm and pct would wait for it\. .*ps -eo/,
  );
  expect(skipped('/etc/pve does not answer: qm and pct would wait for it', 'qm.list')).toContain('systemctl status pve-cluster');
});

it('names the process that hangs, where the node names it', () => {
  const argv = ['lvm', 'fullreport', '-a'];
  const hanging = { command: 'lvm fullreport', pid: 4711, state: 'D', wchan: 'exit_aio', since: Date.UTC(2026, 10, 27, 8, 41) };
  const stuck = [{ ...hanging, command: 'lvs', pid: 1 }, hanging];
  const { facts } = readSnapshot([{ id: 'lvm.report', argv, status: 'stuck', reason: 'hangs' }], {}, { captures: [], stuck });
  if (facts.groups.status !== 'unknown') throw new Error('what hangs tells of no groups');
  expect(sayUnknown(facts.groups.why)).toMatch(/^lvm fullreport \(pid 4711\) hangs in the kernel since 2026-11-27 08:41 UTC\. Sexton left it alone/);
  expect(sayUnknown({ reason: 'stuck', capture: 'lvm.report', pid: 4711, since: 1e300 })).toContain('since another time');
});

it('says of a command that hangs that it was left alone, and what ends it', () => {
  expect(sayUnknown({ reason: 'stuck', capture: 'lvm.report' })).toBe(
    'lvm fullreport hangs in the kernel. Sexton left it alone and will not start another. It ends when the storage answers or the node reboots: sexton-collector status, dmesg -T | tail.',
  );
});
