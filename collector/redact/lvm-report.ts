/**
 * LVM's JSON report: names, uuids and numbers. Tags are anybody's text. Every row stands on a line of its own; a line that
 * is neither a row nor punctuation (LVM writes advice in between) leaves as `?`, and so the report stays unreadable.
 */
import { lvmReport } from './allowed';
import { fits } from './shape';

const isValue = fits(lvmReport.value);
const tag = new RegExp(`^${lvmReport.tag}\\d{1,9}$`);
const cell = /"([a-z_]{1,40})":"((?:[^"\\]|\\.)*)"/g;

export function redactLvmReport(text: string): string {
  return text.split('\n').map(redactRow).join('\n');
}

function redactRow(line: string): string {
  const rest = line.replace(cell, '').replace(/"[a-z_]{1,16}": ?\[/, '');
  if (!/^[ \t\r[\]{},]*$/.test(rest)) return '?';
  return line.replace(cell, (_cell, column: string, value: string) => `"${column}":"${redactValue(column, value)}"`);
}

function redactValue(column: string, value: string): string {
  if (lvmReport.tags.some((one) => one === column))
    return value
      .split(',')
      .filter((one) => tag.test(one))
      .join(',');
  return value === '' || isValue(value) ? value : '?';
}
