/** Severities as the database orders them, and as words. */
import type { Severity } from '../analyzer';

const numbers: Readonly<Record<Severity, number>> = { info: 1, warning: 2, critical: 3 };

export const severityNumber = (severity: Severity): number => numbers[severity];

export function severityWord(number: number): Severity {
  return number >= 3 ? 'critical' : number === 2 ? 'warning' : 'info';
}

export type SeverityCounts = { readonly critical: number; readonly warning: number; readonly info: number };

export function countSeverities(findings: readonly { readonly severity: Severity }[]): SeverityCounts {
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  return { critical: count('critical'), warning: count('warning'), info: count('info') };
}
