import { describe, expect, it } from 'vitest';
import type { ClusterReport, Found, NodeReport, Outcome, Severity } from '../../worker/analyzer';
import { type Hold, heldBack, mayAskSooner } from '../../worker/findings/held-back';
import { type OpenFinding, reconcile } from '../../worker/findings/reconcile';
import { encodeDetail, encodeEvidence } from '../../worker/findings/shorten-detail';
import { summarise } from '../../worker/findings/summary';

const rule = 'dm.stale-mapping';
const found = (subject: string, more: Partial<Found> = {}): Found => ({
  ruleId: rule,
  severity: 'warning',
  subject,
  fingerprint: `f_${subject}`,
  title: '',
  brief: '',
  counts: 'none',
  word: '',
  detail: { name: subject },
  explanation: { sentence: `${subject} is left over.`, breaks: '', messages: [], because: '', todo: '', commands: [] },
  evidence: [],
  remedy: null,
  heldBack: null,
  guests: [],
  ...more,
});
const outcome = (status: Outcome['status'], missing: readonly (string | null)[] = []): Outcome => ({
  ruleId: rule,
  status,
  found: 0,
  notChecked: missing.map((subject) => ({ subject, name: '', why: { reason: 'not_mounted' } })),
});
const node = (findings: readonly Found[], outcomes: readonly Outcome[] = [outcome('found')], name = 'pve1'): NodeReport => ({
  nodeId: `n_${name}`,
  node: name,
  findings,
  outcomes,
  complete: outcomes.every(({ notChecked }) => notChecked.length === 0),
  score: 100,
  grade: 'B',
  isQuorate: true,
  counts: { total: 0, valid: 0, duplicate: 0, tombstoned: 0, notChecked: 0, held: 0, reasons: { duplicate: [], tombstoned: [] } },
  guests: null,
});
const report = (...nodes: readonly NodeReport[]): ClusterReport => ({
  nodes,
  cluster: { outcomes: [], findings: [], complete: true, score: 100, grade: 'A+' },
  insight: undefined,
});
const open = (subject: string, more: Partial<OpenFinding> = {}): OpenFinding => ({
  findingId: `f_${subject}`,
  number: 1,
  nodeId: 'n_pve1',
  rule,
  severity: 'warning',
  subject,
  openedAt: 0,
  detail: JSON.stringify({ name: subject }),
  ...more,
});
const ids = (list: readonly { readonly findingId: string }[]) => list.map(({ findingId }) => findingId);
const run = (before: readonly OpenFinding[], now: ClusterReport) => {
  const { open: opened, change, close, unconfirmed } = reconcile('c_1', before, now);
  return { open: ids(opened), change: ids(change), close: ids(close), unconfirmed };
};
const nothing = { open: [], change: [], close: [], unconfirmed: [] };

