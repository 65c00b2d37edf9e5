/** The guest table: only guests something was found on, worst first; the others are one line. */
import type { Found, NodeReport } from '../report-shape';
import type { ConsoleInput } from './console-input';
import type { Line } from './console-line';
import { worseFirst } from './stories';
import { cell, cutTo, terminalColumns } from './terminal-text';

const columns = [9, 26, 10] as const;
const healthColumns = terminalColumns - 9 - 26 - 10 - 4;
const maxRows = 20;
/** From here on the guests of one rule are one row. */
const maxAlike = 3;

type Row = { readonly vmid: number; readonly health: string };

export function renderGuests(input: ConsoleInput, node: NodeReport, findings: readonly Found[]): readonly Line[] {
  const { guests, running, form } = input;
  const all = listRows(findings, input.all);
  if (all.rows.length === 0) return [];
  const known = new Map((guests ?? []).map((guest) => [guest.vmid, guest]));
  const statusOf = (vmid: number): string => {
    const guest = known.get(vmid);
    if (guest === undefined) return guests === null ? 'unknown' : 'deleted';
    return guest.node === node.node ? (running?.[String(vmid)] ?? 'unknown') : `on ${guest.node}`;
  };
  const rows = all.rows.slice(0, maxRows).map(({ vmid, health }): Line => {
    const [id, name, status] = [String(vmid), known.get(vmid)?.name || '-', statusOf(vmid)];
    const before = [id, name, status].map((text, column) => `${cell(text, (columns[column] ?? 0) - 1, form)} `).join('');
    return { before, bracket: '[!]', after: ` ${cutTo(health, healthColumns, form)}` };
  });
  const clean = (guests ?? []).filter((guest) => guest.node === node.node && !all.named.has(guest.vmid)).length;
  const isWhole = node.complete && input.report.cluster.complete;
  const lineOf = (texts: readonly [string, string, string, string]) =>
    texts.map((text, column) => (column === 3 ? text : cell(text, columns[column] ?? 0, form))).join('');
  return [
    '',
    lineOf(['VM ID', 'NAME', 'STATUS', 'DM HEALTH']),
    lineOf(['-----', '----', '------', '---------']),
    ...rows,
    ...(all.rows.length > maxRows ? [`${all.rows.length - maxRows} more guests with findings`] : []),
    ...(clean > 0 ? [lineOf([`${clean} more`, 'guests on this node', '', isWhole ? 'Clean' : 'nothing found'])] : []),
  ];
}

/** One row per guest with the worst that was found on it; many guests of one rule are one row, under the first. */
function listRows(findings: readonly Found[], isAll: boolean): { readonly rows: readonly Row[]; readonly named: ReadonlySet<number> } {
  const worst = new Map<number, { readonly finding: Found; count: number }>();
  for (const finding of [...findings].sort(worseFirst)) {
    for (const vmid of finding.guests) {
      const row = worst.get(vmid);
      if (row === undefined) worst.set(vmid, { finding, count: 1 });
      else if (row.finding.ruleId === finding.ruleId) row.count += 1;
    }
  }
  const alike = new Map<string, number>();
  for (const { finding } of worst.values()) alike.set(finding.ruleId, (alike.get(finding.ruleId) ?? 0) + 1);
  const told = new Set<string>();
  const rows = [...worst].flatMap(([vmid, { finding, count }]): Row[] => {
    const { ruleId, brief, word } = finding;
    const guests = alike.get(ruleId) ?? 0;
    if (isAll || guests <= maxAlike) return [{ vmid, health: count > 1 ? `${brief} (${count})` : brief }];
    if (told.has(ruleId)) return [];
    told.add(ruleId);
    return [{ vmid, health: `${word} (${guests} guests, --all)` }];
  });
  return { rows, named: new Set(worst.keys()) };
}
