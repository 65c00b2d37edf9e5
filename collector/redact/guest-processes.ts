/** When guests started: from the process table, only what guests are made of. */
import { qemuNames } from '../captures/needs';
import { formatProcess, parseProcessTable } from '../machine/process-table';

/** QEMU, the monitors of containers, and the first process of each container, whose name is anybody's. */
export function redactGuestProcesses(text: string): string {
  const processes = parseProcessTable(text);
  const monitors = new Set(processes.filter(({ comm }) => comm === 'lxc-start').map(({ pid }) => pid));
  const isQemu = (comm: string) => qemuNames.some((name) => comm.startsWith(name));
  return processes
    .flatMap((one) => {
      if (monitors.has(one.pid)) return [one];
      if (monitors.has(one.ppid)) return [{ ...one, comm: 'init' }];
      return isQemu(one.comm) ? [{ ...one, comm: 'kvm' }] : [];
    })
    .map(formatProcess)
    .join('');
}

export const redactNumbers = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /^\d{1,10}$/.test(line))
    .map((line) => `${line}\n`)
    .join('');
