/** How findings, and what is not known, are said: the five parts, the words people read, reasons beside every "safe". */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue as captureCatalogue } from '../../../collector/captures/catalogue';
import { type Found, sayUnknown, type Unknown } from '../../../worker/analyzer';
import { clusterRules, nodeRules } from '../../../worker/analyzer/catalogue';
import { type Case, judgeCase } from './support/corpus';
import { judge, now } from './support/judge';
import { pve1, pve2, pve3 } from './support/sample-cluster';

const fixtures = resolve(import.meta.dirname, '../../fixtures');
const cases = readdirSync(fixtures).filter((name) => existsSync(resolve(fixtures, name, 'case.ts')));
const reports = await Promise.all(
  cases.map(async (name) => judgeCase(((await import(resolve(fixtures, name, 'case.ts'))) as { readonly default: Case }).default)),
);
const findings: readonly Found[] = [judge(pve1, pve2, pve3), ...reports]
  .flatMap(({ nodes, cluster }) => [...nodes, cluster])
  .flatMap((scope) => scope.findings);

/** "Snapshot" is a guest's here, and "orphan" makes people delete data. */
const neverSaid = /\b(?:tenants?|organi[sz]ations?|orphan\w*|tombstone\w*|ghosts?|zombies?|please|oops|just|simply|N\/A)\b/i;
const ownWords = ({ title, brief, explanation: { sentence, breaks, because, todo } }: Found) => [title, brief, sentence, breaks, because, todo];

describe.each(findings.map((finding) => [`${finding.ruleId} ${finding.subject.slice(-12)}`, finding] as const))('%s', (_name, finding) => {
  const { explanation, remedy, brief } = finding;

  it('has its parts, each a sentence, in words people read', () => {
    for (const part of [explanation.sentence, explanation.breaks, explanation.because]) expect(part).toMatch(/^\S.*[.)]$/s);
    // What to do may end with what to type.
    expect(explanation.todo).toMatch(/^\S.{10,}$/s);
    for (const words of ownWords(finding)) {
      expect(words).not.toMatch(neverSaid);
      expect(words).not.toMatch(/!(?:\s|$)/);
      expect(words).not.toMatch(/undefined|\bnull\b|\[object|NaN|[ ]{2}/);
    }
    expect(brief.length).toBeLessThanOrEqual(32);
  });

  it('is called safe only with its reasons, and has them where there is a remedy', () => {
    for (const words of ownWords(finding)) expect(words).not.toMatch(/\bsafe(?:ly)?\b/i);
    const reasons = explanation.safe ?? [];
    expect(reasons.length > 0).toBe(remedy !== null);
    for (const reason of reasons) expect(reason).toMatch(/^\S.*[^.,]$/);
    if (remedy !== null) expect(explanation.commands.length).toBeGreaterThan(0);
  });
});

it('every rule has its say in the cases above, or nobody knows how it says it', () => {
  const told = new Set(findings.map(({ ruleId }) => ruleId));
  const served = [...nodeRules, ...clusterRules].filter(({ isAboutCheckIns }) => !isAboutCheckIns);
  expect(served.map(({ id }) => id).filter((id) => !told.has(id))).toEqual([]);
});

it('what is written about the rules uses the same words', () => {
  for (const { reference, doesNotApply, title } of [...nodeRules, ...clusterRules]) {
    const { what, why, how, guards, remedy } = reference;
    for (const words of [title, what, why, how, remedy, doesNotApply, ...guards]) expect(words).not.toMatch(neverSaid);
  }
});

describe('what is not known', () => {
  const capture = 'lvm.report';
  const all: readonly Unknown[] = [
    { reason: 'not_captured', capture },
    { reason: 'command_absent', capture },
    { reason: 'command_failed', capture, exitCode: 5, says: 'Volume group "san1vg" not found' },
    { reason: 'timed_out', capture },
    { reason: 'stuck', capture, pid: 4711, since: now },
    { reason: 'skipped', capture, says: 'no time left' },
    { reason: 'unreadable', capture: 'pve.storage', says: 'EACCES' },
    { reason: 'truncated', capture: 'dm.table', keptBytes: 4 * 1024 * 1024 },
    { reason: 'unparseable', capture: 'dm.info.2', line: 118 },
    { reason: 'not_mounted' },
    { reason: 'no_quorum', node: 'pve4' },
    { reason: 'no_fresh_view' },
    { reason: 'silent', node: 'pve3', since: now },
    { reason: 'identity_shared', node: 'pve3' },
    { reason: 'no_state', node: 'pve3' },
    { reason: 'not_enrolled', node: 'pve3' },
    { reason: 'mixed_enrolment', clusters: ['a', 'b'] },
    { reason: 'changed_during_capture' },
    { reason: 'group_not_visible', group: 'san1vg' },
    { reason: 'group_not_whole', group: 'san1vg', says: 'a physical volume is missing' },
    { reason: 'foreign_device', group: 'san1vg', device: '8:16' },
    { reason: 'old_metadata', group: 'san1vg', seqno: 4, known: 5 },
    { reason: 'moved_group', group: 'san1vg' },
    { reason: 'storage_unknown', storage: '/dev/sdb' },
    { reason: 'in_flight', guest: 119, says: 'task qmigrate on pve1' },
  ];

  it.each(all.map((why) => [why.reason, why] as const))('%s: says what, and what to do or when it ends', (_reason, why) => {
    const says = sayUnknown(why);
    expect(says).not.toMatch(neverSaid);
    expect(says).toMatch(/^\S.{20,}/s);
    expect(says).not.toMatch(/\.\.|[ ]{2}|undefined/);
  });

  it('says what it leaves open, in the words of the thing that is missing', () => {
    const says = (reason: 'timed_out', capture: string) => sayUnknown({ reason, capture });
    expect(says('timed_out', 'lvm.report')).toBe(
      'lvm fullreport did not answer in time. Nothing is said about the disks of this node. Usually a storage path is down: look at multipath -l, dmesg -T | tail.',
    );
    expect(sayUnknown(all[2] as Unknown)).toBe(
      'lvm fullreport ended with 5: Volume group "san1vg" not found. Nothing is said about the disks of this node. Is the LUN visible on this node?',
    );
    expect(sayUnknown(all[7] as Unknown)).toMatch(/^dmsetup table was cut at 4 MB\. /);
    expect(sayUnknown(all[12] as Unknown)).toMatch(/Whether its disks are open there is not known; disks are therefore not called unused\./);
  });

  it('knows a name people use for everything a check rests on', () => {
    const rested = new Set([...nodeRules, ...clusterRules].flatMap(({ reference }) => reference.evidence));
    const unnamed = captureCatalogue
      .map(({ id }) => id)
      .filter((id) => rested.has(id) && sayUnknown({ reason: 'timed_out', capture: id }).startsWith(id));
    expect(unnamed.filter((id) => id !== 'host.boot-id')).toEqual([]);
  });
});
