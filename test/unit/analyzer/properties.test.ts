/** What must hold for every input: a damaged or shuffled snapshot never accuses anything a whole one does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listOpenVolumes, readSnapshot } from '../../../worker/analyzer';
import type { Capture } from '../../../worker/wire/snapshot';
import { capturesOf, type FakeNode, mapped } from './support/fake-node';
import { accusations, judge, memberOf } from './support/judge';
import { pve1, pve2, pve3, san } from './support/sample-cluster';

/** Unused but for what is under way: a move, HA, an open mapping. Losing any of these must not make them unused. */
const busyGroup = { ...san, volumes: [...san.volumes, ...[133, 134, 135].map((guest) => ({ name: `vm-${guest}-disk-0` }))] };
const busy: readonly FakeNode[] = [pve1, pve2, pve3].map((node) => ({
  ...node,
  groups: (node.groups ?? []).map((group) => (group === san ? busyGroup : group)),
  mappings: [...(node.mappings ?? []), ...(node === pve3 ? [mapped('san1vg', 'vm-135-disk-0', 90, { open: 1 })] : [])],
  ...(node === pve2 ? { tasks: 'UPID:pve2:000A1B2C:0001E240:6740A1B2:qmmove:133::\n' } : {}),
  ha: '{"service_status":{"vm:134":{"node":"pve2","state":"recovery"}}}',
}));
const nodes = busy.map((node) => ({ name: node.name, captures: capturesOf(node) }));
const whole = new Set(accusations(judge(...nodes.map(({ name, captures }) => memberOf(name, captures)))));

function judgeWith(index: number, captures: readonly Capture[]): readonly string[] {
  return accusations(judge(...nodes.map((node, at) => memberOf(node.name, at === index ? captures : node.captures))));
}

function expectNothingNew(index: number, captures: readonly Capture[]): void {
  expect(judgeWith(index, captures).filter((accusation) => !whole.has(accusation))).toEqual([]);
}

const anyCapture = fc.constantFrom(...nodes.flatMap(({ captures }, node) => captures.map((_, capture) => ({ node, capture }))));

describe('a damaged snapshot never adds an orphan, a duplicate or a remedy', () => {
  it('the whole one has something to lose', () => expect(whole.size).toBe(9));

  it.each(nodes.flatMap(({ captures, name }, node) => captures.map((capture, index) => [`${capture.id} of ${name}`, node, index] as const)))(
    'without %s',
    (_name, node, index) => {
      expectNothingNew(node, nodes[node]?.captures.filter((_, at) => at !== index) ?? []);
    },
  );

  it('cut at any byte', () => {
    fc.assert(
      fc.property(anyCapture, fc.double({ min: 0, max: 1, noNaN: true }), ({ node, capture }, share) => {
        const captures = (nodes[node]?.captures ?? []).map((one, index) => (index === capture ? cutAt(one, share) : one));
        expectNothingNew(node, captures);
      }),
      { numRuns: 1500 },
    );
  });

  it('cut at every line of what is judged, even when its length was lost too', () => {
    for (const id of ['dm.info.1', 'dm.info.2', 'lvm.report', 'pve.vmlist.1', 'pve.vmlist.2', 'pve.members']) {
      const original = nodes[0]?.captures.find((capture) => capture.id === id)?.out ?? '';
      const lines = original.split('\n');
      for (let kept = 0; kept < lines.length; kept += 1) {
        const out = lines
          .slice(0, kept)
          .map((line) => `${line}\n`)
          .join('');
        expectNothingNew(
          0,
          (nodes[0]?.captures ?? []).map((one) => (one.id === id && out !== original ? { ...one, out, length: out.length } : one)),
        );
      }
    }
  });

  it('with one guest configuration missing or cut', () => {
    for (const [at, { captures }] of nodes.entries()) {
      const files = captures.find(({ id }) => id === 'pve.guests')?.files ?? [];
      for (const [index, file] of files.entries()) {
        const damaged = [
          files.filter((_, other) => other !== index),
          files.map((one, other) => (other === index ? { ...one, out: file.out?.slice(0, 20) ?? '' } : one)),
        ];
        for (const left of damaged)
          expectNothingNew(
            at,
            captures.map((one) => (one.id === 'pve.guests' ? { ...one, files: left } : one)),
          );
      }
    }
  });

  it.each(['failed', 'timeout', 'stuck', 'skipped', 'absent', 'unreadable'] as const)('with a capture that is %s, its output kept', (status) => {
    for (const [at, { captures }] of nodes.entries()) {
      for (const [index, capture] of captures.entries()) {
        // Without the file HA was never used, and without this one no task ever ran: those are answers.
        if (status === 'absent' && /^pve\.(?:ha|tasks)/.test(capture.id)) continue;
        expectNothingNew(
          at,
          captures.map((one, other) => (other === index ? { ...one, status, exit: 5 } : one)),
        );
      }
    }
  });
});

