/**
 * `dmsetup status --target thin-pool` without its counters: it changes only when a pool does.
 * `NAME: MODE CHECK SPACE data=LEVEL meta=LEVEL`, for example
 * `pve-data-tpool: rw - queue_if_no_space data=80 meta=0`. MODE: `rw`, `ro`, `out_of_data_space`, `Fail` or `Error`. CHECK:
 * `needs_check` or `-`. SPACE: `queue_if_no_space`, `error_if_no_space` or `-`. LEVEL: the highest mark that is reached
 * (allowed.ts), 0, or `-` where the kernel gives no counters.
 * @see kernel admin-guide/device-mapper/thin-provisioning
 */
import { dmTable, poolMarks } from './allowed';
import { fits } from './shape';

const isField = fits(dmTable.field);

export function redactPoolMode(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' || line === 'No devices found' ? line : sayPool(line)))
    .join('\n');
}

function sayPool(line: string): string {
  const colon = line.indexOf(': ');
  const name = line.slice(0, Math.max(0, colon));
  const [start = '', length = '', target, transaction = '', meta = '', data = '', , mode = '', ...flags] = line.slice(colon + 2).split(' ');
  if (!isField(name) || !isNumber(start) || !isNumber(length) || target !== 'thin-pool') return '?';
  if (transaction === 'Fail' || transaction === 'Error') return `${name}: ${transaction} - - data=- meta=-`;
  if (!/^(?:rw|ro|out_of_data_space)$/.test(mode)) return '?';
  const check = flags.includes('needs_check') ? 'needs_check' : '-';
  const space = flags.find((flag) => /^(?:queue|error)_if_no_space$/.test(flag)) ?? '-';
  return `${name}: ${mode} ${check} ${space} data=${level(data, poolMarks.data)} meta=${level(meta, poolMarks.meta)}`;
}

const isNumber = (text: string) => /^\d+$/.test(text) && text.length <= 20;

/** Of `used/total`. */
function level(share: string, marks: readonly number[]): string {
  const [used, total] = share.split('/').map(Number);
  if (!/^\d+\/\d+$/.test(share) || share.length > 31 || used === undefined || total === undefined || total === 0) return '-';
  return String(Math.max(0, ...marks.filter((mark) => used * 100 >= total * mark)));
}
