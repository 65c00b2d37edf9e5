/** dm.error-table: a disk that fails, lacks a part, or stands still. */
import { describe, expect, it } from 'vitest';
import type { ClusterReport } from '../../../../worker/analyzer';
import { task } from '../support/change-node';
import { pair, san, vm } from '../support/corpus-parts';
import { capturesOf, dmUuid, type FakeMapping, type FakeNode, mapped, text, uuidOf } from '../support/fake-node';
import { judge, memberOf } from '../support/judge';

const disk = 'vm-104-disk-0';
const here = (more: Partial<FakeMapping> = {}) => mapped('san1vg', disk, 1, { open: 1, ...more });
const missing = (part: number, volume = disk): FakeMapping => ({
  name: `san1vg-${volume.replaceAll('-', '--')}-missing_${part}_0`,
  uuid: dmUuid('san1vg', volume, `missing_${part}_0`),
  minor: 10 + part,
  open: 1,
  uses: '',
});

function nodes(mappings: readonly FakeMapping[], both: Partial<FakeNode> = {}, one: Partial<FakeNode> = {}) {
  return pair({ guests: [vm(104, 'pve1', `scsi0: san-prod:${disk}\n`)], groups: [san(disk)], ...both }, { mappings, ...one });
}
const findingsOf = (report: ClusterReport) => report.nodes[0]?.findings.filter(({ ruleId }) => ruleId === 'dm.error-table') ?? [];
const rulesOf = (report: ClusterReport) => report.nodes[0]?.findings.map(({ ruleId }) => ruleId);

describe('it is found', () => {
  it.each([
    ['error', here({ uses: '' }), 'On pve1 vm-104-disk-0, or a part of it, answers every read and write with an error.'],
    [
      'error',
      here({ table: '0 32768 linear 8:16 2048,32768 32768 error ' }),
      'On pve1 vm-104-disk-0, or a part of it, answers every read and write with an error.',
    ],
    ['zero', here({ table: '0 65536 zero ' }), 'On pve1 vm-104-disk-0, or a part of it, reads as zeros and forgets what is written.'],
    ['suspended', here({ suspended: true }), 'On pve1 vm-104-disk-0 is suspended: whatever reads or writes it waits.'],
  ] as const)('with %s', (fault, mapping, sentence) => {
    const [finding, ...more] = findingsOf(judge(...nodes([mapping])));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity: 'critical', subject: here().uuid, guests: [104], remedy: null, detail: { fault, who: 'VM 104' } });
    expect(finding?.explanation).toMatchObject({ sentence, commands: [] });
    expect(finding?.explanation.todo).toContain('No script is offered.');
  });

  it('once for a disk with several missing parts, with its own mapping or without', () => {
    const parts = [missing(0), missing(1)];
    const partial = { groups: [{ ...san(disk), vg: { vg_missing_pv_count: '1' } }] };
    const whole = here({ table: '0 32768 linear 253:10 0,32768 32768 linear 253:11 0', uses: '253:10,253:11' });
    expect(findingsOf(judge(...nodes([whole, ...parts], partial)))).toMatchObject([
      { subject: here().uuid, detail: { fault: 'missing', parts: parts.map(({ name }) => name) } },
    ]);
    expect(findingsOf(judge(...nodes(parts, partial)))).toMatchObject([{ subject: parts[0]?.uuid, detail: { fault: 'missing' } }]);
  });

  it('of a volume without a guest number only when a part is missing or it stands still', () => {
    const root = (more: Partial<FakeMapping>) => judge(...nodes([mapped('san1vg', 'root', 1, more)], { groups: [san('root')] }));
    expect(findingsOf(root({ uses: '' }))).toEqual([]);
    expect(findingsOf(root({ suspended: true }))).toMatchObject([{ detail: { who: null } }]);
    expect(findingsOf(judge(...nodes([missing(0, 'root')])))).toHaveLength(1);
  });

  it('when LVM did not run at all: it hangs for the same reason', () => {
    const [pve1] = nodes([here({ suspended: true })]);
    const skipped = capturesOf(pve1).map((one) =>
      one.id === 'lvm.report' ? { ...text(one.id, ''), status: 'skipped' as const, reason: 'suspended' } : one,
    );
    expect(findingsOf(judge(memberOf('pve1', skipped)))).toHaveLength(1);
  });

  it('and waits while something is under way', () =>
    expect(findingsOf(judge(...nodes([here({ suspended: true })], { tasks: task('qmsnapshot', '104') })))[0]?.heldBack).toMatch(/qmsnapshot/));
});

describe('it says nothing', () => {
  const zeros = san({ name: disk, layout: 'zero', segments: [{ segtype: 'zero', seg_pe_ranges: '' }] });
  const silent: readonly (readonly [string, readonly FakeNode[], readonly string[]])[] = [
    ['of a healthy disk', nodes([here()]), []],
    ['of a moment', nodes([here({ suspended: true })], {}, { mappingsBefore: [here()] }), []],
    ['of the moment before', nodes([here()], {}, { mappingsBefore: [here({ suspended: true })] }), []],
    ['of a disk made of zeros on purpose', nodes([here({ table: '0 65536 zero ', uses: '' })], { groups: [zeros] }), []],
    ['of a leftover', nodes([mapped('san1vg', 'vm-777-disk-0', 1, { table: '0 8 linear 8:16 2048,8 8 error ' })]), ['dm.stale-mapping']],
    [
      'of a disk with another name than LVM has',
      nodes([{ ...here({ table: '0 8 linear 8:16 2048,8 65528 error ' }), name: 'san1vg-vm--104--disk--9' }]),
      ['dm.stale-name'],
    ],
    [
      'of a closed disk whose guest lives elsewhere',
      nodes([here({ open: 0, table: '0 8 linear 8:16 2048,8 65528 error ' })], { guests: [vm(104, 'pve2', `scsi0: san-prod:${disk}\n`)] }),
      ['dm.foreign-activation'],
    ],
    ['of a map made by hand', nodes([{ name: 'test', uuid: '', minor: 1, uses: '', table: '0 8 error ' }]), []],
    ['of a disk that came meanwhile', nodes([here({ uses: '' })], {}, { mappingsBefore: [] }), []],
    [
      'of a disk that became another meanwhile',
      nodes([here({ uses: '' })], {}, { mappingsBefore: [{ ...here(), uuid: `LVM-${uuidOf('x')}${uuidOf('y')}` }] }),
      [],
    ],
  ];
  it.each(silent)('%s', (_what, members, others) => expect(rulesOf(judge(...members))).toEqual(others));
});

it('is not checked for a mapping whose table was not read', () => {
  const outcome = judge(...nodes([here({ table: null })])).nodes[0]?.outcomes.find(({ ruleId }) => ruleId === 'dm.error-table');
  expect(outcome).toMatchObject({ status: 'unknown', notChecked: [{ name: here().name, why: { reason: 'changed_during_capture' } }] });
});

it('never names a hostile mapping in something to type', () => {
  const [finding] = findingsOf(judge(...nodes([{ ...here({ suspended: true }), name: 'san1vg-vm--104--x;reboot' }])));
  expect(finding?.explanation.todo).toContain('dmsetup info -j 253 -m 1');
  expect(finding?.explanation.todo).not.toContain(';reboot');
});