describe('reconciling a report with what is open', () => {
  it('opens what is found and not open', () => expect(run([], report(node([found('a')])))).toEqual({ ...nothing, open: ['f_a'] }));
  it('leaves alone what is found as it was', () => expect(run([open('a')], report(node([found('a')])))).toEqual(nothing));
  it('changes what is found otherwise', () => {
    expect(run([open('a')], report(node([found('a', { severity: 'critical' })])))).toEqual({ ...nothing, change: ['f_a'] });
    expect(run([open('a')], report(node([found('a', { detail: { name: 'b' } })])))).toEqual({ ...nothing, change: ['f_a'] });
  });
  it.each(['clean', 'not_applicable', 'found'] as const)('closes what is not found when the rule says %s', (status) => {
    expect(run([open('a')], report(node([], [outcome(status)])))).toEqual({ ...nothing, close: ['f_a'] });
  });
  it('neither closes nor confirms what could not be checked', () => {
    const kept = { ...nothing, unconfirmed: ['f_a'] };
    expect(run([open('a')], report(node([], [outcome('unknown', [null])])))).toEqual(kept);
    expect(run([open('a')], report(node([], [outcome('clean', ['a'])])))).toEqual(kept);
    expect(run([open('a')], report(node([], [outcome('found', [null])])))).toEqual(kept);
    expect(run([open('a')], report(node([], [outcome('unknown')])))).toEqual(kept);
  });
  it('closes one although another of the same rule could not be checked', () => {
    expect(run([open('a')], report(node([], [outcome('found', ['b'])])))).toEqual({ ...nothing, close: ['f_a'] });
  });
  it('closes what belongs to a node that was removed', () => {
    const { close } = reconcile('c_1', [open('a')], report(node([], [outcome('clean')], 'pve2')));
    expect(close).toEqual([{ findingId: 'f_a', why: 'retired' }]);
  });
  it('leaves alone what belongs to a rule it does not know', () => {
    expect(run([open('a', { rule: 'dm.future' })], report(node([], [outcome('clean')])))).toEqual({ ...nothing, unconfirmed: ['f_a'] });
  });
  it('is idempotent', () => {
    const now = report(node([found('a'), found('b')]));
    const after = reconcile('c_1', [], now).open.map((finding, index) => ({ ...finding, number: index, openedAt: 1 }));
    expect(run(after, now)).toEqual(nothing);
  });
  it('keeps 200 of a rule and node and says that there are more, those that are open first', () => {
    const many = Array.from({ length: 260 }, (_, index) => found(`s${index}`));
    const first = reconcile('c_1', [], report(node(many)));
    expect(first.open).toHaveLength(201);
    const before = first.open.map((finding, index) => ({ ...finding, number: index, openedAt: 1 }));
    expect(run(before, report(node([...many].reverse())))).toEqual(nothing);
    const fewer = run(before, report(node(many.slice(0, 150))));
    expect(fewer.close).toHaveLength(51);
  });
});

describe('what is stored of a finding', () => {
  it('fits into 4 KB and keeps its shape, however hostile the name', () => {
    const detail = { name: '\u0001'.repeat(50_000), volumes: Array.from({ length: 500 }, () => '\u{1f480}'.repeat(200)), open: true };
    const text = encodeDetail(detail);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
    expect(JSON.parse(text)).toMatchObject({ name: expect.any(String), volumes: expect.any(Array), open: true });
    const lines = encodeEvidence(Array.from({ length: 5000 }, (_, line) => ({ node: 'n_1', capture: 'dm.info.2', line })));
    expect(Buffer.byteLength(lines)).toBeLessThanOrEqual(4096);
    expect(JSON.parse(lines)[0]).toEqual({ node: 'n_1', capture: 'dm.info.2', line: 0 });
  });
});

const held: Hold = {
  openedAt: Date.UTC(2026, 10, 21, 9, 41, 7),
  holdMinutes: 15,
  lastSeenAt: Date.UTC(2026, 10, 21, 9, 41, 7),
  analysisHeldBack: null,
  isConfirmed: true,
  isJudged: true,
};
const at = (hour: number, minute: number, day = 21) => Date.UTC(2026, 10, day, hour, minute);

describe('a finding is held back', () => {
  it.each<[string, Partial<Hold>, number, string | null]>([
    ['seen once', {}, at(9, 42), 'seen once; confirmed by a check-in after 09:57 UTC'],
    ['seen again too early', { lastSeenAt: at(9, 50) }, at(9, 50), 'seen once; confirmed by a check-in after 09:57 UTC'],
    ['seen again too early, long ago', { lastSeenAt: at(9, 50) }, at(11, 0), 'seen once; confirmed by a check-in after 09:57 UTC'],
    ['seen again in time', { lastSeenAt: at(9, 57) }, at(9, 57), null],
    ['a day', { holdMinutes: 1440, lastSeenAt: at(9, 57) }, at(9, 58), 'confirmed; wait until 2026-11-22 09:42 UTC all the same'],
    ['something under way', { analysisHeldBack: 'guest 119: locked (backup)', lastSeenAt: at(11, 0) }, at(11, 0), 'guest 119: locked (backup)'],
    ['not checked any more', { isConfirmed: false, lastSeenAt: at(11, 0) }, at(11, 0), 'cannot be confirmed now; not checked at the last check-in'],
    ['the node has said something newer', { isJudged: false, lastSeenAt: at(11, 0) }, at(11, 0), 'a newer check-in is being judged'],
  ])('%s', (_name, more, now, expected) => expect(heldBack({ ...held, ...more }, now)).toBe(expected));
});

