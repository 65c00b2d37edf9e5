/** The benchmark as one table of plain text: what, the numbers, the bar, whether it holds. */
import type { Row } from './row';

const titles: Readonly<Record<string, string>> = {
  analysis: 'Analyzer alone',
  message: "One message, the Worker's own code (database answers replayed)",
  load: 'Whole server on this machine (HTTP, Worker, D1, R2 in workerd)',
  ingest: 'A minute of traffic of a whole fleet (the server of npm start, the fleet in its database)',
  rows: 'What a message asks of the database (500 mappings on each of 3 nodes)',
  collector: 'Collector on fake nodes',
  probe: 'sexton-probe.sh on the same fake nodes',
  bundles: 'Bundles',
};

export function printTable(rows: readonly Row[]): string {
  const lines = rows.map(({ part, what, unit, runs, min, median, max, bar, verdict }) => ({
    part,
    cells: [what, unit, String(runs), ...[min, median, max].map(sayNumber), bar, verdict === 'over' ? 'OVER' : verdict],
  }));
  const head = ['', 'unit', 'runs', 'min', 'median', 'max', 'bar', ''];
  const widths = head.map((title, at) => Math.max(title.length, ...lines.map(({ cells }) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at >= 2 && at <= 5 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  const text: string[] = [];
  for (const part of new Set(rows.map((row) => row.part))) {
    text.push('', titles[part] ?? part, line(head), ...lines.filter((one) => one.part === part).map(({ cells }) => line(cells)));
  }
  const [over, held] = ['over', 'ok'].map((verdict) => rows.filter((row) => row.verdict === verdict).length);
  text.push('', over === 0 ? `All ${held} bars hold.` : `${over} over, ${held} ok:`);
  for (const row of rows.filter(({ verdict }) => verdict === 'over'))
    text.push(`  OVER  ${row.what}: ${sayNumber(row.median)} ${row.unit}, bar ${row.bar}`);
  return `${text.join('\n').trimStart()}\n`;
}

function sayNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
