/** `/proc/diskstats` without its statistics: `8:16` for every block device the kernel has, so that it changes only when one comes or goes. */
export function redactDeviceNumbers(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : sayNumbers(line)))
    .join('\n');
}

function sayNumbers(line: string): string {
  const [, major = '', minor = ''] = /^ *([0-9]+) +([0-9]+) [A-Za-z0-9!_.-]+(?: [0-9]+)+$/.exec(line) ?? [];
  return major === '' || major.length > 4 || minor.length > 7 ? '?' : `${major}:${minor}`;
}
