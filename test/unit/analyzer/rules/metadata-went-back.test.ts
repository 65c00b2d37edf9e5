/** lvm.metadata-went-back: what it says, and what keeps it silent. Numbers over several messages: test/worker/metadata-went-back.test.ts. */
import { describe, expect, it } from 'vitest';
import { analyse, type Behind, type Member } from '../../../../worker/analyzer';
import { hasStayedBehind } from '../../../../worker/analyzer/node/stayed-behind';
import { followMetadata } from '../../../../worker/ingest/behind';
import { heard, pair, san, sanStorage } from '../support/corpus-parts';
import { capturesOf, type FakeGroup, uuidOf } from '../support/fake-node';
import { memberOf, now } from '../support/judge';

const minute = 60_000;
const ruleId = 'lvm.metadata-went-back';
const group = uuidOf('san1vg');
const numbered = (seqno: number, name = 'san1vg'): { groups: readonly FakeGroup[] } => ({ groups: [{ ...san(), name, uuid: group, seqno }] });

function judge(behind: Behind, { here = 7, there = 9, name = 'san1vg', minutesAgo = 0 } = {}) {
  const [late, right] = pair({ storages: sanStorage.replace('san1vg', name) }, numbered(here, name), numbered(there, name));
  const members: readonly Member[] = [heard(late, minutesAgo, { behind }), heard(right)];
  const [node] = analyse({ clusterId: 'c', members, neighbours: [], now }).nodes;
  return { finding: node?.findings.find((one) => one.ruleId === ruleId), outcome: node?.outcomes.find((one) => one.ruleId === ruleId) };
}
const entry = (known: number, minutesAgo: number, by = 'n_pve2'): Behind => ({ [group]: [known, now - minutesAgo * minute, by] });

it('says which numbers, who showed the higher one, and to change nothing', () => {
  const { finding } = judge(entry(9, 20));
  expect(finding).toMatchObject({ severity: 'critical', remedy: null, subject: group });
  expect(finding?.explanation.sentence).toBe("pve1 reads number 7 of san1vg's metadata; number 9 was known at its check-in before.");
  expect(finding?.explanation.because).toContain('pve2 had shown 9.');
  expect(finding?.explanation.todo).toContain('Change nothing in san1vg from pve1');
});

describe('when no member shows the number any more', () => {
  it('says so, and how that ends', () => {
    const { finding } = judge(entry(12, 20));
    expect(finding?.explanation.because).toContain('No member shows 12 or more any more.');
    expect(finding?.explanation.todo).toMatch(/vgcfgrestore.*raised its number to 12.*pve2, whose word 12 is, is enrolled anew.*unenroll/s);
  });
  it('also of its own word, and of a node that is gone', () => {
    expect(judge(entry(12, 20, 'n_pve1')).finding?.explanation.because).toContain('pve1 itself had shown 12 before.');
    expect(judge(entry(12, 20, 'n_gone')).finding?.explanation.because).toContain('12 had been shown before.');
  });
});

describe('is not found', () => {
  it('before an interval has passed: not checked', () => {
    const { finding, outcome } = judge(entry(9, 10));
    expect(finding).toBeUndefined();
    expect(outcome).toMatchObject({ status: 'unknown', notChecked: [{ subject: group, why: { reason: 'old_metadata', seqno: 7, known: 9 } }] });
  });
  it('when the node has what was known', () => expect(judge(entry(9, 20), { here: 9 }).outcome?.status).toBe('clean'));
  it('of a node that is silent: its last word is not held against it', () => {
    expect(judge(entry(9, 80), { minutesAgo: 46 }).outcome).toMatchObject({ status: 'unknown' });
  });
  it('of saved files: they have no such check', () => {
    const [node] = pair({}, numbered(7));
    const report = analyse({ clusterId: 'c', members: [memberOf('pve1', capturesOf(node))], neighbours: [], now });
    expect(report.nodes[0]?.outcomes.map((outcome) => outcome.ruleId)).not.toContain(ruleId);
  });
});

it('a hostile name reaches no command', () => {
  const { finding } = judge(entry(9, 20), { name: 'san1vg;reboot' });
  expect(finding?.explanation.commands.join(' ')).not.toContain('reboot');
});

describe('what is remembered of a message', () => {
  const said = { lastSeenAt: now - 15 * minute, now, intervalSeconds: 900 };
  const known = { [group]: { seqno: 9, by: 'n_pve2' } };

  it('is made at the first message below, kept while it stays below that, made anew in between, and gone when it caught up', () => {
    const first = followMetadata({ ...said, before: {}, own: { [group]: 7 }, known });
    expect(first).toEqual({ behind: { [group]: [9, now, 'n_pve2'] }, isNews: true });
    const later = { ...said, now: now + minute, lastSeenAt: now };
    expect(followMetadata({ ...later, before: first.behind, own: { [group]: 8 }, known })).toEqual({ behind: first.behind, isNews: false });
    const risen = { [group]: { seqno: 12, by: 'n_pve3' } };
    expect(followMetadata({ ...later, before: first.behind, own: { [group]: 10 }, known: risen }).behind).toEqual({
      [group]: [12, now + minute, 'n_pve3'],
    });
    expect(followMetadata({ ...later, before: first.behind, own: { [group]: 12 }, known: risen })).toEqual({ behind: {}, isNews: true });
  });

  it('is news when it turns from overtaken into stuck, once', () => {
    const before = entry(9, 15);
    const own = { [group]: 7 };
    expect(followMetadata({ ...said, before, own, known }).isNews).toBe(true);
    expect(followMetadata({ ...said, lastSeenAt: now, now: now + 15 * minute, before, own, known }).isNews).toBe(false);
  });

  it('knows an interval by nine tenths of it: timers are not exact', () => {
    expect([hasStayedBehind(0, 809_999, 900), hasStayedBehind(0, 810_000, 900)]).toEqual([false, true]);
  });
});