describe('who mends right now may ask for a script', () => {
  const seenAt = (minute: number, second: number) => ({ lastSeenAt: Date.UTC(2026, 10, 21, 9, minute, second) });
  const confirmed = (clock: string) => `confirmed at ${clock} UTC; a script may be asked for now`;
  it.each<[string, Partial<Hold>, number, string]>([
    ['after a second check-in a minute on', seenAt(42, 7), at(9, 43), confirmed('09:42')],
    ['and long after it, while nothing newer came', seenAt(42, 30), at(9, 55), confirmed('09:42')],
    ['when the quarter of an hour is over', seenAt(57, 0), at(10, 0), confirmed('09:57')],
    ['of a finding that waits for nothing', { holdMinutes: 0 }, at(9, 42), confirmed('09:41')],
    ['of one that waited its day', { holdMinutes: 1440, lastSeenAt: at(9, 50, 22) }, at(9, 51, 22), confirmed('09:50')],
  ])('%s', (_name, more, now, says) => expect(mayAskSooner({ ...held, ...more }, now)).toMatchObject({ isOpen: true, says }));

  it('says which check-in it rests on', () => {
    expect(mayAskSooner({ ...held, ...seenAt(44, 59) }, at(9, 45))).toMatchObject({ confirmedAt: Date.UTC(2026, 10, 21, 9, 44, 59) });
  });

  const notYet = 'seen once; a script may be asked for when the node has checked in after 09:43 UTC';
  it.each<[string, Partial<Hold>, number, string]>([
    ['at the first check-in', {}, at(9, 42), notYet],
    ['however long ago that was: time confirms nothing', {}, at(23, 0), notYet],
    ['after a second one within the minute', seenAt(42, 6), at(9, 43), notYet],
    ['when a message of before is all that was heard', seenAt(40, 0), at(9, 50), notYet],
    ['while something is under way', { ...seenAt(50, 0), analysisHeldBack: 'VM 119: locked (backup)' }, at(9, 51), 'VM 119: locked (backup)'],
    ['when it was not checked', { ...seenAt(50, 0), isConfirmed: false }, at(9, 51), 'cannot be confirmed now; not checked at the last check-in'],
    ['when what came last is not judged', { ...seenAt(50, 0), isJudged: false }, at(9, 51), 'a newer check-in is being judged'],
    ['about data', { ...seenAt(50, 0), holdMinutes: 1440 }, at(9, 51), 'wait until 2026-11-22 09:42 UTC: this one is not hurried'],
  ])('but not %s', (_name, more, now, says) => expect(mayAskSooner({ ...held, ...more }, now)).toEqual({ isOpen: false, says }));
});

describe('the summary of a cluster', () => {
  it('counts what stays open, also what this report could not confirm, and names the worst node first', () => {
    const nodes = [
      node([], [outcome('unknown', [null])], 'pve1'),
      node([found('a', { severity: 'critical' })], undefined, 'pve2'),
      node([], [outcome('clean')], 'pve3'),
    ];
    const left: { nodeId: string; severity: Severity }[] = [
      { nodeId: 'n_pve1', severity: 'warning' },
      { nodeId: 'n_pve2', severity: 'critical' },
    ];
    expect(summarise(report(...nodes), left)).toMatchObject({
      complete: false,
      notChecked: 1,
      counts: { critical: 1, warning: 1, info: 0 },
      sentence: 'a is left over.',
      nodes: [
        { name: 'pve2', worst: 'critical' },
        { name: 'pve1', worst: 'warning' },
        { name: 'pve3', worst: 'ok' },
      ],
      rest: 0,
    });
  });
  it('stays below 2 KB and counts the nodes it leaves out', () => {
    const nodes = Array.from({ length: 40 }, (_, index) =>
      node([found('a', { explanation: { ...found('a').explanation, sentence: '\u{1f480}'.repeat(500) } })], undefined, `${'x'.repeat(60)}${index}`),
    );
    const summary = summarise(report(...nodes), []);
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThanOrEqual(2048);
    expect(summary.nodes.length + summary.rest).toBe(40);
  });
});