describe('order never matters', () => {
  it('of lines, rows, files and captures', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (seeds) => {
        const shuffled = nodes.map(({ name, captures }) =>
          memberOf(
            name,
            shuffle(
              captures.map((capture) => shuffleInside(capture, seeds)),
              seeds,
            ),
          ),
        );
        expect(accusations(judge(...shuffle(shuffled, seeds)))).toEqual([...whole].sort());
      }),
      { numRuns: 60 },
    );
  });
});

describe('parsers', () => {
  it('never throw, whatever a capture holds', () => {
    const ids = nodes[0]?.captures.map(({ id }) => id) ?? [];
    const content = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.json(),
      fc.constantFrom(...(nodes[0]?.captures.map(({ out }) => out ?? '') ?? [])),
    );
    fc.assert(
      fc.property(fc.constantFrom(...ids), content, fc.constantFrom('base64' as const, undefined), (id, out, encoding) => {
        const garbage: Capture = {
          id,
          status: 'ok',
          out,
          length: out.length,
          ...(encoding === undefined ? {} : { encoding }),
          files: [{ path: out.slice(0, 512), status: 'ok', out, length: out.length }],
        };
        const captures = (nodes[0]?.captures ?? []).map((one) => (one.id === id ? garbage : one));
        expect(() => {
          const { facts, view } = readSnapshot(captures, {});
          listOpenVolumes(facts, view);
        }).not.toThrow();
        expectNothingDangerous(judgeWith(0, captures));
      }),
      { numRuns: 800 },
    );
  });
});

/** Garbage may be text that truly says something; what it must not do is offer to remove what the whole snapshot calls alive. */
function expectNothingDangerous(found: readonly string[]): void {
  expect(found.filter((accusation) => accusation.startsWith('remedy remove-mapping') && !whole.has(accusation))).toEqual([]);
}

function cutAt(capture: Capture, share: number): Capture {
  const cut = (out: string | undefined) => out?.slice(0, Math.floor(share * out.length * 0.999));
  if (capture.files !== undefined) {
    const at = Math.floor(share * capture.files.length);
    return { ...capture, files: capture.files.map((file, index) => (index === at ? { ...file, out: cut(file.out) ?? '' } : file)) };
  }
  return { ...capture, ...(capture.out === undefined || capture.out === '' ? {} : { out: cut(capture.out) ?? '' }) };
}

function shuffleInside(capture: Capture, seeds: readonly number[]): Capture {
  if (capture.files !== undefined) return { ...capture, files: shuffle(capture.files, seeds) };
  if (!/^dm\.info/.test(capture.id) || capture.out === undefined) return capture;
  const out = `${shuffle(capture.out.trimEnd().split('\n'), seeds).join('\n')}\n`;
  return { ...capture, out };
}

function shuffle<T>(list: readonly T[], seeds: readonly number[]): T[] {
  return list
    .map((item, index) => ({ item, key: ((seeds[index % seeds.length] ?? 0) * 2654435761 + index * 40503) % 4093 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
