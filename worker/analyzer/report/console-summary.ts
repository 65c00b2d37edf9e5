/** The summary operators know, its two old words explained beside them; and what stands above it when members are missing. */

import type { Counts, Found, NodeReport } from '../report-shape';
import { sayPerformance } from '../score/performance';
import { checksOf } from './checks-done';
import type { ConsoleInput } from './console-input';
import type { Line } from './console-line';
import { cutTo, terminalColumns, wrapTerminal } from './terminal-text';

const doubleRuler = '='.repeat(40);

/** A cluster of which not every member speaks: what that leaves open. */
export function renderOpening(input: ConsoleInput, node: NodeReport): readonly string[] {
  const { members, form, page } = input;
  if (members === null || members.missing.length === 0) return [];
  const here = members.total - members.missing.length;
  const cluster = cutTo(members.cluster ?? node.node, 24, form);
  const is = `${here} of ${members.total} nodes of ${cluster} ${here === 1 ? 'is' : 'are'} ${page === '' ? 'in these files' : 'enrolled'}`;
  const { done, waiting, undone } = checksOf(input, node);
  const all = done + waiting + undone;
  const waits = waiting === 0 ? '' : `; ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for the others`;
  const blind = undone === 0 ? '' : `; ${undone} could not be done: see NOT CHECKED`;
  return [
    '',
    `${is} (missing: ${members.missing.join(', ')}).`,
    `${done} of ${all} checks ${waiting + undone === 0 ? 'are done: they need only what is here' : 'need only this node and are done'}${waits}${blind}.`,
  ].flatMap((line) => (line === '' ? [''] : wrapTerminal(line, terminalColumns - 4, form).map((part) => `   ${part}`)));
}

const row = (label: string, value: number | string) => `   ${label.padEnd(29)}${String(value).padStart(4)}`;

export function renderSummary(input: ConsoleInput, node: NodeReport, findings: readonly Found[]): readonly Line[] {
  const { members, form } = input;
  const { counts, guests } = node;
  return [
    doubleRuler,
    'ANALYSIS SUMMARY',
    doubleRuler,
    ...(counts === null ? ['   Device mapper entries:       not checked, see below'] : renderCounts(counts, input)),
    row('Total issues:', findings.length),
    '',
    guests === null ? '   Guests on this node:         not checked' : `${row('Guests on this node:', guests.total)}   (${guests.running} running)`,
    renderMarks(input, node),
    ...(members === null
      ? []
      : [
          `   ${`Nodes of ${cutTo(members.cluster ?? node.node, 18, form)}:`.padEnd(29)}${String(members.reporting).padStart(4)} of ${members.total} reporting, ${members.quorate ? 'quorate' : 'not quorate'}`,
        ]),
  ];
}

function renderCounts(counts: Counts, { form }: ConsoleInput): readonly Line[] {
  const { total, valid, duplicate, tombstoned, notChecked, held, reasons } = counts;
  const counted = (label: string, value: number, bracket: '[CRITICAL]' | '[WARNING]', why: Counts['reasons']['duplicate']): readonly Line[] => {
    if (value === 0) return [row(label, value)];
    const before = `${row(label, value)}   `;
    const words = why.map(([word, mappings]) => `${word}: ${mappings}`).join(', ');
    const [first = '', ...rest] = wrapTerminal(words, terminalColumns - before.length - 13, form);
    return [
      { before, bracket, after: `${' '.repeat(13 - bracket.length)}${first}` },
      ...rest.map((line) => `${' '.repeat(before.length + 13)}${line}`),
    ];
  };
  return [
    row('Total device mapper entries:', total),
    row('Valid entries:', valid),
    ...counted('Duplicate entries:', duplicate, '[CRITICAL]', reasons.duplicate),
    ...counted('Tombstoned entries:', tombstoned, '[WARNING]', reasons.tombstoned),
    row('Not checked:', notChecked),
    ...(held === 0 ? [] : [`${row('Held back:', held)}   (of the above: something is under way)`]),
  ];
}

function renderMarks({ performance, form }: ConsoleInput, { score, grade, complete }: NodeReport): string {
  const health = score === null ? 'not graded' : `${score}/100, grade ${grade}`;
  return cutTo(
    `   Health:      ${`${health}${complete ? '' : ', incomplete'}`.padEnd(21)}  Performance: ${sayPerformance(performance)}`,
    terminalColumns,
    form,
  );
}

/** Two lines about a node nothing is wrong with. */
export function renderHealth(input: ConsoleInput, node: NodeReport): readonly string[] {
  const { members, form } = input;
  const { counts, guests } = node;
  const entries = counts === null ? 'mappings not checked' : counts.total === 0 ? 'no mapping' : `${countOf(counts.total, 'mapping')} valid`;
  const here = guests === null ? 'guests not checked' : `${countOf(guests.total, 'guest')} (${guests.running} running)`;
  const nodes = members === null ? '' : `, ${members.reporting} of ${countOf(members.total, 'node')}, ${members.quorate ? 'quorate' : 'not quorate'}`;
  return [cutTo(`   ${entries}, ${here}${nodes}`, terminalColumns, form), renderMarks(input, node)];
}

const countOf = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
