/** Filters for what changes by itself: numbers, and the few names that say of what. */
import { directoryStorages, readMounts } from '../look/local-storages';
import { readings } from './allowed';
import { fits } from './shape';

const isInterface = fits(readings.interface);
const isModel = fits(readings.processorModel);
const isPool = fits(readings.pool);
const guestInterface = new RegExp(`^(?:${readings.guestInterfaces.join('|')})`);

const lines = (kept: readonly string[]) => kept.map((line) => `${line}\n`).join('');
const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

/** Lines of numbers alone. */
export const redactFigures = (text: string) => lines(linesOf(text).filter((line) => /^[\d./ ]{1,256}$/.test(line)));

/** Of /proc/stat the sum of all processors and the time of boot. */
export function redactProcessor(text: string): string {
  return lines(linesOf(text).filter((line) => /^(?:cpu {1,2}|btime )[\d ]{1,256}$/.test(line)));
}

/** `threads cores model`: of /proc/cpuinfo no serial number and no flags. */
export function redactProcessorModel(text: string): string {
  const cores = new Set<string>();
  let [threads, socket, model] = [0, '', ''];
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const [key, value] = [line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()];
    if (key === 'processor') threads += 1;
    else if (key === 'physical id') socket = value;
    else if (key === 'core id') cores.add(`${socket}/${value}`);
    else if (key === 'model name' && model === '' && isModel(value)) model = value;
  }
  return `${threads} ${cores.size === 0 ? threads : cores.size} ${model}\n`;
}

/** `type count`: which kinds of file system are mounted, not where. */
export function redactMounts(text: string): string {
  const counts = new Map<string, number>();
  // Behind the point anybody may write: `fuse.anything`.
  for (const { type } of readMounts(text)) {
    const [kind = ''] = type.split('.');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return lines([...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, count]) => `${type} ${count}`));
}

/** `block blocks free available path` to the same with the storage's id instead of the path; `/` is the root. */
export function redactFileSystems(text: string, storageConfig: string): string {
  const names = new Map(directoryStorages(storageConfig).map(({ id, path }) => [path, id]));
  names.set('/', '/');
  return lines(
    linesOf(text).flatMap((line) => {
      const [, numbers, path = ''] = /^(\d{1,10} \d{1,18} \d{1,18} \d{1,18}) (\S+)$/.exec(line) ?? [];
      const name = names.get(path);
      return numbers === undefined || name === undefined ? [] : [`${numbers} ${name}`];
    }),
  );
}

/** `name bytes-in packets errors dropped bytes-out packets errors dropped`: no interfaces of guests. @see proc_pid_net(5) */
export function redactNetwork(text: string): string {
  const rows = linesOf(text).flatMap((line) => {
    const [, name = '', counters = ''] = /^\s*([^\s:]{1,32}):\s*([\d ]+)$/.exec(line) ?? [];
    const numbers = counters.trim().split(/ +/);
    if (!isInterface(name) || guestInterface.test(name) || numbers.length < 12) return [];
    return [[name, ...numbers.slice(0, 4), ...numbers.slice(8, 12)].join(' ')];
  });
  return lines(rows.slice(0, readings.maxInterfaces));
}

/** `zpool list -Hp`: name and numbers, tabs between them. */
export function redactPools(text: string): string {
  const rows = linesOf(text).filter((line) => {
    const [name = '', ...numbers] = line.split('\t');
    return isPool(name) && numbers.length === 3 && numbers.every((number) => /^[\d.-]{1,20}$/.test(number));
  });
  return lines(rows.slice(0, readings.maxPools));
}
