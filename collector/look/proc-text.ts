/** Numbers out of the kernel's own texts. What is not as it should be is no number. */

export function firstNumber(text: string): number | undefined {
  const [, digits] = /^(\d{1,12}(?:\.\d{1,4})?)(?:\s|$)/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** user nice system idle iowait irq softirq steal …: everything but idle and iowait is work. @see proc_stat(5) */
export function processorTimes(text: string): { readonly total: number; readonly idle: number } | undefined {
  const [line = ''] = text.split('\n');
  if (!/^cpu +\d+( \d+){3,}\s*$/.test(line)) return undefined;
  // The last two columns, guest times, are already part of the first two.
  const times = line.trim().split(/ +/).slice(1, 9).map(Number);
  return { total: times.reduce((sum, time) => sum + time, 0), idle: (times[3] ?? 0) + (times[4] ?? 0) };
}

export function kibibytes(text: string, key: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${key}:`));
  const [, digits] = /^\w+:\s+(\d{1,15}) kB$/.exec(line ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}
