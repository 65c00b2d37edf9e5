/** One line of the benchmark's table: samples against a bar. Pure; judges nothing but numbers. */

export type Bar = {
  readonly limit: number;
  /** `<`: the limit itself is over. `≥`: at least so much, where more is better. */
  readonly sign: '<' | '≤' | '≥';
  /** Which of the samples is held against it; the median unless told. */
  readonly judged?: 'max';
};

export type Row = {
  readonly part: string;
  readonly what: string;
  readonly unit: string;
  readonly runs: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Empty: nothing was promised about it. */
  readonly bar: string;
  readonly verdict: 'ok' | 'over' | '';
};

export type Measured = {
  readonly part: string;
  readonly what: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly bar?: Bar;
};

/** Without samples every number is NaN, and a bar is over. */
export function makeRow({ part, what, unit, samples, bar }: Measured): Row {
  const sorted = [...samples].sort((a, b) => a - b);
  const [min = Number.NaN, max = Number.NaN] = [sorted[0], sorted.at(-1)];
  const row = { part, what, unit, runs: sorted.length, min, median: medianOf(sorted), max };
  if (bar === undefined) return { ...row, bar: '', verdict: '' };
  const judged = bar.judged === 'max' ? row.max : row.median;
  const isHeld = bar.sign === '≥' ? judged >= bar.limit : bar.sign === '<' ? judged < bar.limit : judged <= bar.limit;
  return { ...row, bar: `${bar.sign} ${bar.limit} ${unit}${bar.judged === 'max' ? ' (max)' : ''}`, verdict: isHeld ? 'ok' : 'over' };
}

export function medianOf(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
