/** The console report, letter by letter: as saved files show it, and as a server answers it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConsoleInput, gradePerformance, renderConsole } from '../../../worker/analyzer';
import { capturesOf, type FakeNode } from './support/fake-node';
import { judge, memberOf, now } from './support/judge';
import { pve1, pve2, pve3 } from './support/sample-cluster';

const golden = (name: string) => readFileSync(resolve(import.meta.dirname, `golden/${name}.txt`), 'utf8');
/** How many checks there are changes with every new one. */
const uncounted = (text: string) => text.replaceAll(/\b\d+ of \d+ checks/g, 'N of N checks');
const vitals = { cpu: 12, memory: [60, 100], swap: [0, 0], root: [20, 100], fullest: 84 } satisfies Parameters<typeof gradePerformance>[0];

/** As the server answers node `index`: findings have numbers and were seen twice. */
function answer(nodes: readonly FakeNode[], index: number, more: Partial<ConsoleInput> = {}): string {
  const report = judge(...nodes);
  const node = nodes[index];
  const { facts, view } = memberOf(node?.name ?? '', node === undefined ? [] : capturesOf(node));
  const findings = [...report.nodes, report.cluster].flatMap((scope) => scope.findings);
  const seen = { first: now - 15 * 60_000, last: now };
  return renderConsole({
    version: '1.0.0',
    form: 'ascii',
    at: now,
    report,
    nodeId: `n_${node?.name}`,
    place: 'Acme Logistics / prod-dc1',
    pve: facts?.pve ?? { manager: '', kernel: '' },
    guests: view?.guests.status === 'known' ? view.guests.value : null,
    running: facts?.running.status === 'known' ? facts.running.value : null,
    performance: gradePerformance(vitals),
    members: { cluster: 'prod-dc1', quorate: true, reporting: 3, total: 3, missing: [] },
    known: new Map(findings.map(({ fingerprint }, at) => [fingerprint, { number: `ACM-${17 + at}`, heldBack: null, seen }])),
    page: 'https://sexton.acme-msp.example/t/acm/nodes/n_8fk2m0',
    all: false,
    raw: undefined,
    ...more,
  });
}

describe('the answer to a node', () => {
  it('with findings: the worst in full, with why mending is safe, the rest one line each', () =>
    expect(uncounted(answer([pve1, pve2, pve3], 0))).toBe(golden('console-findings')));

  it('with nothing to say: five lines', () => {
    const healthy = answer([pve2, pve3], 0, {
      report: judge(...[pve2, pve3].map((node) => ({ ...node, members: ['pve2', 'pve3'], storages: 'dir: local\n' }))),
    });
    expect(uncounted(healthy)).toBe(golden('console-healthy'));
    expect(healthy.trimEnd().split('\n')).toHaveLength(5);
  });

  it('of a cluster of which most is missing: says so first', () => {
    const members = { cluster: 'prod-dc1', quorate: true, reporting: 1, total: 3, missing: ['pve2', 'pve3'] };
    expect(uncounted(answer([pve1], 0, { members }))).toBe(golden('console-incomplete'));
  });

  it('to a node whose guests could not be read calls none of them deleted', () => {
    expect(answer([pve1, pve2, pve3], 0, { guests: null })).not.toContain('deleted');
  });

  it('while something is under way, or it was seen once: not yet, and nothing is called safe', () => {
    const text = answer([pve1, pve2, pve3], 0, { known: new Map() });
    expect(text).toMatch(/^ {3}Not yet {3}seen once/m);
    expect(text).not.toContain('Safe');
  });
});
